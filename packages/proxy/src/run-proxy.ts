/** The composition of the data plane: bootstrap in, running proxy out. Owns start and shutdown. */
import { hostname } from 'node:os';
import type { Clock, Issue, LogControl, Logger, Random } from '@weft/base';
import { formatIssue } from '@weft/base';
import { type AdsClient, connectAds } from '@weft/xds/client';
import type { ServerState } from './admin/admin-view.ts';
import { grpcCalls } from './ads/grpc-call.ts';
import { type Agent, openAgent } from './agent/agent.ts';
import type { Bootstrap, HostPort } from './bootstrap/bootstrap.ts';
import { BreakerGauges } from './cluster/breaker-gauges.ts';
import { Loop } from './net/loop.ts';
import { Overload } from './overload/overload.ts';
import { ProxyAdminView } from './runtime/admin-view.ts';
import { ClusterManager, type Outcome } from './runtime/cluster-manager.ts';
import { ListenerManager } from './runtime/listener-manager.ts';
import type { ProxyContext } from './runtime/proxy-context.ts';
import { ResourceBook } from './runtime/resource-book.ts';
import { RouteSources } from './runtime/route-sources.ts';
import { startAdmin } from './runtime/start-admin.ts';
import { XdsRuntime } from './runtime/xds-runtime.ts';
import { AccessLogFiles } from './telemetry/access-log/log-file.ts';
import { IstioMetrics } from './telemetry/istio/istio-metrics.ts';
import { LabelTable } from './telemetry/istio/label-table.ts';
import { encodePeerMetadata } from './telemetry/istio/peer-metadata.ts';
import { StatsRegistry } from './telemetry/registry.ts';
import { configStats, serverStats } from './telemetry/server-stats.ts';
import { SecretStore } from './tls/secret-store.ts';

/** Everything the data plane takes from outside. Sockets are the only effect it opens itself. */
export interface ProxyDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** The level that the admin path `/logging` reads and changes. */
  readonly logControl: LogControl;
  /** Access logs whose path is `/dev/stdout`. */
  readonly stdout: (text: string) => void;
  /** Access logs whose path is `/dev/stderr`. */
  readonly stderr: (text: string) => void;
  /** What `/server_info` reports and what xDS is told (`user_agent_version`). */
  readonly version: string;
  /** Asked to end by the admin path `/quitquitquit`. */
  readonly quit: () => void;
  /** A variable of the process environment, for `%ENVIRONMENT(…)%`. */
  readonly environment: (name: string) => string | undefined;
}

/** A listener that is bound, as `/listeners` shows it. */
export interface BoundListener {
  readonly name: string;
  /** The address in use: with configured port 0, the port the system chose. */
  readonly address: HostPort;
}

/** A running data plane. */
export interface Proxy {
  /**
   * Settles once the first configuration is live: static resources are bound, and, with a control plane, the first clusters and
   * listeners have been accepted. Rejects when a static resource is wrong or a static listener cannot be bound.
   */
  readonly ready: Promise<void>;
  /** The admin interface's bound address; undefined before `ready` or without one. */
  readonly adminAddress: HostPort | undefined;
  listeners(): readonly BoundListener[];
  /**
   * Stops accepting, answers with `connection: close`, waits until streams in flight have ended or `deadlineMs` has passed, then
   * destroys what is left and closes. Calling it twice returns the same promise.
   */
  drain(deadlineMs: number): Promise<void>;
  /** Destroys every connection and listener now. */
  close(): Promise<void>;
}

/** Starts a data plane from a decoded bootstrap. Returns at once; `ready` tells when it serves. */
export function runProxy(bootstrap: Bootstrap, deps: ProxyDeps): Proxy {
  return new RunningProxy(bootstrap, deps);
}

class RunningProxy implements Proxy {
  readonly ready: Promise<void>;
  readonly #bootstrap: Bootstrap;
  readonly #deps: ProxyDeps;
  readonly #loop: Loop;
  readonly #stats = new StatsRegistry();
  readonly #secrets: SecretStore;
  readonly #book = new ResourceBook();
  readonly #routes = new RouteSources();
  readonly #accessLogs: AccessLogFiles;
  readonly #clusters: ClusterManager;
  readonly #listeners: ListenerManager;
  readonly #xds: XdsRuntime;
  readonly #startedMs: number;
  readonly #overload: Overload;
  readonly #failures: string[] = [];
  #state: ServerState = 'PRE_INITIALIZING';
  #client: AdsClient | undefined = undefined;
  #agent: Agent | undefined = undefined;
  #admin: { readonly address: HostPort; close(): Promise<void> } | undefined = undefined;
  #warm: () => void = () => undefined;
  #drained: Promise<void> | undefined = undefined;

