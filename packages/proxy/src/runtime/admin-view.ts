/** What the admin interface may see of the running proxy. Everything is read when asked. */

import { create } from '@bufbuild/protobuf';
import type { LogControl, LogLevel } from '@weft/base';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  AdminView,
  CertificateChainView,
  ClusterView,
  DrainOptions,
  HeldConfig,
  ListenerView,
  ServerInfoView,
  ServerState,
} from '../admin/admin-view.ts';
import type { Bootstrap } from '../bootstrap/bootstrap.ts';
import type { SeriesSource, StatsRegistry } from '../telemetry/registry.ts';
import { serverStats } from '../telemetry/server-stats.ts';
import { certificatesOf } from './certificates.ts';
import type { MemoryView, Plane } from './plane.ts';
import type { ResourceBook } from './resource-book.ts';

export interface AdminParts {
  readonly bootstrap: Bootstrap;
  readonly version: string;
  /** The process's own statistics. */
  readonly stats: StatsRegistry;
  readonly plane: Plane;
  /** How many threads serve. */
  readonly concurrency: number;
  readonly drainTimeMs: number;
  readonly restartEpoch: number;
  readonly book: ResourceBook;
  readonly logControl: LogControl;
  readonly startedMs: number;
  readonly nowMs: () => number;
  /** A variable of the process environment. */
  readonly environment: (name: string) => string | undefined;
  readonly state: () => ServerState;
  readonly drain: AdminView['drainListeners'];
  readonly quit: () => void;
  readonly restart: (() => void) | undefined;
}

export class ProxyAdminView implements AdminView {
  readonly #parts: AdminParts;
  #failing = false;

  constructor(parts: AdminParts) {
    this.#parts = parts;
  }

  get stats(): SeriesSource {
    return this.#parts.plane.view.stats;
  }

  gather(): Promise<void> | undefined {
    return this.#parts.plane.view.gather();
  }

  memory(): MemoryView {
    return this.#parts.plane.view.memory();
  }

  config(): HeldConfig {
    const { book, startedMs } = this.#parts;
    const view = this.#parts.plane.view;
    return {
      bootstrap: undefined,
      bootstrapUpdatedMs: startedMs,
      clusters: book.list('cluster', (name) => (view.isWarming('cluster', name) ? 'warming' : 'active')),
      endpoints: book.list('endpoint', () => 'active'),
      listeners: book.list('listener', (name) => (view.isWarming('listener', name) ? 'warming' : 'active')),
      routes: book.list('route', () => 'active'),
      secrets: book.list('secret', () => 'active'),
    };
  }

  clusters(): readonly ClusterView[] {
    const dynamic = new Set(this.#parts.book.dynamicNames('cluster'));
    return this.#parts.plane.view.clusters().map((cluster) => ({ ...cluster, addedViaApi: dynamic.has(cluster.name) }));
  }

  listeners(): readonly ListenerView[] {
    return this.#parts.plane
      .listeners()
      .map(({ name, address: { host, port } }) => ({ name, address: `${host}:${port}` }));
  }

  certificates(): readonly CertificateChainView[] {
    return certificatesOf(this.config(), this.#parts.environment);
  }

  serverInfo(): ServerInfoView {
    const { bootstrap, version, startedMs, state, concurrency, drainTimeMs, restartEpoch } = this.#parts;
    return {
      state: this.#failing ? 'DRAINING' : state(),
      version,
      startedMs,
      concurrency,
      node: create(NodeSchema, bootstrap.node),
      configPath: '',
      drainTimeMs,
      restartEpoch,
    };
  }

  logLevel(): LogLevel {
    return this.#parts.logControl.level;
  }

  setLogLevel(level: LogLevel): void {
    this.#parts.logControl.level = level;
    this.#parts.plane.logLevelChanged();
  }

  refreshStats(): void {
    const { stats, nowMs, startedMs, state, concurrency } = this.#parts;
    const view = this.#parts.plane.view;
    const server = serverStats(stats);
    const { rss, heapUsed, heapTotal } = view.memory();
    server.uptime.set(Math.floor((nowMs() - startedMs) / 1000));
    server.live.set(state() === 'LIVE' ? 1 : 0);
    server.state.set(['LIVE', 'DRAINING', 'PRE_INITIALIZING', 'INITIALIZING'].indexOf(state()));
    server.concurrency.set(concurrency);
    server.totalConnections.set(view.connections());
    server.memoryAllocated.set(heapUsed);
    server.memoryHeapSize.set(heapTotal);
    server.memoryPhysicalSize.set(rss);
  }

  resetCounters(): void {
    this.#parts.plane.view.resetCounters();
  }

  drainListeners(options: DrainOptions): void {
    this.#parts.drain(options);
  }

  quit(): void {
    this.#parts.quit();
  }

  hotRestart(): boolean {
    const { restart } = this.#parts;
    restart?.();
    return restart !== undefined;
  }

  reopenLogs(): void {
    this.#parts.plane.reopenLogs();
  }

  setHealthcheckFail(failing: boolean): void {
    this.#failing = failing;
  }
}
