/** Everything that serves traffic on one thread: configuration, listeners, clusters, statistics, access logs. */
import { hostname } from 'node:os';
import type { Clock, Logger, Random } from '@weft/base';
import { formatIssue } from '@weft/base';
import type { KindUpdate, Rejection, ResourceKind, ResourceMessage, XdsUpdate } from '@weft/xds/client';
import type { Bootstrap } from '../bootstrap/bootstrap.ts';
import { BreakerGauges } from '../cluster/breaker-gauges.ts';
import type { SocketsByAddress } from '../handover/inheritance.ts';
import { Loop } from '../net/loop.ts';
import { Overload } from '../overload/overload.ts';
import type { OverloadConfig } from '../overload/overload-config.ts';
import { AccessLogFiles } from '../telemetry/access-log/log-file.ts';
import { IstioMetrics } from '../telemetry/istio/istio-metrics.ts';
import { LabelTable } from '../telemetry/istio/label-table.ts';
import { encodePeerMetadata } from '../telemetry/istio/peer-metadata.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { type ConfigStats, serverStats } from '../telemetry/server-stats.ts';
import { SecretStore } from '../tls/secret-store.ts';
import { ClusterManager } from './cluster-manager.ts';
import { ListenerManager } from './listener-manager.ts';
import type { BoundListener, Plane, PlaneEvents, Subscriptions } from './plane.ts';
import { LocalPlaneView } from './plane-view.ts';
import type { ProxyContext } from './proxy-context.ts';
import type { BookKeeper } from './resource-book.ts';
import { RouteSources } from './route-sources.ts';
import type { ThreadPlace } from './thread-place.ts';
import { XdsRuntime } from './xds-runtime.ts';

/** What a data plane takes from outside. */
export interface PlaneDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Access logs whose path is `/dev/stdout`. */
  readonly stdout: (text: string) => void;
  /** Access logs whose path is `/dev/stderr`. */
  readonly stderr: (text: string) => void;
  /** A variable of the process environment, for `%ENVIRONMENT(…)%`. */
  readonly environment: (name: string) => string | undefined;
}

export interface PlaneParts extends PlaneDeps {
  readonly node: Bootstrap['node'];
  readonly overload: OverloadConfig;
  readonly place: ThreadPlace;
  readonly events: PlaneEvents;
  readonly stats: StatsRegistry;
  readonly configStats: ConfigStats;
  readonly book: BookKeeper;
  /** Where refused resources are named; another one than `logger` when several threads refuse the same. */
  readonly refusals: Logger;
}

export class DataPlane implements Plane {
  readonly view: LocalPlaneView;
  readonly #parts: PlaneParts;
  readonly #loop: Loop;
  readonly #secrets: SecretStore;
  readonly #routes = new RouteSources();
  readonly #accessLogs: AccessLogFiles;
  readonly #clusters: ClusterManager;
  readonly #listeners: ListenerManager;
  readonly #xds: XdsRuntime;
  readonly #overload: Overload;

