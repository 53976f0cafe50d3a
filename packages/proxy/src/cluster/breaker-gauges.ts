import { type SeriesSource, type Stat, StatScope } from '../telemetry/registry.ts';
import type { Breaker } from './breaker.ts';
import type { UpstreamCluster } from './upstream-cluster.ts';

const PRIORITIES = ['default', 'high'] as const;

/**
 * `cluster.<name>.circuit_breakers.<priority>.*` (Envoy, "Circuit breakers statistics"), read off the breakers when somebody asks: with a
 * thousand clusters gauges that stand by would cost more memory than the breakers.
 */
export class BreakerGauges implements SeriesSource {
  readonly #clusters: () => Iterable<UpstreamCluster>;

  constructor(clusters: () => Iterable<UpstreamCluster>) {
    this.#clusters = clusters;
  }

  *stats(): Generator<Stat> {
    for (const cluster of this.#clusters()) {
      for (const priority of PRIORITIES) yield* gauges(cluster.config.statName, cluster.breaker(priority)).stats;
    }
  }
}

function gauges(cluster: string, breaker: Breaker): StatScope {
  const { priority, thresholds } = breaker;
  const at = `circuit_breakers.${priority}.`;
  const scope = new StatScope(`cluster.${cluster}.${at}`, `envoy_cluster_circuit_breakers_${priority}_`, [
    ['cluster_name', cluster],
  ]);
  const rows = [
    ['cx', breaker.connections, thresholds.maxConnections, 'cx_open'],
    ['pending', breaker.pending, thresholds.maxPendingRequests, 'rq_pending_open'],
    ['rq', breaker.requests, thresholds.maxRequests, 'rq_open'],
    ['retries', breaker.retries, breaker.maxRetries, 'rq_retry_open'],
  ] as const;
  for (const [name, used, limit, open] of rows) {
    scope.gauge(open).set(used >= limit ? 1 : 0);
    // "No limit" is shown as the largest number that a threshold can be.
    if (thresholds.trackRemaining)
      scope.gauge(`remaining_${name}`).set(Math.min(Math.max(limit - used, 0), 0xffff_ffff));
  }
  return scope;
}
