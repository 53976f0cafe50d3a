/**
 * Envoy's gRPC statistics of a cluster (docs: configuration/http/http_filters/grpc_stats_filter, grpc_web_filter): calls by outcome, and
 * messages where somebody counts them.   `cluster.<name>.grpc.<service>.<method>.success`, `envoy_cluster_grpc_success{cluster_name,…}`
 */

import type { Exchange } from '../stream/exchange.ts';
import type { ClusterLookup } from '../stream/http-filter.ts';
import { grpcStatusOf } from './access-log/grpc-status.ts';
import type { AccessRecord } from './access-record.ts';
import { type Labels, StatScope, type StatsRegistry } from './registry.ts';
import type { Counter, Histogram } from './stat.ts';

/** Methods counted apart, of one filter. Clients choose the names, so there must be an end; calls of further methods share a nameless set. */
const MAX_METHODS = 1_000;

export type GrpcProtocol = 'grpc' | 'grpc-web';

/** A method as the path of a call names it. */
export interface GrpcMethod {
  readonly service: string;
  readonly method: string;
}

/** `/package.Service/Method`, perhaps with a query; undefined for a path that names no method. */
export function grpcMethodOf(path: string): GrpcMethod | undefined {
  const mark = path.indexOf('?');
  const parts = (mark === -1 ? path : path.slice(0, mark)).split('/').filter((part) => part !== '');
  const [service, method] = parts;
  return parts.length === 2 && service !== undefined && method !== undefined ? { service, method } : undefined;
}

/** The outcome of a call whose record is complete; undefined when it ended without a status. */
export function statusOf(record: AccessRecord): string | undefined {
  return grpcStatusOf(record);
}

/** The counters of one method, or of all methods that are not counted apart. */
export class GrpcMethodStats extends StatScope {
  readonly #success: Counter = this.counter('success');
  readonly #failure: Counter = this.counter('failure');
  readonly #total: Counter = this.counter('total');
  readonly #byStatus: (Counter | undefined)[] = [];
  #requestMessages: Counter | undefined;
  #responseMessages: Counter | undefined;
  #upstreamTime: Histogram | undefined;

  /** Counts a call that ended with `status`; one without a status is no gRPC outcome. */
  charge(status: string | undefined): void {
    if (status === undefined) return;
    this.#total.inc();
    if (status === '0') this.#success.inc();
    else this.#failure.inc();
    // A status that gRPC does not know is the upstream's invention and makes no name.
    if (!/^(?:[0-9]|1[0-6])$/.test(status)) return;
    const code = Number(status);
    let counter = this.#byStatus[code];
    if (counter === undefined) {
      counter = this.counter(status);
      this.#byStatus[code] = counter;
    }
    counter.inc();
  }

  requestMessages(count: number): void {
    this.#requestMessages ??= this.counter('request_message_count');
    this.#requestMessages.add(count);
  }

  responseMessages(count: number): void {
    this.#responseMessages ??= this.counter('response_message_count');
    this.#responseMessages.add(count);
  }

  /** Milliseconds from the request to the end of the upstream's answer. */
  upstreamTime(ms: number): void {
    this.#upstreamTime ??= this.histogram('upstream_rq_time');
    this.#upstreamTime.record(ms);
  }
}

/** The statistics of calls by cluster and method, made when the first call comes. */
export class GrpcCallStats {
  readonly #registry: StatsRegistry;
  readonly #clusters: ClusterLookup;
  readonly #protocol: GrpcProtocol;
  readonly #byCluster = new Map<string, Map<string, GrpcMethodStats>>();
  #methods = 0;

  constructor(registry: StatsRegistry, clusters: ClusterLookup, protocol: GrpcProtocol) {
    this.#registry = registry;
    this.#clusters = clusters;
    this.#protocol = protocol;
  }

  /** The counters of a call by `exchange`; undefined when it goes to no cluster. Without `method`: those of the cluster's calls together. */
  of(exchange: Exchange, method: GrpcMethod | undefined): GrpcMethodStats | undefined {
    const { plan } = exchange;
    const cluster = plan?.kind === 'forward' ? this.#clusters.get(plan.cluster)?.config.statName : undefined;
    if (cluster === undefined) return undefined;
    let byMethod = this.#byCluster.get(cluster);
    if (byMethod === undefined) {
      byMethod = new Map();
      this.#byCluster.set(cluster, byMethod);
    }
    const key = method === undefined ? '' : `${method.service}/${method.method}`;
    const known = byMethod.get(key);
    if (known !== undefined) return known;
    if (method !== undefined && this.#methods >= MAX_METHODS) return this.of(exchange, undefined);
    if (method !== undefined) this.#methods++;
    const made = this.#make(cluster, method);
    byMethod.set(key, made);
    return made;
  }

  #make(cluster: string, method: GrpcMethod | undefined): GrpcMethodStats {
    const named = method === undefined ? '' : `${method.service}.${method.method}.`;
    const prefix = `cluster.${cluster}.${this.#protocol}.${named}`;
    const labels: Labels = [
      ['cluster_name', cluster],
      ...(method === undefined
        ? []
        : [
            ['envoy_grpc_bridge_service', method.service] as const,
            ['envoy_grpc_bridge_method', method.method] as const,
          ]),
    ];
    const family = `envoy_cluster_${this.#protocol.replace('-', '_')}_`;
    return this.#registry.scope(prefix, () => new GrpcMethodStats(prefix, family, labels));
  }
}
