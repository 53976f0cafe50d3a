import { fromBinary } from '@bufbuild/protobuf';
import { decodeNode } from '@weft/mesh';
import { ProxyView } from '@weft/testing/explain';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { Failure } from '../command/failure.ts';

interface EncodedResource {
  readonly name: string;
  /** Base64 of the message. */
  readonly value: string;
}

/** The answer of `/debug/xds`: what a connected proxy is assigned. */
export interface AssignedXds {
  readonly nodeId: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<
    Partial<Record<'listener' | 'route' | 'cluster' | 'endpoint', readonly EncodedResource[]>>
  >;
}

/** A connected proxy, with what it is assigned now. */
export function decodeAssigned({ nodeId, metadata, resources }: AssignedXds): ProxyView {
  const node = decodeNode({ id: nodeId, metadata, userAgentName: 'weft' });
  if (!node.ok) throw new Failure('failure', `the proxy "${nodeId}" says who it is in a way that cannot be read`);
  const { listener, route, cluster, endpoint } = resources;
  return new ProxyView(node.value, {
    listener: byName(listener, (bytes) => fromBinary(ListenerSchema, bytes)),
    route: byName(route, (bytes) => fromBinary(RouteConfigurationSchema, bytes)),
    cluster: byName(cluster, (bytes) => fromBinary(ClusterSchema, bytes)),
    endpoint: byName(endpoint, (bytes) => fromBinary(ClusterLoadAssignmentSchema, bytes)),
  });
}

function byName<T>(encoded: readonly EncodedResource[] = [], decode: (bytes: Uint8Array) => T): ReadonlyMap<string, T> {
  return new Map(encoded.map(({ name, value }) => [name, decode(Buffer.from(value, 'base64'))]));
}
