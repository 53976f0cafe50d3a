import type { Message } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { type Cluster, ClusterSchema } from '../gen/envoy/config/cluster/v3/cluster_pb.js';
import { type TypedExtensionConfig, TypedExtensionConfigSchema } from '../gen/envoy/config/core/v3/extension_pb.js';
import {
  type ClusterLoadAssignment,
  ClusterLoadAssignmentSchema,
} from '../gen/envoy/config/endpoint/v3/endpoint_pb.js';
import { type Listener, ListenerSchema } from '../gen/envoy/config/listener/v3/listener_pb.js';
import { type RouteConfiguration, RouteConfigurationSchema } from '../gen/envoy/config/route/v3/route_pb.js';
import { type Secret, SecretSchema } from '../gen/envoy/extensions/transport_sockets/tls/v3/secret_pb.js';
import { type NameTable, NameTableSchema } from '../gen/istio/networking/nds/v1/nds_pb.js';

/** The message of each kind. */
interface ResourceMessages {
  readonly cluster: Cluster;
  readonly endpoint: ClusterLoadAssignment;
  readonly listener: Listener;
  readonly route: RouteConfiguration;
  readonly secret: Secret;
  readonly extensionConfig: TypedExtensionConfig;
  readonly nameTable: NameTable;
}

export type ResourceKind = keyof ResourceMessages;

/** The message class of each kind: `ResourceMessage<'cluster'>` is Envoy's `Cluster`. */
export type ResourceMessage<K extends ResourceKind> = ResourceMessages[K];

interface KindRow<M extends Message> {
  readonly typeUrl: string;
  /** The name people use: CDS, EDS, … */
  readonly short: string;
  readonly order: number;
  readonly fullStateInSotw: boolean;
  readonly removedLate: boolean;
  readonly schema: GenMessage<M>;
  /** The xDS resource name inside the message; state of the world has it nowhere else. */
  readonly nameOf: (message: M) => string;
}

/** The name of the only resource of its kind. */
const NAME_TABLE = 'nametable';

/**
 * Every xDS resource type spoken here, one row a type.
 *
 * `order`: the push order that keeps traffic flowing (xDS protocol, "Eventual consistency considerations"): clusters, then
 * their endpoints, then listeners, then the routes those listeners name, then secrets and extensions.
 * `fullStateInSotw`: in state-of-the-world mode a response holds every resource, and what is absent is gone; also the types
 * for which an empty first subscription means "everything" (xDS protocol, "How the client specifies what resources to return").
 * `removedLate`: what routes and listeners point at; a removal waits until they are ACKed (make before break).
 */
export const RESOURCE_KINDS: { readonly [K in ResourceKind]: KindRow<ResourceMessages[K]> } = {
  cluster: {
    typeUrl: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
    short: 'CDS',
    order: 0,
    fullStateInSotw: true,
    removedLate: true,
    schema: ClusterSchema,
    nameOf: (message) => message.name,
  },
  endpoint: {
    typeUrl: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
    short: 'EDS',
    order: 1,
    fullStateInSotw: false,
    removedLate: true,
    schema: ClusterLoadAssignmentSchema,
    nameOf: (message) => message.clusterName,
  },
  listener: {
    typeUrl: 'type.googleapis.com/envoy.config.listener.v3.Listener',
    short: 'LDS',
    order: 2,
    fullStateInSotw: true,
    removedLate: false,
    schema: ListenerSchema,
    nameOf: (message) => message.name,
  },
  route: {
    typeUrl: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
    short: 'RDS',
    order: 3,
    fullStateInSotw: false,
    removedLate: false,
    schema: RouteConfigurationSchema,
    nameOf: (message) => message.name,
  },
  secret: {
    typeUrl: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
    short: 'SDS',
    order: 4,
    fullStateInSotw: false,
    removedLate: false,
    schema: SecretSchema,
    nameOf: (message) => message.name,
  },
  extensionConfig: {
    typeUrl: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
    short: 'ECDS',
    order: 5,
    fullStateInSotw: false,
    removedLate: false,
    schema: TypedExtensionConfigSchema,
    nameOf: (message) => message.name,
  },
  nameTable: {
    typeUrl: 'type.googleapis.com/istio.networking.nds.v1.NameTable',
    short: 'NDS',
    order: 6,
    fullStateInSotw: true,
    removedLate: false,
    schema: NameTableSchema,
    // There is one for each proxy; the message has no name.
    nameOf: () => NAME_TABLE,
  },
};

/** All kinds, in push order. */
export const KINDS_IN_ORDER: readonly ResourceKind[] = (Object.keys(RESOURCE_KINDS) as ResourceKind[]).sort(
  (a, b) => RESOURCE_KINDS[a].order - RESOURCE_KINDS[b].order,
);

const byTypeUrl: ReadonlyMap<string, ResourceKind> = new Map(
  KINDS_IN_ORDER.map((kind) => [RESOURCE_KINDS[kind].typeUrl, kind]),
);

/** The kind with this type URL, or undefined when it is not spoken here. */
export function kindOfTypeUrl(typeUrl: string): ResourceKind | undefined {
  return byTypeUrl.get(typeUrl);
}

/** A record with one value for each kind. */
export function forEachKind<T>(make: (kind: ResourceKind) => T): Record<ResourceKind, T> {
  return {
    cluster: make('cluster'),
    endpoint: make('endpoint'),
    listener: make('listener'),
    route: make('route'),
    secret: make('secret'),
    extensionConfig: make('extensionConfig'),
    nameTable: make('nameTable'),
  };
}
