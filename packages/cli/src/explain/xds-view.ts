import { fromBinary } from '@bufbuild/protobuf';
import { type Cluster, ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';

/** The configuration of one proxy, by kind and name: what a request is explained from. */
export interface XdsView {
  readonly nodeId: string;
  readonly listener: ReadonlyMap<string, Listener>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  readonly cluster: ReadonlyMap<string, Cluster>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
}

interface EncodedResource {
  readonly name: string;
  /** Base64 of the message. */
  readonly value: string;
}

/** The answer of `/debug/xds`: what a connected proxy is assigned. */
export interface AssignedXds {
  readonly nodeId: string;
  readonly resources: Readonly<
    Partial<Record<'listener' | 'route' | 'cluster' | 'endpoint', readonly EncodedResource[]>>
  >;
}

export function decodeAssigned(assigned: AssignedXds): XdsView {
  const { listener, route, cluster, endpoint } = assigned.resources;
  return {
    nodeId: assigned.nodeId,
    listener: byName(listener, (bytes) => fromBinary(ListenerSchema, bytes)),
    route: byName(route, (bytes) => fromBinary(RouteConfigurationSchema, bytes)),
    cluster: byName(cluster, (bytes) => fromBinary(ClusterSchema, bytes)),
    endpoint: byName(endpoint, (bytes) => fromBinary(ClusterLoadAssignmentSchema, bytes)),
  };
}

function byName<T>(encoded: readonly EncodedResource[] = [], decode: (bytes: Uint8Array) => T): ReadonlyMap<string, T> {
  return new Map(encoded.map(({ name, value }) => [name, decode(Buffer.from(value, 'base64'))]));
}
