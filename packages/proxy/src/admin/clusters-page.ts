/** /clusters: every cluster with its hosts, in Envoy's text and JSON forms (envoy.admin.v3.Clusters). */
import type { JsonObject } from '@bufbuild/protobuf';
import type { CircuitBreakerView, ClusterView, HostView } from './admin-view.ts';
import { socketAddressJson } from './socket-address.ts';

function breakerLines(name: string, priority: string, limits: CircuitBreakerView): string {
  const at = `${name}::${priority}_priority`;
  return (
    `${at}::max_connections::${limits.maxConnections}\n${at}::max_pending_requests::${limits.maxPendingRequests}\n` +
    `${at}::max_requests::${limits.maxRequests}\n${at}::max_retries::${limits.maxRetries}\n`
  );
}

function hostLines(cluster: string, host: HostView): string {
  const rows: readonly (readonly [string, string | number])[] = [
    ['cx_active', host.cxActive],
    ['cx_connect_fail', host.cxConnectFail],
    ['cx_total', host.cxTotal],
    ['rq_active', host.rqActive],
    ['rq_error', host.rqError],
    ['rq_success', host.rqSuccess],
    ['rq_timeout', host.rqTimeout],
    ['rq_total', host.rqTotal],
    ['hostname', host.hostname],
    ['health_flags', host.healthFlags === '' ? 'healthy' : host.healthFlags],
    ['weight', host.weight],
    ['region', host.region],
    ['zone', host.zone],
    ['sub_zone', host.subZone],
    ['priority', host.priority],
  ];
  return rows.map(([name, value]) => `${cluster}::${host.address}::${name}::${value}\n`).join('');
}

export function clustersText(clusters: readonly ClusterView[]): string {
  let text = '';
  for (const cluster of clusters) {
    text += `${cluster.name}::observability_name::${cluster.name}\n`;
    text += breakerLines(cluster.name, 'default', cluster.circuitBreakers.default);
    text += breakerLines(cluster.name, 'high', cluster.circuitBreakers.high);
    text += `${cluster.name}::added_via_api::${cluster.addedViaApi}\n`;
    if (cluster.edsServiceName !== '') text += `${cluster.name}::eds_service_name::${cluster.edsServiceName}\n`;
    for (const host of cluster.hosts) text += hostLines(cluster.name, host);
  }
  return text;
}

const EDS_HEALTH: Readonly<Record<HostView['health'], string>> = {
  healthy: 'HEALTHY',
  degraded: 'DEGRADED',
  unhealthy: 'UNHEALTHY',
};

function hostJson(host: HostView): JsonObject {
  const counter = (name: string, value: number): JsonObject => ({ name, value: String(value) });
  const gauge = (name: string, value: number): JsonObject => ({ type: 'GAUGE', ...counter(name, value) });
  return {
    address: socketAddressJson(host.address),
    stats: [
      counter('cx_connect_fail', host.cxConnectFail),
      counter('cx_total', host.cxTotal),
      counter('rq_error', host.rqError),
      counter('rq_success', host.rqSuccess),
      counter('rq_timeout', host.rqTimeout),
      counter('rq_total', host.rqTotal),
      gauge('cx_active', host.cxActive),
      gauge('rq_active', host.rqActive),
    ],
    health_status: {
      eds_health_status: EDS_HEALTH[host.health],
      ...(host.healthFlags.includes('failed_active_hc') ? { failed_active_health_check: true } : {}),
      ...(host.healthFlags.includes('failed_outlier_check') ? { failed_outlier_check: true } : {}),
    },
    weight: host.weight,
    hostname: host.hostname,
    ...(host.priority === 0 ? {} : { priority: host.priority }),
    locality: { region: host.region, zone: host.zone, sub_zone: host.subZone },
  };
}

function thresholdsJson(limits: CircuitBreakerView, priority: 'DEFAULT' | 'HIGH'): JsonObject {
  return {
    ...(priority === 'HIGH' ? { priority } : {}),
    max_connections: limits.maxConnections,
    max_pending_requests: limits.maxPendingRequests,
    max_requests: limits.maxRequests,
    max_retries: limits.maxRetries,
  };
}

export function clustersJson(clusters: readonly ClusterView[]): JsonObject {
  return {
    cluster_statuses: clusters.map((cluster) => ({
      name: cluster.name,
      added_via_api: cluster.addedViaApi,
      host_statuses: cluster.hosts.map(hostJson),
      circuit_breakers: {
        thresholds: [
          thresholdsJson(cluster.circuitBreakers.default, 'DEFAULT'),
          thresholdsJson(cluster.circuitBreakers.high, 'HIGH'),
        ],
      },
      observability_name: cluster.name,
      ...(cluster.edsServiceName === '' ? {} : { eds_service_name: cluster.edsServiceName }),
    })),
  };
}
