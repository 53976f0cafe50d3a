import { create } from '@bufbuild/protobuf';
import type { Endpoint, Labels } from '@weft/mesh';
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
import { type PeerModes, takesMutualTls } from '../cluster/mutual-tls.ts';
import { address } from '../wire/address.ts';
import type { Init } from '../wire/init.ts';
import { type LocalityGroup, type LocalityPreference, preferLocalities, weightOf, weightOfAll } from './locality-lb.ts';

/** What the endpoints of a cluster depend on. */
export interface AssignmentInput {
  readonly clusterName: string;
  readonly endpoints: readonly Endpoint[];
  readonly port: number;
  /** Labels an endpoint must have; empty for the whole service. */
  readonly subset: Labels;
  /** Unready endpoints are sent as unhealthy; otherwise they are left out. */
  readonly sendUnready: boolean;
  /** Endpoints that shut down are announced as draining, for sessions that stick to them; otherwise they are left out. */
  readonly keepDraining: boolean;
  /** Which localities the proxy prefers; undefined when its place makes no difference. */
  readonly preference: LocalityPreference | undefined;
  /** Which endpoints take the mesh's TLS; undefined where the proxy has no certificate for it. */
  readonly mutualTls: PeerModes | undefined;
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
      (endpoint.draining ? input.keepDraining : endpoint.ready || input.sendUnready),
  );
  const groups = Map.groupBy(chosen, ({ locality }) => `${locality.region}/${locality.zone}/${locality.subZone}`);
  const localities = [...groups]
    .sort(([a], [b]) => compareText(a, b))
    .map(([, endpoints]): LocalityGroup => {
      const { locality } = endpoints[0]!;
      return { locality, endpoints, priority: 0, weight: weightOfAll(endpoints) };
    });
  const ordered = input.preference === undefined ? localities : preferLocalities(localities, input.preference);
  return create(ClusterLoadAssignmentSchema, {
    clusterName: input.clusterName,
    endpoints: ordered.map((group) => localityOf(group, input.mutualTls)),
  });
}

function localityOf(group: LocalityGroup, mutualTls: PeerModes | undefined): Init<typeof LocalityLbEndpointsSchema> {
  return {
    locality: group.locality,
    priority: group.priority,
    loadBalancingWeight: group.weight,
    lbEndpoints: group.endpoints.map((endpoint) => lbEndpoint(endpoint, mutualTls)),
  };
}

function lbEndpoint(endpoint: Endpoint, mutualTls: PeerModes | undefined): Init<typeof LbEndpointSchema> {
  return {
    hostIdentifier: { case: 'endpoint', value: { address: address(endpoint.address, endpoint.port) } },
    loadBalancingWeight: weightOf(endpoint),
    healthStatus: healthOf(endpoint),
    metadata: {
      filterMetadata: {
        ...(mutualTls !== undefined &&
          takesMutualTls(endpoint, mutualTls) && { 'envoy.transport_socket_match': { tlsMode: 'istio' } }),
        istio: { workload: workloadText(endpoint) },
      },
    },
  };
}

function healthOf({ ready, draining }: Endpoint): HealthStatus {
  if (ready) return HealthStatus.HEALTHY;
  return draining ? HealthStatus.DRAINING : HealthStatus.UNHEALTHY;
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