  constructor(bootstrap: Bootstrap, deps: ProxyDeps) {
    this.#bootstrap = bootstrap;
    this.#deps = deps;
    const { clock, logger, stdout, stderr } = deps;
    this.#startedMs = clock.now();
    this.#loop = new Loop(clock);
    const dropped = serverStats(this.#stats).accessLogDropped;
    this.#accessLogs = new AccessLogFiles({ clock, logger, stdout, stderr, dropped });
    this.#secrets = new SecretStore(clock, deps.environment, (name) => this.#onSecretOverdue(name));
    this.#overload = new Overload(bootstrap.overload, () => process.memoryUsage.rss(), clock, logger, this.#stats);
    const context = this.#createContext();
    this.#clusters = new ClusterManager(
      () => context,
      this.#secrets,
      () => this.#progress(),
    );
    this.#stats.addSource(new BreakerGauges(() => this.#clusters.all()));
    this.#listeners = new ListenerManager(
      () => context,
      (name, failure) => this.#onBind(name, failure),
    );
    this.#xds = new XdsRuntime({
      clusters: this.#clusters,
      listeners: this.#listeners,
      routes: this.#routes,
      secrets: this.#secrets,
      book: this.#book,
      stats: configStats(this.#stats),
      logger,
      nowMs: () => clock.now(),
      onProgress: () => this.#progress(),
    });
    this.#overload.onShed(() => this.#listeners.shed());
    this.ready = this.#start();
  }

  #createContext(): ProxyContext {
    const { clock, random, logger, environment } = this.#deps;
    const labels = new LabelTable();
    const { node } = this.#bootstrap;
    const metadata = node.metadata ?? {};
    const metrics = new IstioMetrics(labels.node(metadata));
    this.#stats.addSource(metrics);
    const self = { metrics, labels, nodeId: node.id, nodeMetadata: encodePeerMetadata(metadata) };
    const inbound = { ...self, reporter: 'destination' } as const;
    const outbound = { ...self, reporter: 'source' } as const;
    const lookup = { get: (name: string) => this.#clusters.get(name) };
    return {
      loop: this.#loop,
      clock,
      random,
      logger,
      stats: this.#stats,
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
    };
  }

  async #start(): Promise<void> {
    this.#putStatic();
    const live = this.#bootstrap.ads === undefined ? undefined : new Promise<void>((resolve) => (this.#warm = resolve));
    this.#state = 'INITIALIZING';
    await this.#startAdmin();
    await this.#followControlPlane();
    await this.#listeners.bound();
    if (this.#failures.length > 0) {
      await this.close();
      throw new Error(this.#failures.join('\n'));
    }
    this.#progress();
    await live;
    await this.#listeners.bound();
    if (this.#state === 'INITIALIZING') this.#state = 'LIVE';
    this.#deps.logger.info('serving', {
      node: this.#bootstrap.node.id,
      startedInMs: Math.round(this.#deps.clock.now() - this.#startedMs),
    });
  }

  #putStatic(): void {
    const { bootstrap, deps } = { bootstrap: this.#bootstrap, deps: this.#deps };
    const now = deps.clock.now();
    for (const secret of bootstrap.secrets) {
      this.#noteStatic(`static secret ${secret.name}`, this.#secrets.put(secret));
      this.#book.accepted('secret', secret.name, secret, '', now, false);
    }
    for (const cluster of bootstrap.clusters) {
      // The control plane's own cluster is spoken to by the gRPC client, in HTTP/2, and by nobody else.
      if (cluster.name !== bootstrap.ads?.clusterName)
        this.#noteStatic(`static cluster ${cluster.name}`, this.#clusters.put(cluster));
      this.#book.accepted('cluster', cluster.name, cluster, '', now, false);
    }
    for (const listener of bootstrap.listeners) {
      this.#noteStatic(`static listener ${listener.name}`, this.#listeners.put(listener));
      this.#book.accepted('listener', listener.name, listener, '', now, false);
    }
  }

  #noteStatic(what: string, outcome: Outcome): void {
    for (const issue of outcome) this.#failures.push(`${what}: ${formatIssue(issue)}`);
  }

  /** The resource was accepted before its address was tried, so a failure shows in /config_dump as `error_state` until it is bound. */
  #onBind(name: string, failure: Issue | undefined): void {
    if (failure === undefined) {
      this.#book.recovered('listener', name);
      return;
    }
    const { clock, logger } = this.#deps;
    if (this.#state === 'INITIALIZING') this.#failures.push(formatIssue(failure));
    this.#book.refused('listener', name, '', [failure], clock.now());
    logger.error('a listener cannot be bound and is tried again', { listener: name, cause: failure.message });
  }

  async #startAdmin(): Promise<void> {
    const { admin } = this.#bootstrap;
    if (admin === undefined) return;
    const { clock, logger, logControl, version, quit } = this.#deps;
    const view = new ProxyAdminView({
      bootstrap: this.#bootstrap,
      version,
      stats: this.#stats,
      clusters: this.#clusters,
      listeners: this.#listeners,
      book: this.#book,
      logControl,
      startedMs: this.#startedMs,
      nowMs: () => clock.now(),
      state: () => this.#state,
      memory: () => process.memoryUsage(),
      drain: (inboundOnly) =>
        void this.#listeners.drain((server) => !inboundOnly || server.current.listener.direction === 'inbound'),
      quit,
      reopenLogs: () => this.#accessLogs.reopen(),
    });
    this.#admin = await startAdmin(admin, view, clock, logger);
  }

  async #followControlPlane(): Promise<void> {
    const { ads, node } = this.#bootstrap;
    if (ads === undefined) return;
    const { clock, random, logger, version } = this.#deps;
    this.#agent = await openAgent(node, { clock, random, logger, stats: this.#stats });
    this.#client = connectAds({
      open: grpcCalls(ads.address, clock),
      node: { ...node, userAgentName: 'weft', userAgentVersionType: { case: 'userAgentVersion', value: version } },
      mode: ads.protocol === 'DELTA_GRPC' ? 'delta' : 'sotw',
      handler: this.#agent?.handler(this.#xds) ?? this.#xds,
      clock,
      random,
      logger,
    });
    if (ads.clusters) this.#client.subscribe('cluster', '*');
    if (ads.listeners) this.#client.subscribe('listener', '*');
    this.#xds.follow(this.#client);
    this.#agent?.follow(this.#client);
  }

  /** The first configuration is live when everything asked for has been answered and nothing warms any more. */
  #progress(): void {
    const { ads } = this.#bootstrap;
    if (ads?.clusters === true && !this.#xds.answered('cluster')) return;
    if (ads?.listeners === true && !this.#xds.answered('listener')) return;
    if (this.#clusters.warming === 0 && this.#listeners.warming === 0) this.#warm();
  }

  /** A secret that does not come keeps neither readiness nor the rest of its listener waiting; what needs it is refused. */
  #onSecretOverdue(name: string): void {
    this.#deps.logger.warn('a secret has not arrived; connections that need it are refused until it does', {
      secret: name,
    });
    this.#clusters.settle();
    this.#listeners.settle();
    this.#progress();
  }

  get adminAddress(): HostPort | undefined {
    return this.#admin?.address;
  }

  listeners(): readonly BoundListener[] {
    return this.#listeners.all().flatMap((server) => {
      const { address } = server;
      return address === undefined ? [] : [{ name: server.current.listener.name, address }];
    });
  }

  drain(deadlineMs: number): Promise<void> {
    this.#drained ??= this.#drain(deadlineMs);
    return this.#drained;
  }

  async #drain(deadlineMs: number): Promise<void> {
    this.#state = 'DRAINING';
    const { clock, logger } = this.#deps;
    let expired = false;
    const deadline = new Promise<void>((resolve) => {
      const timer = clock.after(deadlineMs, () => {
        expired = true;
        resolve();
      });
      void this.#listeners.drain().then(() => {
        timer.cancel();
        resolve();
      });
    });
    await deadline;
    if (expired) logger.warn('draining took too long; what is left is cut', { deadlineMs });
    await this.close();
  }

  async close(): Promise<void> {
    this.#state = 'DRAINING';
    this.#client?.close();
    await this.#agent?.close();
    this.#overload.stop();
    this.#listeners.destroy();
    this.#clusters.destroy();
    this.#secrets.close();
    await this.#admin?.close();
    await this.#accessLogs.close();
  }
}
