import { parseClusterName } from '@weft/translate';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { Cluster_LbPolicy } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { HealthStatus } from '@weft/xds/gen/envoy/config/core/v3/health_check_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { ExplainedOrigin } from './explained.ts';
import type { XdsView } from './xds-view.ts';

export interface ExplainedEndpoint {
  readonly address: string;
  readonly health: string;
  readonly weight: number;
}

/** A cluster that a request may go to. */
export interface ExplainedDestination {
  readonly cluster: string;
  readonly host: string;
  readonly subset: string;
  readonly port: number;
  /** Share of the requests, in percent. */
  readonly percent: number;
  readonly balancing: string;
  readonly connectTimeoutMs: number | undefined;
  readonly endpoints: readonly ExplainedEndpoint[];
  readonly origin: ExplainedOrigin | undefined;
  /** What a request that goes here gets instead of an answer. */
  readonly problem: string | undefined;
}

export function explainDestination(view: XdsView, name: string, percent: number): ExplainedDestination {
  const parsed = parseClusterName(name);
  const cluster = view.cluster.get(name);
  const endpoints = endpointsOf(view, cluster);
  return {
    cluster: name,
    host: parsed?.host ?? '',
    subset: parsed?.subset ?? '',
    port: parsed?.port ?? 0,
    percent,
    balancing: cluster === undefined ? '' : (Cluster_LbPolicy[cluster.lbPolicy] ?? ''),
    connectTimeoutMs: cluster?.connectTimeout === undefined ? undefined : durationMs(cluster.connectTimeout),
    endpoints,
    origin: originOf(cluster?.metadata?.filterMetadata['weft']),
    problem: problemOf(cluster, endpoints),
  };
}

function problemOf(cluster: Cluster | undefined, endpoints: readonly ExplainedEndpoint[]): string | undefined {
  if (cluster === undefined) return '503 NC: there is no such cluster; does the subset or the service exist?';
  const discovered =
    cluster.clusterDiscoveryType.case === 'type' &&
    cluster.clusterDiscoveryType.value !== 3 &&
    cluster.clusterDiscoveryType.value !== 0;
  if (discovered) return undefined;
  if (endpoints.length === 0) return '503 UH: no workload is behind it; is one running with these labels?';
  return endpoints.every((endpoint) => endpoint.health === 'UNHEALTHY') ? '503 UH: no endpoint is healthy' : undefined;
}

/** Static ones from the cluster itself, discovered ones from the assignment it names. */
function endpointsOf(view: XdsView, cluster: Cluster | undefined): readonly ExplainedEndpoint[] {
  if (cluster === undefined) return [];
  const service = cluster.edsClusterConfig?.serviceName;
  const assignment =
    cluster.loadAssignment ?? view.endpoint.get(service === undefined || service === '' ? cluster.name : service);
  return assignment === undefined ? [] : endpointsIn(assignment);
}

function endpointsIn(assignment: ClusterLoadAssignment): readonly ExplainedEndpoint[] {
  return assignment.endpoints.flatMap((locality) =>
    locality.lbEndpoints.flatMap((endpoint) => {
      if (endpoint.hostIdentifier.case !== 'endpoint') return [];
      const address = endpoint.hostIdentifier.value.address?.address;
      if (address?.case !== 'socketAddress') return [];
      const { address: host, portSpecifier } = address.value;
      const health = HealthStatus[endpoint.healthStatus] ?? '';
      return {
        address: `${host}:${portSpecifier.value ?? ''}`,
        health: health === 'UNKNOWN' ? 'HEALTHY' : health,
        weight: endpoint.loadBalancingWeight ?? 1,
      };
    }),
  );
}

export function durationMs(duration: { readonly seconds: bigint; readonly nanos: number }): number {
  return Number(duration.seconds) * 1000 + duration.nanos / 1e6;
}

/** `filter_metadata.weft`, as translation writes it. */
function originOf(metadata: { readonly [key: string]: unknown } | undefined): ExplainedOrigin | undefined {
  if (metadata === undefined || typeof metadata['resource'] !== 'string') return undefined;
  const { file, line, path, resource } = metadata;
  return {
    resource,
    path: typeof path === 'string' ? path : '',
    file: typeof file === 'string' ? file : undefined,
    line: typeof line === 'number' ? line : undefined,
  };
}
