/** What the admin interface may see of the running proxy. Everything is read when asked. */

import { create } from '@bufbuild/protobuf';
import type { LogControl, LogLevel } from '@weft/base';
import type { EdsHealth, Endpoint, Thresholds } from '@weft/engine';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  AdminView,
  CertificateChainView,
  CircuitBreakerView,
  ClusterView,
  HeldConfig,
  HostView,
  ListenerView,
  ServerInfoView,
  ServerState,
} from '../admin/admin-view.ts';
import type { Bootstrap } from '../bootstrap/bootstrap.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { serverStats } from '../telemetry/server-stats.ts';
import type { ClusterManager } from './cluster-manager.ts';
import type { ListenerManager } from './listener-manager.ts';
import type { ResourceBook } from './resource-book.ts';

export interface AdminParts {
  readonly bootstrap: Bootstrap;
  readonly version: string;
  readonly stats: StatsRegistry;
  readonly clusters: ClusterManager;
  readonly listeners: ListenerManager;
  readonly book: ResourceBook;
  readonly logControl: LogControl;
  readonly startedMs: number;
  readonly nowMs: () => number;
  readonly state: () => ServerState;
  readonly memory: () => NodeJS.MemoryUsage;
  readonly drain: (inboundOnly: boolean) => void;
  readonly quit: () => void;
  readonly reopenLogs: () => void;
}

function breakers(thresholds: Thresholds): CircuitBreakerView {
  const { maxConnections, maxPendingRequests, maxRequests, maxRetries } = thresholds;
  return { maxConnections, maxPendingRequests, maxRequests, maxRetries };
}

/** Envoy's words for what the control plane says of an endpoint (host.h, HEALTH_FLAG_ENUM_VALUES). */
const EDS_FLAGS: Readonly<Record<EdsHealth, string>> = {
  healthy: '',
  degraded: '/degraded_eds_health',
  unhealthy: '/failed_eds_health',
  draining: '/eds_status_draining',
};

function healthFlags(endpoint: Endpoint): string {
  const flags: string[] = [];
  if (endpoint.checked === 'unhealthy') flags.push('/failed_active_hc');
  if (endpoint.ejected) flags.push('/failed_outlier_check');
  const eds = EDS_FLAGS[endpoint.spec.health];
  if (eds !== '') flags.push(eds);
  return flags.join('');
}

function hostView(endpoint: Endpoint, cluster: UpstreamCluster): HostView {
  const { locality } = endpoint;
  const counts = cluster.hostCounts(endpoint);
  return {
    address: endpoint.key,
    hostname: endpoint.spec.hostname,
    health: endpoint.health,
    healthFlags: healthFlags(endpoint),
    weight: endpoint.weight,
    priority: endpoint.priority,
    region: locality.region,
    zone: locality.zone,
    subZone: locality.subZone,
    cxActive: endpoint.connections,
    rqActive: endpoint.active,
    ...counts,
  };
}

function clusterView(cluster: UpstreamCluster, dynamic: boolean): ClusterView {
  const { config } = cluster;
  const hosts = cluster.dynamic === undefined ? cluster.endpoints : cluster.dynamic.all();
  return {
    name: cluster.name,
    addedViaApi: dynamic,
    edsServiceName: config.discovery.kind === 'eds' ? config.discovery.serviceName : '',
    circuitBreakers: { default: breakers(config.circuitBreakers.default), high: breakers(config.circuitBreakers.high) },
    hosts: hosts.map((endpoint) => hostView(endpoint, cluster)),
  };
}

export class ProxyAdminView implements AdminView {
  readonly stats: StatsRegistry;
  readonly #parts: AdminParts;
  #failing = false;

  constructor(parts: AdminParts) {
    this.#parts = parts;
    this.stats = parts.stats;
  }

  config(): HeldConfig {
    const { book, clusters, listeners, startedMs } = this.#parts;
    return {
      bootstrap: undefined,
      bootstrapUpdatedMs: startedMs,
      clusters: book.list('cluster', (name) => (clusters.isWarming(name) ? 'warming' : 'active')),
      endpoints: book.list('endpoint', () => 'active'),
      listeners: book.list('listener', (name) => (listeners.isWarming(name) ? 'warming' : 'active')),
      routes: book.list('route', () => 'active'),
      secrets: book.list('secret', () => 'active'),
    };
  }

  clusters(): readonly ClusterView[] {
    const dynamic = new Set(this.#parts.book.dynamicNames('cluster'));
    return this.#parts.clusters.all().map((cluster) => clusterView(cluster, dynamic.has(cluster.name)));
  }

  listeners(): readonly ListenerView[] {
    return this.#parts.listeners.all().flatMap((server) => {
      const { address } = server;
      return address === undefined
        ? []
        : [{ name: server.current.listener.name, address: `${address.host}:${address.port}` }];
    });
  }

  certificates(): readonly CertificateChainView[] {
    return [];
  }

  serverInfo(): ServerInfoView {
    const { bootstrap, version, startedMs, state } = this.#parts;
    return {
      state: this.#failing ? 'DRAINING' : state(),
      version,
      startedMs,
      concurrency: 1,
      node: create(NodeSchema, bootstrap.node),
      configPath: '',
      drainTimeMs: 0,
    };
  }

  logLevel(): LogLevel {
    return this.#parts.logControl.level;
  }

  setLogLevel(level: LogLevel): void {
    this.#parts.logControl.level = level;
  }

  refreshStats(): void {
    const { stats, nowMs, startedMs, state, memory, listeners } = this.#parts;
    const server = serverStats(stats);
    const { rss, heapUsed, heapTotal } = memory();
    server.uptime.set(Math.floor((nowMs() - startedMs) / 1000));
    server.live.set(state() === 'LIVE' ? 1 : 0);
    server.state.set(['LIVE', 'DRAINING', 'PRE_INITIALIZING', 'INITIALIZING'].indexOf(state()));
    server.concurrency.set(1);
    server.totalConnections.set(listeners.all().reduce((sum, listener) => sum + listener.connections, 0));
    server.memoryAllocated.set(heapUsed);
    server.memoryHeapSize.set(heapTotal);
    server.memoryPhysicalSize.set(rss);
  }

  resetCounters(): void {
    for (const { handle } of this.stats.stats()) {
      if ('inc' in handle && !('dec' in handle)) handle.value = 0;
    }
  }

  drainListeners(options: { readonly inboundOnly: boolean }): void {
    this.#parts.drain(options.inboundOnly);
  }

  quit(): void {
    this.#parts.quit();
  }

  reopenLogs(): void {
    this.#parts.reopenLogs();
  }

  setHealthcheckFail(failing: boolean): void {
    this.#failing = failing;
  }
}
