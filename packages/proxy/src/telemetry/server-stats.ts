/** Statistics of the process and of its xDS stream, by Envoy's names. */
import { StatScope, type StatsRegistry } from './registry.ts';
import type { Counter, Gauge } from './stat.ts';

/** `server.*`; the admin view refreshes the gauges before they are printed. */
export class ServerStats extends StatScope {
  readonly uptime: Gauge = this.gauge('uptime');
  readonly live: Gauge = this.gauge('live');
  /** 0 live, 1 draining, 2 pre-initialising, 3 initialising (envoy.admin.v3.ServerInfo.State). */
  readonly state: Gauge = this.gauge('state');
  readonly concurrency: Gauge = this.gauge('concurrency');
  readonly totalConnections: Gauge = this.gauge('total_connections');
  readonly memoryAllocated: Gauge = this.gauge('memory_allocated');
  readonly memoryPhysicalSize: Gauge = this.gauge('memory_physical_size');
  readonly memoryHeapSize: Gauge = this.gauge('memory_heap_size');
  /** Lines that the bounded access-log writers had to throw away. */
  readonly accessLogDropped: Counter = this.counter('access_log_dropped');

  constructor() {
    super('server.', 'envoy_server_', []);
  }
}

/** `control_plane.*`, `cluster_manager.*` and `listener_manager.*` in one: what became of the configuration. */
export class ConfigStats extends StatScope {
  readonly controlPlaneConnected: Gauge = this.gauge('control_plane.connected_state');
  readonly cdsUpdateSuccess: Counter = this.counter('cluster_manager.cds.update_success');
  readonly cdsUpdateRejected: Counter = this.counter('cluster_manager.cds.update_rejected');
  readonly clusterAdded: Counter = this.counter('cluster_manager.cluster_added');
  readonly clusterModified: Counter = this.counter('cluster_manager.cluster_modified');
  readonly clusterRemoved: Counter = this.counter('cluster_manager.cluster_removed');
  readonly activeClusters: Gauge = this.gauge('cluster_manager.active_clusters');
  readonly warmingClusters: Gauge = this.gauge('cluster_manager.warming_clusters');
  readonly ldsUpdateSuccess: Counter = this.counter('listener_manager.lds.update_success');
  readonly ldsUpdateRejected: Counter = this.counter('listener_manager.lds.update_rejected');
  readonly listenerAdded: Counter = this.counter('listener_manager.listener_added');
  readonly listenerModified: Counter = this.counter('listener_manager.listener_modified');
  readonly listenerRemoved: Counter = this.counter('listener_manager.listener_removed');
  readonly listenerCreateSuccess: Counter = this.counter('listener_manager.listener_create_success');
  readonly listenerCreateFailure: Counter = this.counter('listener_manager.listener_create_failure');
  readonly totalListenersActive: Gauge = this.gauge('listener_manager.total_listeners_active');
  readonly totalListenersWarming: Gauge = this.gauge('listener_manager.total_listeners_warming');
  readonly totalListenersDraining: Gauge = this.gauge('listener_manager.total_listeners_draining');

  constructor() {
    super('', 'envoy_', []);
  }
}

export function serverStats(registry: StatsRegistry): ServerStats {
  return registry.scope('server.', () => new ServerStats());
}

export function configStats(registry: StatsRegistry): ConfigStats {
  return registry.scope('', () => new ConfigStats());
}
