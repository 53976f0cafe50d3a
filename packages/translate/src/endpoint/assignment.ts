import { create } from '@bufbuild/protobuf';
import type { Endpoint, Labels, Locality } from '@weft/mesh';
import { compareText, selects } from '@weft/mesh';
import { HealthStatus } from '@weft/xds/gen/envoy/config/core/v3/health_check_pb';
import type {
  LbEndpointSchema,
  LocalityLbEndpointsSchema,
} from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_components_pb';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { address } from '../wire/address.ts';
import type { Init } from '../wire/init.ts';

/** What the endpoints of a cluster depend on. */
export interface AssignmentInput {
  readonly clusterName: string;
  readonly endpoints: readonly Endpoint[];
  readonly port: number;
  /** Labels an endpoint must have; empty for the whole service. */
  readonly subset: Labels;
  /** Unready endpoints are sent as unhealthy; otherwise they are left out. */
  readonly sendUnready: boolean;
}

/**
 * Endpoints → ClusterLoadAssignment, grouped by locality (endpoints/endpoint_builder.go). A locality weighs as much as its endpoints
 * together, which is how Istio gives every endpoint the same share.
 */
export function assignment(input: AssignmentInput): ClusterLoadAssignment {
  const chosen = input.endpoints.filter(
    (endpoint) =>
      endpoint.servicePort === input.port &&
      selects(input.subset, endpoint.labels) &&
      (endpoint.ready || input.sendUnready),
  );
  const groups = Map.groupBy(chosen, ({ locality }) => `${locality.region}/${locality.zone}/${locality.subZone}`);
  return create(ClusterLoadAssignmentSchema, {
    clusterName: input.clusterName,
    endpoints: [...groups].sort(([a], [b]) => compareText(a, b)).map(([, endpoints]) => localityOf(endpoints)),
  });
}

function localityOf(endpoints: readonly Endpoint[]): Init<typeof LocalityLbEndpointsSchema> {
  const locality: Locality | undefined = endpoints[0]?.locality;
  return {
    ...(locality && { locality }),
    loadBalancingWeight: endpoints.reduce((sum, endpoint) => sum + weightOf(endpoint), 0),
    lbEndpoints: endpoints.map(lbEndpoint),
  };
}

function weightOf(endpoint: Endpoint): number {
  return endpoint.weight > 0 ? endpoint.weight : 1;
}

function lbEndpoint(endpoint: Endpoint): Init<typeof LbEndpointSchema> {
  return {
    hostIdentifier: { case: 'endpoint', value: { address: address(endpoint.address, endpoint.port) } },
    loadBalancingWeight: weightOf(endpoint),
    healthStatus: endpoint.ready ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY,
    metadata: { filterMetadata: { istio: { workload: workloadText(endpoint) } } },
  };
}

/** `workload;namespace;canonical name;canonical revision;cluster`, the revision left empty when it is `latest` (util.AppendLbEndpointMetadata). */
function workloadText(endpoint: Endpoint): string {
  const { labels } = endpoint;
  const service =
    labels['service.istio.io/canonical-name'] ?? labels['app.kubernetes.io/name'] ?? labels['app'] ?? endpoint.workload;
  const revision =
    labels['service.istio.io/canonical-revision'] ?? labels['app.kubernetes.io/version'] ?? labels['version'] ?? '';
  return [
    endpoint.workload,
    endpoint.namespace,
    service,
    revision === 'latest' ? '' : revision,
    endpoint.clusterId,
  ].join(';');
}
