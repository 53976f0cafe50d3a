/**
 * A cluster at work: its endpoints, the balancer over them, a pool an endpoint, the counts that circuit breakers bound. One object for the
 * cluster's whole life; an update replaces `config` and the balancer and leaves connections alone.
 */
import type { Logger, Random, Timer } from '@weft/base';
import {
  type Balancer,
  type Cluster,
  createBalancer,
  type Endpoint,
  type EndpointSet,
  EndpointStore,
  type HostSet,
  type PickContext,
} from '@weft/engine';
import { headerValue } from '@weft/http';
import { Http2Pool } from '../http2/http2-pool.ts';
import type { Loop } from '../net/loop.ts';
import { dialWire } from '../net/open-wire.ts';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { ThreadPlace } from '../runtime/thread-place.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ClusterStats } from '../telemetry/cluster-stats.ts';
import type { ServiceLabels } from '../telemetry/istio/service-labels.ts';
import type { WorkloadLabels } from '../telemetry/istio/workload-labels.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { PLAIN } from '../tls/upstream-handshake.ts';
import type { UpstreamTlsSource } from '../tls/upstream-tls.ts';
import { AutoPool } from '../upstream/auto-pool.ts';
import { HostPool } from '../upstream/host-pool.ts';
import type { AlpnOverride, TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import type { EndpointPool } from '../upstream/upstream-stream.ts';
import { Breaker } from './breaker.ts';
import { type DynamicDiscovery, DynamicEndpoints } from './dynamic-endpoints.ts';
import { EndpointPools, type HostCounts, noCounts, poolKind } from './endpoint-pools.ts';
import { HealthChecker, type HealthCheckerContext, type HealthWatch } from './health-checker.ts';
import { HealthFollower } from './health-follower.ts';
import { OutlierWatch } from './outlier-watch.ts';
import { SharedBreaker } from './shared-breaker.ts';

/** What a cluster needs besides its configuration. */
export interface ClusterContext {
  readonly loop: Loop;
  readonly random: Random;
  readonly stats: ClusterStats;
  readonly service: ServiceLabels | undefined;
  readonly registry: StatsRegistry;
  readonly logger: Logger;
  /** Where this thread stands among those of its process. */
  readonly place: ThreadPlace;
  /** `%HOSTNAME%` and `%ENVIRONMENT(…)%` in headers of health checks. */
  readonly hostname: string;
  environment(name: string): string | undefined;
  /** The cluster is ready for requests that waited for it. */
  onWarm(): void;
}

/** Counts of one's own, or those of all threads together. */
function createBreaker(config: Cluster, priority: 'default' | 'high', { cells }: ThreadPlace): Breaker {
  const cell = cells?.claim(`breaker ${priority} ${config.name}`);
  const thresholds = config.circuitBreakers[priority];
  return cell === undefined ? new Breaker(priority, thresholds) : new SharedBreaker(priority, thresholds, cell);
}

/** TLS of a rule's own keeps the ALPN that it says (`alpn_override` of the metadata that our translation, like Istio's, gives such clusters). */
function takesAlpn({ metadata }: Cluster, tls: UpstreamTlsSource | undefined): boolean {
  const istio = metadata['istio'];
  return tls !== undefined && !(istio instanceof Object && istio['alpn_override'] === 'false');
}

export class UpstreamCluster {
  readonly name: string;
  readonly loop: Loop;
  readonly stats: ClusterStats;
  readonly service: ServiceLabels | undefined;
  config: Cluster;
  tls: UpstreamTlsSource | undefined;
  #takesAlpn: boolean;
  readonly #default: Breaker;
  readonly #high: Breaker;
  #hosts: HostSet | undefined = undefined;
  /** Undefined until the first endpoints are known: the cluster warms. */
  set: EndpointSet | undefined = undefined;
  /** What `istio_*` metrics call the workload behind an endpoint. */
  readonly workloads: Map<string, WorkloadLabels | undefined> = new Map();
  /** Set when requests name their endpoints themselves. */
  dynamic: DynamicEndpoints | undefined = undefined;
  #balancer: Balancer | undefined = undefined;
  readonly #context: ClusterContext;
  #outlier: OutlierWatch | undefined = undefined;
  /** Some endpoints get requests although they are not healthy. */
  #panicking = false;
  #health: HealthWatch | undefined = undefined;
  #stale: Timer | undefined = undefined;
  readonly #random: Random;
  readonly #store = new EndpointStore();
  readonly #pools = new Map<Endpoint, EndpointPools>();
  /** Pools that take no new requests and still have connections. */
  readonly #draining = new Set<EndpointPool>();
  #closed = false;

  constructor(config: Cluster, tls: UpstreamTlsSource | undefined, context: ClusterContext) {
    this.name = config.name;
    this.config = config;
    this.tls = tls;
    this.#takesAlpn = takesAlpn(config, tls);
    this.#default = createBreaker(config, 'default', context.place);
    this.#high = createBreaker(config, 'high', context.place);
    this.loop = context.loop;
    this.stats = context.stats;
    this.service = context.service;
    this.#random = context.random;
    this.#context = context;
    this.#watchOutliers();
    this.#watchHealth();
  }

  get endpoints(): readonly Endpoint[] {
    return this.#hosts?.endpoints ?? [];
  }

  /** @hot What requests of this priority have in use, and their limits. */
  breaker(priority: 'default' | 'high'): Breaker {
    return priority === 'high' ? this.#high : this.#default;
  }

  /** Whether the control plane wants this share of requests refused (`drop_overloads`); the category, or undefined. */
  dropped(): string | undefined {
    for (const { category, fraction } of this.set?.drops ?? []) {
      if (this.#random.below(fraction.denominator) < fraction.numerator) return category;
    }
    return undefined;
  }

  /** Takes new settings. Connections in use stay as they are; those opened from now on follow the new ones. */
  reconfigure(config: Cluster, tls: UpstreamTlsSource | undefined): void {
    const transportChanged = this.tls !== tls || this.config.protocol.kind !== config.protocol.kind;
    this.config = config;
    this.tls = tls;
    this.#takesAlpn = takesAlpn(config, tls);
    this.#default.thresholds = config.circuitBreakers.default;
    this.#high.thresholds = config.circuitBreakers.high;
    if (transportChanged) this.#retirePools();
    this.#watchOutliers();
    this.#watchHealth();
    if (this.set !== undefined) this.rebalance();
  }

  /** A changed check starts over, as everything that it found may be wrong. */
  #watchHealth(): void {
    const config = this.config.healthChecks[0];
    if (JSON.stringify(config) === JSON.stringify(this.#health?.config)) return;
    this.#health?.stop();
    this.#health = undefined;
    if (config === undefined) return;
    const { random, registry, hostname } = this.#context;
    const { health: board } = this.#context.place;
    const context: HealthCheckerContext = {
      cluster: this,
      random,
      registry,
      hostname,
      environment: (name) => this.#context.environment(name),
      onChange: () => this.rebalance(),
      onPassed: (endpoint) => this.#outlier?.onHealthCheckPassed(endpoint),
      onFirstRound: () => this.#context.onWarm(),
      onResult: (endpoint, healthy, passed) =>
        board?.publish({ cluster: this.name, endpoint: endpoint.key, healthy, passed }),
    };
    const follows = board !== undefined && !board.checks;
    this.#health = follows ? new HealthFollower(config, context, board) : new HealthChecker(config, context);
    if (this.set !== undefined) this.#health.follow(this.endpoints);
  }

  #watchOutliers(): void {
    const { outlier } = this.config;
    if (outlier === undefined) {
      this.#outlier?.stop();
      this.#outlier = undefined;
    } else if (this.#outlier !== undefined) this.#outlier.reconfigure(outlier);
    else {
      const { loop, random, registry, logger } = this.#context;
      const { statName } = this.config;
      const onChange = (): void => this.rebalance();
      this.#outlier = new OutlierWatch(outlier, { loop, random, registry, logger, statName, onChange });
      this.#outlier.follow(this.dynamic?.all() ?? this.endpoints);
    }
  }

  /** Takes a new set of endpoints; those that stay keep their counts and connections. */
  update(set: EndpointSet): void {
    this.set = set;
    this.#stale?.cancel();
    // Endpoints that nobody confirms are forgotten, as in Envoy (ClusterLoadAssignment.Policy.endpoint_stale_after).
    this.#stale =
      set.staleAfterMs === 0
        ? undefined
        : this.loop.clock.after(set.staleAfterMs, () => {
            this.stats.assignmentStale.inc();
            this.update({ ...set, localities: [], staleAfterMs: 0 });
          });
    this.#hosts = this.#store.update(set, this.loop.clock.monotonic());
    const held = new Set(this.endpoints);
    for (const endpoint of [...this.#pools.keys()]) if (!held.has(endpoint)) this.#drop(endpoint);
    if (this.config.lb.closeConnectionsOnHostSetChange) this.#retirePools();
    this.#outlier?.follow(this.endpoints);
    this.#health?.follow(this.endpoints);
    this.rebalance();
    this.stats.membershipChange.inc();
    this.stats.membershipTotal.set(this.endpoints.length);
  }

  /** The discovery kind makes endpoints from requests: nothing has to arrive first. */
  provideOwnEndpoints(discovery: DynamicDiscovery): void {
    for (const endpoint of this.dynamic?.all() ?? []) this.#drop(endpoint);
    this.dynamic = new DynamicEndpoints(
      discovery,
      (endpoint) => this.#outlier?.add(endpoint),
      (endpoint) => this.#drop(endpoint),
    );
  }

  /** Still without its first endpoints, or the first results of checking them. */
  get warming(): boolean {
    return this.dynamic === undefined && (this.set === undefined || this.#health?.firstRound === true);
  }

  /** Builds the balancer anew, after endpoints or their health changed. */
  rebalance(): void {
    if (this.#hosts === undefined || this.#closed) return;
    const { clock } = this.loop;
    this.#balancer = createBalancer({
      lb: this.config.lb,
      hosts: this.#hosts,
      random: this.#random,
      nowMs: () => clock.monotonic(),
    });
    if (this.config.closeOnHealthFailure) {
      for (const [endpoint, pools] of this.#pools) if (endpoint.health === 'unhealthy') pools.retire();
    }
    const { panic, healthy } = this.#balancer.load;
    this.#panicking = panic.some((panics, priority) => panics && healthy[priority] !== 0);
    this.stats.membershipHealthy.set(this.endpoints.filter((endpoint) => endpoint.health === 'healthy').length);
    this.stats.membershipDegraded.set(this.endpoints.filter((endpoint) => endpoint.health === 'degraded').length);
  }

  /** @hot The endpoint for the next try; undefined when none can take it. */
  pick(context: PickContext): Endpoint | undefined {
    if (this.#panicking) this.stats.lbHealthyPanic.inc();
    return this.#balancer?.pick(context);
  }

  /**
   * @hot The connections to `endpoint` for requests of this priority, which speak what the cluster asks for. `clientHttp2`: the client of
   * this request spoke HTTP/2. A cluster that speaks what the client spoke has both kinds. `serverName`: see `serverNameOf`. `alpn` counts
   * for the mesh's TLS alone. `client` counts where endpoints are told whose connection they get.
   */
  pool(
    endpoint: Endpoint,
    priority: 'default' | 'high',
    clientHttp2: boolean,
    serverName: string,
    alpn: AlpnOverride | undefined,
    client: ConnectionInfo | undefined,
  ): EndpointPool {
    const { kind } = this.config.protocol;
    const http2 = kind === 'http2' || (kind === 'downstream' && clientHttp2);
    let pools = this.#pools.get(endpoint);
    if (pools === undefined) {
      pools = this.#poolsOf(endpoint);
      this.#pools.set(endpoint, pools);
    }
    // What ALPN decides cannot depend on an ALPN that says which HTTP will be spoken.
    const said = this.#takesAlpn && kind !== 'auto' ? alpn : undefined;
    const announced = this.tls?.announcesClients === true ? client : undefined;
    return pools.get(poolKind(priority, http2), serverName, said, announced);
  }

  #poolsOf(endpoint: Endpoint): EndpointPools {
    return new EndpointPools({
      open: (kind, counts, transport) => {
        const auto = this.config.protocol.kind === 'auto';
        const Pool = auto ? AutoPool : kind === 1 || kind === 3 ? Http2Pool : HostPool;
        return new Pool(this, endpoint, this.breaker(kind >= 2 ? 'high' : 'default'), counts, transport);
      },
      retire: (pool) => {
        this.#draining.add(pool);
        pool.drain();
      },
    });
  }

  /** Whether connections carry the server name of their requests (`auto_sni`). */
  get namesServers(): boolean {
    return this.tls !== undefined && this.config.protocol.autoSni;
  }

  /** The server name for a request to `authority`: without its port, or the header that `override_auto_sni_header` names. */
  serverNameOf(authority: string, headers: readonly string[]): string {
    const header = this.config.protocol.autoSniHeader;
    const named = (header === undefined ? undefined : headerValue(headers, header)) ?? authority;
    return named
      .replace(/:\d+$/, '')
      .replace(/^\[(.*)\]$/, '$1')
      .toLowerCase();
  }

  /** Opens a connection to `endpoint`; TLS when the cluster (or the endpoint's metadata) asks for it. */
  dial(endpoint: Endpoint, socket: TransportSocketOptions, owner: WireOwner, onConnect: () => void): Wire {
    const { address } = endpoint;
    const options = {
      host: address.kind === 'pipe' ? '' : address.host,
      port: address.kind === 'pipe' ? 0 : address.port,
      path: address.kind === 'pipe' ? address.path : undefined,
      localAddress: this.config.bindHost,
      localPort: this.config.bindPort,
      keepalive: this.config.tcpKeepalive,
      bufferLimitBytes: this.config.perConnectionBufferLimitBytes,
    };
    const transport = this.tls?.transport(endpoint, socket) ?? PLAIN;
    return dialWire(this.loop, options, transport, owner, onConnect);
  }

  /** What /clusters shows of an endpoint besides its own counts. */
  hostCounts(endpoint: Endpoint): HostCounts {
    return this.#pools.get(endpoint)?.counts ?? noCounts();
  }

  #drop(endpoint: Endpoint): void {
    this.#pools.get(endpoint)?.retire();
    this.#pools.delete(endpoint);
    if (this.dynamic !== undefined) this.#outlier?.remove(endpoint);
  }

  /** The pools finish what they have; requests from now on get new ones. */
  #retirePools(): void {
    for (const pools of this.#pools.values()) pools.retire();
  }

  /** A drained pool has no connection left. */
  forget(pool: EndpointPool): void {
    this.#draining.delete(pool);
  }

  /** The cluster is gone from the configuration; requests in flight finish. */
  drain(): void {
    this.#closed = true;
    this.#stale?.cancel();
    this.#outlier?.stop();
    this.#health?.stop();
    this.#retirePools();
  }

  get closed(): boolean {
    return this.#closed;
  }

  destroy(): void {
    this.#closed = true;
    this.#stale?.cancel();
    this.#outlier?.stop();
    this.#health?.stop();
    for (const pools of this.#pools.values()) pools.destroy();
    for (const pool of [...this.#draining]) pool.destroy();
  }
}
