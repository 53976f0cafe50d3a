/** What the admin interface reads of a data plane on this thread. */
import type { EdsHealth, Endpoint, Thresholds } from '@weft/engine';
import type { CircuitBreakerView, HostView } from '../admin/admin-view.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { Counter } from '../telemetry/stat.ts';
import type { ClusterManager } from './cluster-manager.ts';
import type { ListenerManager } from './listener-manager.ts';
import type { MemoryView, PlaneCluster, PlaneView } from './plane.ts';

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

function clusterView(cluster: UpstreamCluster): PlaneCluster {
  const { config } = cluster;
  const hosts = cluster.dynamic === undefined ? cluster.endpoints : cluster.dynamic.all();
  return {
    name: cluster.name,
    edsServiceName: config.discovery.kind === 'eds' ? config.discovery.serviceName : '',
    circuitBreakers: { default: breakers(config.circuitBreakers.default), high: breakers(config.circuitBreakers.high) },
    hosts: hosts.map((endpoint) => hostView(endpoint, cluster)),
  };
}

export class LocalPlaneView implements PlaneView {
  readonly stats: StatsRegistry;
  readonly #clusters: ClusterManager;
  readonly #listeners: ListenerManager;

  constructor(stats: StatsRegistry, clusters: ClusterManager, listeners: ListenerManager) {
    this.stats = stats;
    this.#clusters = clusters;
    this.#listeners = listeners;
  }

  gather(): undefined {
    return undefined;
  }

  clusters(): readonly PlaneCluster[] {
    return this.#clusters.all().map(clusterView);
  }

  isWarming(kind: 'cluster' | 'listener', name: string): boolean {
    return kind === 'cluster' ? this.#clusters.isWarming(name) : this.#listeners.isWarming(name);
  }

  connections(): number {
    return this.#listeners.all().reduce((sum, listener) => sum + listener.connections, 0);
  }

  memory(): MemoryView {
    return process.memoryUsage();
  }

  resetCounters(): void {
    for (const { handle } of this.stats.stats()) if (handle instanceof Counter) handle.value = 0;
  }
}
