import { Endpoint, type PickContext } from '@weft/engine';
import type { Breaker } from '../cluster/breaker.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { Exchange } from '../stream/exchange.ts';
import type { ReplyCode } from '../stream/replies.ts';

/** Why no endpoint takes a try. */
export interface Refusal {
  readonly code: ReplyCode;
  readonly cause: string;
}

/** @hot The endpoint for the next try, if the breaker lets it pass and the balancer finds one. */
export function admit(
  exchange: Exchange,
  cluster: UpstreamCluster,
  breaker: Breaker,
  pick: PickContext,
): Endpoint | Refusal {
  if (breaker.requests >= breaker.thresholds.maxRequests) {
    cluster.stats.upstreamRqPendingOverflow.inc();
    return {
      code: 'UPSTREAM_OVERFLOW',
      cause: `${cluster.name} has ${breaker.requests} requests of ${breaker.priority} priority in flight (circuit_breakers.max_requests)`,
    };
  }
  const { dynamic } = cluster;
  const endpoint =
    dynamic === undefined
      ? cluster.pick(pick)
      : dynamic.pick(exchange.request, exchange.downstream.connection, cluster.loop.now);
  if (endpoint !== undefined) return endpoint;
  cluster.stats.upstreamCxNoneHealthy.inc();
  const known = cluster.endpoints.length;
  return {
    code: 'NO_HEALTHY_UPSTREAM',
    cause:
      known === 0
        ? `cluster ${cluster.name} has no endpoints`
        : `none of the ${known} endpoints of ${cluster.name} can take the request`,
  };
}

/** @hot */
export function isRefusal(admitted: Endpoint | Refusal): admitted is Refusal {
  return !(admitted instanceof Endpoint);
}
