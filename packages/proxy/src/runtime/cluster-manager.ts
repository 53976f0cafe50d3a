/** Clusters and their endpoints: compiled, then swapped in; a refused one leaves the last good one in force. */
import type { Issue } from '@weft/base';
import { type Cluster, compileCluster, compileEndpoints, type Discovery, type EndpointSet } from '@weft/engine';
import type { Cluster as ClusterMessage } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { type DnsDiscovery, DnsEndpoints } from '../cluster/dns-endpoints.ts';
import { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { ClusterLookup } from '../stream/http-filter.ts';
import { clusterStats } from '../telemetry/cluster-stats.ts';
import type { SecretStore } from '../tls/secret-store.ts';
import { compileUpstreamTls } from '../tls/upstream-tls.ts';
import type { ProxyContext } from './proxy-context.ts';

export type Outcome = readonly Issue[];
const ACCEPTED: Outcome = [];

export class ClusterManager implements ClusterLookup {
  readonly #context: () => ProxyContext;
  readonly #secrets: SecretStore;
  readonly #clusters = new Map<string, UpstreamCluster>();
  readonly #changes = new Map<string, Pick<UpstreamCluster, 'config' | 'tls'>>();
  readonly #dns = new Map<string, DnsEndpoints>();
  /** EDS assignments by service name, kept so that a changed cluster need not wait for its endpoints again. */
  readonly #assignments = new Map<string, EndpointSet>();
  /** Clusters by EDS name; undefined when clusters have changed since it was made. */
  #followers: Map<string, readonly UpstreamCluster[]> | undefined = undefined;
  readonly #prepared = new WeakMap<ClusterLoadAssignment, ReturnType<typeof compileEndpoints>>();
  readonly #onWarm: () => void;

  /** `context` is asked for late, because the context holds this manager. */
  constructor(context: () => ProxyContext, secrets: SecretStore, onWarm: () => void) {
    this.#context = context;
    this.#secrets = secrets;
    this.#onWarm = onWarm;
  }

  /** @hot A cluster that still waits for its first endpoints counts as absent. */
  get(name: string): UpstreamCluster | undefined {
    const cluster = this.#clusters.get(name);
    return cluster === undefined || cluster.warming ? undefined : cluster;
  }

  isWarming(name: string): boolean {
    return this.#clusters.get(name)?.warming ?? false;
  }

  get warming(): number {
    let count = 0;
    for (const cluster of this.#clusters.values()) if (cluster.warming || this.#waits(cluster.tls)) count++;
    return count;
  }

  warmingNames(): readonly string[] {
    return this.all().flatMap(({ name, warming }) => (warming ? [name] : []));
  }

  all(): readonly UpstreamCluster[] {
    return [...this.#clusters.values()];
  }

  /** The EDS names that the clusters in force follow. */
  endpointNames(): readonly string[] {
    return this.all().flatMap(({ config }) => (config.discovery.kind === 'eds' ? [config.discovery.serviceName] : []));
  }

  /** The SDS names that clusters use. */
  secretNames(): readonly string[] {
    return [...this.all(), ...this.#changes.values()].flatMap(({ tls }) => tls?.secretNames ?? []);
  }

  put(message: ClusterMessage): Outcome {
    const compiled = compileCluster(message);
    if (!compiled.ok) return compiled.issues;
    const config = compiled.value;
    const refused = unsupported(config);
    if (refused.length > 0) return refused;
    const tls = this.#transport(config);
    if (!tls.ok) return tls.issues;
    const existing = this.#clusters.get(config.name);
    if (existing === undefined) this.#discover(this.#create(message, config, tls.value), config);
    else {
      this.#changes.set(config.name, { config, tls: tls.value });
      this.settle();
    }
    return ACCEPTED;
  }

  /** Puts changes of clusters into force whose secrets have arrived; until then the old settings serve. */
  settle(): void {
    for (const [name, { config, tls }] of [...this.#changes]) {
      if (this.#waits(tls)) continue;
      this.#changes.delete(name);
      const cluster = this.#clusters.get(name);
      if (cluster === undefined) continue;
      cluster.reconfigure(config, tls);
      this.#followers = undefined;
      this.#discover(cluster, config);
    }
  }

  #waits(tls: UpstreamCluster['tls']): boolean {
    return tls?.secretNames.some((name) => this.#secrets.pending(name)) ?? false;
  }

  /** An unchanged transport stays the same object: connections and TLS sessions outlive a change of anything else. */
  #transport(config: Cluster): ReturnType<typeof compileUpstreamTls> {
    const existing = this.#changes.get(config.name) ?? this.#clusters.get(config.name);
    if (existing !== undefined && sameTransport(existing.config, config)) {
      return { ok: true, value: existing.tls, issues: [] };
    }
    return compileUpstreamTls(config, this.#secrets, (name) => this.#context().environment(name));
  }

  #create(message: ClusterMessage, config: Cluster, tls: UpstreamCluster['tls']): UpstreamCluster {
    const { loop, random, stats, labels, logger, place, hostname } = this.#context();
    const cluster = new UpstreamCluster(config, tls, {
      loop,
      random,
      stats: clusterStats(stats, config.statName),
      service: labels.service(message.metadata, config.name),
      registry: stats,
      logger: logger.with({ cluster: config.name }),
      place,
      hostname,
      environment: (name) => this.#context().environment(name),
      onWarm: () => this.#onWarm(),
    });
    this.#clusters.set(config.name, cluster);
    this.#followers = undefined;
    return cluster;
  }

  #discover(cluster: UpstreamCluster, config: Cluster): void {
    const { discovery } = config;
    this.#dns.get(config.name)?.stop();
    this.#dns.delete(config.name);
    if (discovery.kind === 'static') cluster.update(discovery.endpoints);
    else if (discovery.kind === 'eds') {
      const known = this.#assignments.get(discovery.serviceName);
      if (known !== undefined) cluster.update(known);
    } else if (isDns(discovery)) {
      const { loop, logger } = this.#context();
      const dns = new DnsEndpoints(discovery, loop.clock, logger.with({ cluster: config.name }), (set) => {
        const warms = cluster.set === undefined;
        cluster.update(set);
        if (warms) this.#onWarm();
      });
      this.#dns.set(config.name, dns);
      dns.start();
    } else cluster.provideOwnEndpoints(discovery);
  }

  /** Does beforehand what `putEndpoints` would do first and needs no cluster for: half of the work. */
  prepareEndpoints(message: ClusterLoadAssignment): void {
    this.#prepared.set(message, compileEndpoints(message));
  }

  putEndpoints(message: ClusterLoadAssignment): Outcome {
    const compiled = this.#prepared.get(message) ?? compileEndpoints(message);
    this.#prepared.delete(message);
    if (!compiled.ok) return compiled.issues;
    const { labels } = this.#context();
    this.#assignments.set(message.clusterName, compiled.value);
    for (const cluster of this.#followersOf(message.clusterName)) {
      cluster.update(compiled.value);
      labelEndpoints(cluster, message, labels);
    }
    return ACCEPTED;
  }

  /** The clusters whose endpoints come under this EDS name. */
  #followersOf(name: string): readonly UpstreamCluster[] {
    if (this.#followers === undefined) {
      this.#followers = new Map();
      for (const cluster of this.#clusters.values()) {
        const { discovery } = cluster.config;
        if (discovery.kind !== 'eds') continue;
        const others = this.#followers.get(discovery.serviceName) ?? [];
        this.#followers.set(discovery.serviceName, [...others, cluster]);
      }
    }
    return this.#followers.get(name) ?? [];
  }

  removeEndpoints(name: string): void {
    this.#assignments.delete(name);
  }

  remove(name: string): void {
    const cluster = this.#clusters.get(name);
    if (cluster === undefined) return;
    this.#clusters.delete(name);
    this.#followers = undefined;
    this.#changes.delete(name);
    this.#dns.get(name)?.stop();
    this.#dns.delete(name);
    cluster.drain();
    this.#context().stats.removeScope(`cluster.${cluster.config.statName}.`);
  }

  destroy(): void {
    for (const dns of this.#dns.values()) dns.stop();
    for (const cluster of this.#clusters.values()) cluster.destroy();
    // An update that is being taken in slices finds nobody to give its endpoints to.
    this.#followers = new Map();
  }
}

/** Narrows where a comparison of two kinds at once does not. */
function isDns(discovery: Discovery): discovery is DnsDiscovery {
  return discovery.kind === 'strict-dns' || discovery.kind === 'logical-dns';
}

function sameTransport(a: Cluster, b: Cluster): boolean {
  if (a.protocol.autoSanValidation !== b.protocol.autoSanValidation) return false;
  if (a.transportSocketMatches.length !== b.transportSocketMatches.length) return false;
  if (!sameSocket(a.transportSocket, b.transportSocket)) return false;
  return a.transportSocketMatches.every(({ match, transportSocket }, i) => {
    const other = b.transportSocketMatches[i];
    return (
      sameSocket(transportSocket, other?.transportSocket) && JSON.stringify(match) === JSON.stringify(other?.match)
    );
  });
}

function sameSocket(a: Cluster['transportSocket'], b: Cluster['transportSocket']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.typeUrl === b.typeUrl && Buffer.compare(a.value, b.value) === 0;
}

/** What engine understands and this data plane cannot do yet. */
function unsupported(config: Cluster): Outcome {
  const refused = unsupportedCheck(config);
  if (refused !== undefined) {
    const [at, message] = refused;
    return [{ severity: 'error', code: 'unsupported-field', at, message, resource: `Cluster ${config.name}` }];
  }
  if (config.poolPerDownstreamConnection) {
    return [
      {
        severity: 'error',
        code: 'unsupported-field',
        at: 'connection_pool_per_downstream_connection',
        message: 'is not supported: pools are shared by all clients',
        resource: `Cluster ${config.name}`,
      },
    ];
  }
  return ACCEPTED;
}

/** The part of the health checks that cannot be done and why; undefined when all can. */
function unsupportedCheck({ healthChecks, discovery, protocol }: Cluster): readonly [string, string] | undefined {
  const [config, second] = healthChecks;
  if (config === undefined) return undefined;
  if (second !== undefined) return ['health_checks[1]', 'is not supported: a cluster has one check'];
  if (discovery.kind === 'original-dst' || discovery.kind === 'dynamic-forward-proxy')
    return ['health_checks[0]', 'is not supported: requests name the endpoints of this cluster themselves'];
  if (config.check.kind === 'grpc' && protocol.kind === 'http1')
    return ['health_checks[0].grpc_health_check', 'needs a cluster that speaks HTTP/2 (http2_protocol_options)'];
  return undefined;
}

function labelEndpoints(
  cluster: UpstreamCluster,
  message: ClusterLoadAssignment,
  labels: ProxyContext['labels'],
): void {
  cluster.workloads.clear();
  let at = 0;
  for (const locality of message.endpoints) {
    for (const endpoint of locality.lbEndpoints) {
      at++;
      // Without metadata the workload is unknown, which is what an endpoint that is not in the map has.
      if (endpoint.metadata === undefined) continue;
      const living =
        endpoint.hostIdentifier.case === 'endpoint' ? endpoint.hostIdentifier.value.address?.address : undefined;
      if (living?.case === 'socketAddress' && living.value.portSpecifier.case === 'portValue') {
        const host = living.value.address.includes(':') ? `[${living.value.address}]` : living.value.address;
        cluster.workloads.set(`${host}:${living.value.portSpecifier.value}`, labels.endpoint(endpoint.metadata));
      }
    }
  }
  cluster.stats.membershipTotal.set(at);
}