  constructor(parts: PlaneParts) {
    this.#parts = parts;
    const { clock, logger, stdout, stderr, stats, events } = parts;
    this.#loop = new Loop(clock);
    const dropped = serverStats(stats).accessLogDropped;
    this.#accessLogs = new AccessLogFiles({ clock, logger, stdout, stderr, dropped });
    this.#secrets = new SecretStore(clock, parts.environment, (name) => this.#onSecretOverdue(name));
    this.#overload = new Overload(parts.overload, () => process.memoryUsage.rss(), clock, logger, stats);
    const context = this.#createContext();
    this.#clusters = new ClusterManager(
      () => context,
      this.#secrets,
      () => events.onProgress(),
    );
    stats.addSource(new BreakerGauges(() => this.#clusters.all()));
    this.#listeners = new ListenerManager(
      () => context,
      (name, failure) => events.onBind(name, failure),
    );
    this.#xds = new XdsRuntime({
      clusters: this.#clusters,
      listeners: this.#listeners,
      routes: this.#routes,
      secrets: this.#secrets,
      book: parts.book,
      stats: parts.configStats,
      logger: parts.refusals,
      nowMs: () => clock.now(),
      onProgress: () => events.onProgress(),
    });
    this.#overload.onShed(() => this.#listeners.shed());
    this.view = new LocalPlaneView(stats, this.#clusters, this.#listeners);
  }

  #createContext(): ProxyContext {
    const { clock, random, logger, environment, stats, node, place } = this.#parts;
    const labels = new LabelTable();
    const metadata = node.metadata ?? {};
    const metrics = new IstioMetrics(labels.node(metadata));
    stats.addSource(metrics);
    const self = { metrics, labels, nodeId: node.id, nodeMetadata: encodePeerMetadata(metadata) };
    const inbound = { ...self, reporter: 'destination' } as const;
    const outbound = { ...self, reporter: 'source' } as const;
    const lookup = { get: (name: string) => this.#clusters.get(name) };
    return {
      loop: this.#loop,
      clock,
      random,
      logger,
      stats,
      accessLogs: this.#accessLogs,
      labels,
      mesh: (direction) => (direction === 'unspecified' ? undefined : direction === 'inbound' ? inbound : outbound),
      hostname: hostname(),
      localCluster: node.cluster,
      overload: this.#overload,
      clusters: lookup,
      routes: (name) => this.#routes.get(name),
      secrets: this.#secrets,
      environment,
      place,
    };
  }

  async putStatic(bootstrap: Bootstrap): Promise<readonly string[]> {
    const { secrets, listeners, ads } = bootstrap;
    // The control plane's own cluster is spoken to by the gRPC client, in HTTP/2, and by nobody else.
    const clusters = bootstrap.clusters.filter(({ name }) => name !== ads?.clusterName);
    return [
      ...this.putResources(staticUpdate('secret', secrets)),
      ...this.putResources(staticUpdate('cluster', clusters)),
      ...this.putResources(staticUpdate('listener', listeners)),
    ];
  }

  /** Takes resources of the bootstrap; says what is wrong with them. */
  putResources(update: XdsUpdate): readonly string[] {
    const failures: string[] = [];
    for (const [i, issues] of this.#xds.putStatic(update).entries()) {
      const name = update.resources[i]?.name ?? '';
      for (const issue of issues) failures.push(`static ${update.kind} ${name}: ${formatIssue(issue)}`);
    }
    return failures;
  }

  update(update: XdsUpdate): readonly Rejection[] | Promise<readonly Rejection[]> {
    return this.#xds.update(update);
  }

  connected(): void {
    this.#xds.connected();
  }

  disconnected(reason: string, retryInMs: number): void {
    this.#xds.disconnected(reason, retryInMs);
  }

  follow(subscriptions: Subscriptions): void {
    this.#xds.follow(subscriptions);
  }

  answered(kind: ResourceKind): boolean {
    return this.#xds.answered(kind);
  }

  get warming(): number {
    return this.#clusters.warming + this.#listeners.warming;
  }

  warmingNames(): { readonly clusters: readonly string[]; readonly listeners: readonly string[] } {
    return { clusters: this.#clusters.warmingNames(), listeners: this.#listeners.warmingNames() };
  }

  #onSecretOverdue(name: string): void {
    this.#parts.events.onSecretOverdue(name);
    this.#clusters.settle();
    this.#listeners.settle();
    this.#parts.events.onProgress();
  }

  bound(): Promise<void> {
    return this.#listeners.bound();
  }

  listeners(): readonly BoundListener[] {
    return this.#listeners.all().flatMap((server) => {
      const { address } = server;
      return address === undefined ? [] : [{ name: server.current.listener.name, address }];
    });
  }

  sockets(): readonly SocketsByAddress[] {
    const open: Record<string, number> = {};
    for (const { key, fd, current } of this.#listeners.all()) {
      // Whoever closes a pipe removes its path, from under a successor too.
      if (fd !== undefined && current.listener.address.kind !== 'pipe') open[key] = fd;
    }
    return [open];
  }

  closeUnused(): void {
    this.#parts.place.inheritance.closeUnused();
  }

  discourage(inboundOnly: boolean): void {
    this.#listeners.discourage(inboundOnly);
  }

  stopAccepting(): Promise<void> {
    return this.#listeners.stopAccepting();
  }

  drain(inboundOnly: boolean): Promise<void> {
    return this.#listeners.drain(inboundOnly);
  }

  idle(): Promise<void> {
    return this.#listeners.idle();
  }

  reopenLogs(): void {
    this.#accessLogs.reopen();
  }

  logLevelChanged(): void {
    // The logger reads the level itself.
  }

  async close(): Promise<void> {
    this.#overload.stop();
    this.#listeners.destroy();
    this.#clusters.destroy();
    this.#secrets.close();
    await this.#accessLogs.close();
  }
}

/** Resources of the bootstrap as an update. */
export function staticUpdate<K extends 'secret' | 'cluster' | 'listener'>(
  kind: K,
  messages: readonly (ResourceMessage<K> & { readonly name: string })[],
): XdsUpdate {
  const resources = messages.map((message) => ({ name: message.name, version: '', message }));
  const update: KindUpdate<ResourceKind> = { kind, version: '', resources, removed: [] };
  // `kind` and the messages belong together.
  return update as XdsUpdate;
}
