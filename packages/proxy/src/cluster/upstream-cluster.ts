/**
 * A cluster at work: its endpoints, the balancer over them, a pool an endpoint, the counts that circuit breakers bound. One object for the
 * cluster's whole life; an update replaces `config` and the balancer and leaves connections alone.
 */
import type { Random } from '@weft/base';
import {
  type Balancer,
  type Cluster,
  createBalancer,
  type Endpoint,
  type EndpointSet,
  EndpointStore,
  type HostSet,
  type PickContext,
  type Thresholds,
} from '@weft/engine';
import type { Loop } from '../net/loop.ts';
import { dialWire } from '../net/open-wire.ts';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { ClusterStats } from '../telemetry/cluster-stats.ts';
import type { ServiceLabels } from '../telemetry/istio/service-labels.ts';
import type { WorkloadLabels } from '../telemetry/istio/workload-labels.ts';
import type { UpstreamTlsSource } from '../tls/upstream-tls.ts';
import { HostPool } from '../upstream/host-pool.ts';
import { type DynamicDiscovery, DynamicEndpoints } from './dynamic-endpoints.ts';

/** What a cluster needs besides its configuration. */
export interface ClusterContext {
  readonly loop: Loop;
  readonly random: Random;
  readonly stats: ClusterStats;
  readonly service: ServiceLabels | undefined;
}

/** What happened at one endpoint since its pool was made. */
export interface HostCounts {
  cxTotal: number;
  cxConnectFail: number;
  rqTotal: number;
  rqSuccess: number;
  rqError: number;
  rqTimeout: number;
}

const NO_COUNTS: HostCounts = { cxTotal: 0, cxConnectFail: 0, rqTotal: 0, rqSuccess: 0, rqError: 0, rqTimeout: 0 };

export class UpstreamCluster {
  readonly name: string;
  readonly loop: Loop;
  readonly stats: ClusterStats;
  readonly service: ServiceLabels | undefined;
  config: Cluster;
  tls: UpstreamTlsSource | undefined;
  /** Open connections, requests waiting for one, requests in flight, retries in flight. */
  connections = 0;
  pending = 0;
  requests = 0;
  retries = 0;
  #hosts: HostSet | undefined = undefined;
  /** Undefined until the first endpoints are known: the cluster warms. */
  set: EndpointSet | undefined = undefined;
  /** What `istio_*` metrics call the workload behind an endpoint. */
  readonly workloads: Map<string, WorkloadLabels | undefined> = new Map();
  /** Set when requests name their endpoints themselves. */
  dynamic: DynamicEndpoints | undefined = undefined;
  #balancer: Balancer | undefined = undefined;
  readonly #random: Random;
  readonly #store = new EndpointStore();
  readonly #pools = new Map<Endpoint, HostPool>();
  #closed = false;

  constructor(config: Cluster, tls: UpstreamTlsSource | undefined, context: ClusterContext) {
    this.name = config.name;
    this.config = config;
    this.tls = tls;
    this.loop = context.loop;
    this.stats = context.stats;
    this.service = context.service;
    this.#random = context.random;
  }

  get endpoints(): readonly Endpoint[] {
    return this.#hosts?.endpoints ?? [];
  }

  /** How many retries may be in flight: a fixed number, or a share of what is in flight (`retry_budget`). */
  get maxRetries(): number {
    const { maxRetries, retryBudget } = this.thresholds;
    if (retryBudget === undefined) return maxRetries;
    return Math.max(
      retryBudget.minConcurrency,
      Math.floor(((this.requests + this.pending) * retryBudget.percent) / 100),
    );
  }

  /** Whether the control plane wants this share of requests refused (`drop_overloads`); the category, or undefined. */
  dropped(): string | undefined {
    for (const { category, fraction } of this.set?.drops ?? []) {
      if (this.#random.below(fraction.denominator) < fraction.numerator) return category;
    }
    return undefined;
  }

  get thresholds(): Thresholds {
    return this.config.circuitBreakers.default;
  }

  /** Takes new settings. Connections in use stay as they are; those opened from now on follow the new ones. */
  reconfigure(config: Cluster, tls: UpstreamTlsSource | undefined): void {
    const transportChanged = this.tls !== tls;
    this.config = config;
    this.tls = tls;
    if (transportChanged) this.#drainPools(() => true);
    if (this.set !== undefined) this.rebalance();
  }

  /** Takes a new set of endpoints; those that stay keep their counts and connections. */
  update(set: EndpointSet): void {
    this.set = set;
    this.#hosts = this.#store.update(set, this.loop.clock.monotonic());
    const held = new Set(this.endpoints);
    this.#drainPools((endpoint) => !held.has(endpoint));
    this.rebalance();
    this.stats.membershipChange.inc();
    this.stats.membershipTotal.set(this.endpoints.length);
    this.stats.membershipHealthy.set(this.endpoints.filter((endpoint) => endpoint.health === 'healthy').length);
  }

  /** The discovery kind makes endpoints from requests: nothing has to arrive first. */
  provideOwnEndpoints(discovery: DynamicDiscovery): void {
    this.dynamic = new DynamicEndpoints(discovery, (endpoint) => this.#pools.get(endpoint)?.drain());
  }

  /** Still without its first endpoints. */
  get warming(): boolean {
    return this.set === undefined && this.dynamic === undefined;
  }

  /** Builds the balancer anew, after endpoints or their health changed. */
  rebalance(): void {
    if (this.#hosts === undefined) return;
    const { clock } = this.loop;
    this.#balancer = createBalancer({
      lb: this.config.lb,
      hosts: this.#hosts,
      random: this.#random,
      nowMs: () => clock.monotonic(),
    });
  }

  /** @hot The endpoint for the next try; undefined when none can take it. */
  pick(context: PickContext): Endpoint | undefined {
    return this.#balancer?.pick(context);
  }

  /** @hot */
  pool(endpoint: Endpoint): HostPool {
    const existing = this.#pools.get(endpoint);
    if (existing !== undefined) return existing;
    const pool = new HostPool(this, endpoint);
    this.#pools.set(endpoint, pool);
    return pool;
  }

  /** Opens a connection to `endpoint`; TLS when the cluster (or the endpoint's metadata) asks for it. */
  dial(endpoint: Endpoint, owner: WireOwner, onConnect: () => void): Wire {
    const { address } = endpoint;
    const options = {
      host: address.kind === 'pipe' ? '' : address.host,
      port: address.kind === 'pipe' ? 0 : address.port,
      path: address.kind === 'pipe' ? address.path : undefined,
      localAddress: this.config.bindHost,
      bufferLimitBytes: this.config.perConnectionBufferLimitBytes,
    };
    const context = this.tls?.contextFor(endpoint);
    return dialWire(this.loop, options, context, owner, onConnect);
  }

  /** What /clusters shows of an endpoint besides its own counts. */
  hostCounts(endpoint: Endpoint): HostCounts {
    return this.#pools.get(endpoint)?.counts ?? NO_COUNTS;
  }

  #drainPools(which: (endpoint: Endpoint) => boolean): void {
    for (const [endpoint, pool] of this.#pools) if (which(endpoint)) pool.drain();
  }

  /** A drained pool has no connection left. */
  forget(pool: HostPool): void {
    if (this.#pools.get(pool.endpoint) === pool) this.#pools.delete(pool.endpoint);
  }

  /** The cluster is gone from the configuration; requests in flight finish. */
  drain(): void {
    this.#closed = true;
    this.#drainPools(() => true);
  }

  get closed(): boolean {
    return this.#closed;
  }

  destroy(): void {
    for (const pool of [...this.#pools.values()]) pool.destroy();
  }
}
