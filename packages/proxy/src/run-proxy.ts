/** The composition of the data plane: bootstrap in, running proxy out. Owns start and shutdown. */
import { formatIssue, type Issue, type LogControl, type Timer } from '@weft/base';
import { type AdsClient, connectAds, type ResourceKind } from '@weft/xds/client';
import type { AdminServer } from './admin/admin-server.ts';
import type { AdminView, DrainOptions, ServerState } from './admin/admin-view.ts';
import { grpcCalls } from './ads/grpc-call.ts';
import { type Agent, openAgent } from './agent/agent.ts';
import type { Bootstrap, HostPort } from './bootstrap/bootstrap.ts';
import { type HandoverNote, Inheritance, NO_HANDOVER, type SocketsByAddress } from './handover/inheritance.ts';
import type { LastGood } from './last-good/last-good.ts';
import { ON_DEMAND } from './on-demand.ts';
import { ProxyAdminView } from './runtime/admin-view.ts';
import { DataPlane, type PlaneDeps } from './runtime/data-plane.ts';
import type { BoundListener, Plane, PlaneEvents } from './runtime/plane.ts';
import { ResourceBook } from './runtime/resource-book.ts';
import { startAdmin } from './runtime/start-admin.ts';
import { onlyThread } from './runtime/thread-place.ts';
import { StatsRegistry } from './telemetry/registry.ts';
import { configStats } from './telemetry/server-stats.ts';

/** Everything the data plane takes from outside. Sockets are the only effect it opens itself. */
export interface ProxyDeps extends PlaneDeps {
  /** The level that the admin path `/logging` reads and changes. */
  readonly logControl: LogControl;
  /** What `/server_info` reports and what xDS is told (`user_agent_version`). */
  readonly version: string;
  /** Asked to end by the admin path `/quitquitquit`. */
  readonly quit: () => void;
  /** Asked by the admin path `/hot_restart` to start a successor; undefined when nobody can. */
  readonly restart?: () => void;
}

/** How a proxy runs, apart from what it serves. */
export interface ProxyOptions {
  /** Threads that serve; default 1, which serves on the calling thread. Without SO_REUSEPORT it is always 1. */
  readonly concurrency?: number;
  /** How long a graceful drain lets connections end by themselves; default 10 s. */
  readonly drainTimeMs?: number;
  /** What the process that this one replaces leaves to it. */
  readonly handover?: HandoverNote;
  /** The file that keeps accepted configuration, to start from when the control plane is away; without one nothing is kept. */
  readonly lastGoodPath?: string | undefined;
}

export type { BoundListener } from './runtime/plane.ts';

export interface ProxySockets {
  /** One entry a thread. */
  readonly threads: readonly SocketsByAddress[];
  /** The admin interface's. */
  readonly admin: number | undefined;
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
  /** The listening sockets, for a successor to inherit. */
  sockets(): ProxySockets;
  /**
   * A successor has taken over: stops accepting and serving admin, lets answers close their connections for `drainMs`, then closes idle
   * ones; what is left after `deadlineMs` is destroyed. Resolves when all is closed.
   */
  retire(drainMs: number, deadlineMs: number): Promise<void>;
  /** Opens access-log files again under their names, after they have been rotated. */
  reopenLogs(): void;
  /** Destroys every connection and listener now. */
  close(): Promise<void>;
}

/** Starts a data plane from a decoded bootstrap. Returns at once; `ready` tells when it serves. */
export function runProxy(bootstrap: Bootstrap, deps: ProxyDeps, options: ProxyOptions = {}): Proxy {
  return new RunningProxy(bootstrap, deps, options);
}

const DRAIN_TIME_MS = 10_000;

class RunningProxy implements Proxy {
  readonly ready: Promise<void>;
  readonly #bootstrap: Bootstrap;
  readonly #deps: ProxyDeps;
  readonly #concurrency: number;
  readonly #drainTimeMs: number;
  readonly #handover: HandoverNote;
  readonly #lastGoodPath: string | undefined;
  /** The process's own: with threads, theirs are added when somebody asks. */
  readonly #stats = new StatsRegistry();
  readonly #book = new ResourceBook();
  readonly #startedMs: number;
  readonly #failures: string[] = [];
  #plane: Plane | undefined = undefined;
  #state: ServerState = 'PRE_INITIALIZING';
  /** Has been complete once. */
  #live = false;
  #client: AdsClient | undefined = undefined;
  #agent: Agent | undefined = undefined;
  #lastGood: LastGood | undefined = undefined;
  #admin: AdminServer | undefined = undefined;
  #warm: () => void = () => undefined;
  #drained: Promise<void> | undefined = undefined;
  #closed: Promise<void> | undefined = undefined;

