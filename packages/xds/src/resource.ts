import { createHash } from 'node:crypto';
import { create, type DescMessage, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import { LayeredMap } from '@weft/base';
import { Cluster_DiscoveryType } from '../gen/envoy/config/cluster/v3/cluster_pb.js';
import { type VirtualHost, VirtualHostSchema } from '../gen/envoy/config/route/v3/route_components_pb.js';
import { type RouteConfiguration, RouteConfigurationSchema } from '../gen/envoy/config/route/v3/route_pb.js';
import { forEachKind, RESOURCE_KINDS, type ResourceKind, type ResourceMessage } from './kinds.ts';

/** One encoded resource. Encoded once, then shared by reference by every proxy that receives it. */
export interface XdsResource {
  readonly name: string;
  /** A hash of the bytes: equal content has an equal version, also after the server restarts. */
  readonly version: string;
  readonly any: Any;
  /**
   * For a cluster that learns its endpoints by EDS: the name of that endpoint resource. A changed cluster warms anew and
   * waits for its endpoints, so they are sent again after it (xDS protocol, "Resource warming").
   */
  readonly endpointName: string | undefined;
}

/** Everything one proxy may subscribe to: kind → name → resource. Maps may be shared between proxies; never changed once given. */
export type XdsSet = Readonly<Record<ResourceKind, ReadonlyMap<string, XdsResource>>>;

export const EMPTY_XDS_SET: XdsSet = Object.freeze(forEachKind(() => new Map<string, XdsResource>()));

/** Encodes `message` under `name` (an xDS resource name of `kind`). */
export function encodeResource<K extends ResourceKind>(
  kind: K,
  name: string,
  message: ResourceMessage<K>,
): XdsResource {
  const row: { readonly typeUrl: string; readonly schema: DescMessage } = RESOURCE_KINDS[kind];
  const value = isRoutes(message) ? encodeRoutes(message) : toBinary(row.schema, message as MessageShape<DescMessage>);
  return {
    name,
    version: createHash('sha256').update(value).digest('base64url').slice(0, 16),
    any: create(AnySchema, { typeUrl: row.typeUrl, value }),
    endpointName: kind === 'cluster' ? endpointNameOf(message as ResourceMessage<'cluster'>) : undefined,
  };
}

function isRoutes(message: ResourceMessage<ResourceKind>): message is RouteConfiguration {
  return message.$typeName === 'envoy.config.route.v3.RouteConfiguration';
}

const virtualHosts = new WeakMap<VirtualHost, Uint8Array>();

/**
 * Route configurations of many proxies have most virtual hosts in common, and a change is in few of them, so each is encoded once. Fields of
 * a message may come in any order (protobuf.dev, "Encoding", Message Structure).
 */
function encodeRoutes(message: RouteConfiguration): Uint8Array {
  const rest = toBinary(RouteConfigurationSchema, { ...message, virtualHosts: [] });
  return Buffer.concat([rest, ...message.virtualHosts.map(virtualHostField)]);
}

function virtualHostField(host: VirtualHost): Uint8Array {
  const known = virtualHosts.get(host);
  if (known !== undefined) return known;
  const { number } = RouteConfigurationSchema.field.virtualHosts;
  const bytes = new BinaryWriter()
    .tag(number, WireType.LengthDelimited)
    .bytes(toBinary(VirtualHostSchema, host))
    .finish();
  virtualHosts.set(host, bytes);
  return bytes;
}

/** cluster.proto, EdsClusterConfig.service_name: "if unset, the cluster's name". */
function endpointNameOf(cluster: ResourceMessage<'cluster'>): string | undefined {
  const discovery = cluster.clusterDiscoveryType;
  if (discovery.case !== 'type' || discovery.value !== Cluster_DiscoveryType.EDS) return undefined;
  const serviceName = cluster.edsClusterConfig?.serviceName ?? '';
  return serviceName === '' ? cluster.name : serviceName;
}

const versions = new WeakMap<ReadonlyMap<string, XdsResource>, string>();

/** One version for all resources of a kind: a hash over names and versions, whatever their order. Remembered per map. */
export function versionOfAll(resources: ReadonlyMap<string, XdsResource>): string {
  const known = versions.get(resources);
  if (known !== undefined) return known;
  const hash = createHash('sha256');
  if (resources instanceof LayeredMap) hash.update(`${versionOfAll(resources.base)}\0${versionOfAll(resources.own)}`);
  else for (const name of [...resources.keys()].sort()) hash.update(`${name}\0${resources.get(name)?.version}\0`);
  const version = hash.digest('base64url').slice(0, 16);
  versions.set(resources, version);
  return version;
}