  constructor(bootstrap: Bootstrap, deps: ProxyDeps, options: ProxyOptions) {
    this.#bootstrap = bootstrap;
    this.#deps = deps;
    this.#concurrency = this.#possible(options.concurrency ?? 1);
    this.#drainTimeMs = options.drainTimeMs ?? DRAIN_TIME_MS;
    this.#handover = options.handover ?? NO_HANDOVER;
    this.#lastGoodPath = options.lastGoodPath;
    this.#startedMs = deps.clock.now();
    this.ready = this.#start();
  }

  #possible(wanted: number): number {
    if (wanted <= 1 || process.platform === 'linux') return Math.max(1, wanted);
    this.#deps.logger.warn('threads cannot share a port on this system (SO_REUSEPORT); one thread serves', {
      concurrency: wanted,
      platform: process.platform,
    });
    return 1;
  }

  async #createPlane(): Promise<Plane> {
    const { node, overload } = this.#bootstrap;
    const { clock, random, logger, stdout, stderr, environment } = this.#deps;
    const deps: PlaneDeps = { clock, random, logger, stdout, stderr, environment };
    const events: PlaneEvents = {
      onProgress: () => this.#progress(),
      onBind: (name, failure) => this.#onBind(name, failure),
      onSecretOverdue: (name) => this.#onSecretOverdue(name),
    };
    const shared = { ...deps, node, overload, events, stats: this.#stats, book: this.#book };
    if (this.#concurrency === 1) {
      const place = onlyThread(new Inheritance(this.#handover.threads[0]));
      return new DataPlane({ ...shared, configStats: configStats(this.#stats), refusals: logger, place });
    }
    const { WorkerPlane } = await ON_DEMAND.workers();
    return new WorkerPlane({
      ...shared,
      concurrency: this.#concurrency,
      logControl: this.#deps.logControl,
      inherited: this.#handover.threads,
    });
  }

  async #start(): Promise<void> {
    const plane = await this.#createPlane();
    this.#plane = plane;
    this.#noteStatic();
    this.#failures.push(...(await plane.putStatic(this.#bootstrap)));
    const live = this.#bootstrap.ads === undefined ? undefined : new Promise<void>((resolve) => (this.#warm = resolve));
    this.#state = 'INITIALIZING';
    await this.#startAdmin();
    await this.#followControlPlane(plane);
    await plane.bound();
    if (this.#failures.length > 0) {
      await this.close();
      throw new Error(this.#failures.join('\n'));
    }
    this.#progress();
    await live;
    await plane.bound();
    this.#live = true;
    if (this.#state === 'INITIALIZING') this.#state = 'LIVE';
    plane.closeUnused();
    this.#closeUnusedSockets();
    this.#deps.logger.info('serving', {
      node: this.#bootstrap.node.id,
      ...(this.#concurrency > 1 ? { concurrency: this.#concurrency } : {}),
      startedInMs: Math.round(this.#deps.clock.now() - this.#startedMs),
    });
  }

  /** Those of threads that this process does not have, and of an admin interface that it does not have. */
  #closeUnusedSockets(): void {
    const { threads, admin } = this.#handover;
    for (const sockets of threads.slice(this.#concurrency)) new Inheritance(sockets).closeUnused();
    if (admin !== undefined && this.#admin === undefined) new Inheritance({ admin }).closeUnused();
  }

  #noteStatic(): void {
    const { secrets, clusters, listeners } = this.#bootstrap;
    const now = this.#deps.clock.now();
    for (const secret of secrets) this.#book.accepted('secret', secret.name, secret, '', now, false);
    for (const cluster of clusters) this.#book.accepted('cluster', cluster.name, cluster, '', now, false);
    for (const listener of listeners) this.#book.accepted('listener', listener.name, listener, '', now, false);
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
    const plane = this.#plane;
    if (admin === undefined || plane === undefined) return;
    const { clock, logger, logControl, version, quit, restart } = this.#deps;
    const view: AdminView = new ProxyAdminView({
      bootstrap: this.#bootstrap,
      version,
      concurrency: this.#concurrency,
      restartEpoch: this.#handover.epoch,
      drainTimeMs: this.#drainTimeMs,
      stats: this.#stats,
      plane,
      book: this.#book,
      logControl,
      startedMs: this.#startedMs,
      nowMs: () => clock.now(),
      environment: (name) => this.#deps.environment(name),
      state: () => this.#state,
      drain: (options) => void this.#drainListeners(options),
      quit,
      restart,
    });
    this.#admin = await startAdmin(admin, this.#handover.admin, view, clock, logger);
  }

  reopenLogs(): void {
    this.#plane?.reopenLogs();
  }

  /** `/drain_listeners`. */
  async #drainListeners({ inboundOnly, graceful, skipExit }: DrainOptions): Promise<void> {
    const { clock, quit } = this.#deps;
    if (graceful) {
      this.#plane?.discourage(inboundOnly);
      await new Promise<void>((resolve) => clock.after(this.#drainTimeMs, resolve));
    }
    const drained = this.#plane?.drain(inboundOnly);
    if (graceful && !skipExit) quit();
    await drained;
  }

  async #followControlPlane(plane: Plane): Promise<void> {
    const { ads, node } = this.#bootstrap;
    if (ads === undefined) return;
    const { clock, random, logger, version } = this.#deps;
    this.#agent = await openAgent(node, { clock, random, logger, stats: this.#stats });
    const handler = this.#agent?.handler(plane) ?? plane;
    this.#lastGood = await this.#openLastGood();
    this.#client = connectAds({
      open: grpcCalls(ads.address, clock),
      node: { ...node, userAgentName: 'weft', userAgentVersionType: { case: 'userAgentVersion', value: version } },
      mode: ads.protocol === 'DELTA_GRPC' ? 'delta' : 'sotw',
      handler: this.#lastGood?.handler(handler) ?? handler,
      clock,
      random,
      logger,
    });
    if (ads.clusters) this.#client.subscribe('cluster', '*');
    if (ads.listeners) this.#client.subscribe('listener', '*');
    plane.follow(this.#client);
    this.#agent?.follow(this.#client);
  }

  async #openLastGood(): Promise<LastGood | undefined> {
    const path = this.#lastGoodPath;
    if (path === undefined) return undefined;
    const { clock, logger } = this.#deps;
    const { LastGood } = await ON_DEMAND.lastGood();
    const nodeId = this.#bootstrap.node.id;
    const held = (kind: ResourceKind): ReturnType<ResourceBook['dynamic']> => this.#book.dynamic(kind);
    return new LastGood({ path, nodeId, clock, logger, held, live: () => this.#live });
  }

  /** The first configuration is live when everything asked for has been answered and nothing warms any more. */
  #progress(): void {
    const { ads } = this.#bootstrap;
    const plane = this.#plane;
    if (plane === undefined) return;
    if (ads?.clusters === true && !plane.answered('cluster')) return;
    if (ads?.listeners === true && !plane.answered('listener')) return;
    if (plane.warming === 0) this.#warm();
  }

  /** A secret that does not come keeps neither readiness nor the rest of its listener waiting; what needs it is refused. */
  #onSecretOverdue(name: string): void {
    this.#deps.logger.warn('a secret has not arrived; connections that need it are refused until it does', {
      secret: name,
    });
  }

  get adminAddress(): HostPort | undefined {
    return this.#admin?.address;
  }

  listeners(): readonly BoundListener[] {
    return this.#plane?.listeners() ?? [];
  }

  sockets(): ProxySockets {
    return { threads: this.#plane?.sockets() ?? [], admin: this.#admin?.fd };
  }

  drain(deadlineMs: number): Promise<void> {
    this.#state = 'DRAINING';
    this.#drained ??= this.#end(this.#plane?.drain(false), deadlineMs);
    return this.#drained;
  }

  retire(drainMs: number, deadlineMs: number): Promise<void> {
    this.#state = 'DRAINING';
    this.#drained ??= this.#end(this.#leave(drainMs), deadlineMs);
    return this.#drained;
  }

  async #leave(drainMs: number): Promise<void> {
    const plane = this.#plane;
    this.#client?.close();
    this.#lastGood?.abandon();
    void this.#admin?.close();
    await plane?.stopAccepting();
    plane?.discourage(false);
    let timer: Timer | undefined;
    const over = new Promise<void>((resolve) => {
      timer = this.#deps.clock.after(drainMs, resolve);
    });
    await Promise.race([over, plane?.idle()]);
    timer?.cancel();
    await plane?.drain(false);
  }

  /** Waits for `work`, but not longer than `deadlineMs`, then closes everything. */
  async #end(work: Promise<void> | undefined, deadlineMs: number): Promise<void> {
    const { clock, logger } = this.#deps;
    let expired = false;
    let timer: Timer | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = clock.after(deadlineMs, () => {
        expired = true;
        resolve();
      });
    });
    await Promise.race([work, deadline]);
    timer?.cancel();
    if (expired) logger.warn('draining took too long; what is left is cut', { deadlineMs });
    await this.close();
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#state = 'DRAINING';
    this.#client?.close();
    await this.#lastGood?.close();
    await this.#agent?.close();
    await this.#plane?.close();
    await this.#admin?.close();
  }
}
