/** A parsed bootstrap file → Bootstrap, or every reason why not. Spec: envoy.config.bootstrap.v3.Bootstrap. */

import type { DescMessage, MessageShape, Registry } from '@bufbuild/protobuf';
import { createRegistry } from '@bufbuild/protobuf';
import type { Decoded, Issue } from '@weft/base';
import { type Cluster, ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { type Address, AddressSchema } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { readOverload } from '../overload/decode-overload.ts';
import type { AdsSource, Bootstrap, HostPort } from './bootstrap.ts';
import { EXTENSIONS } from './extensions.ts';
import { JsonFields } from './json-fields.ts';
import { messageFromJson } from './message-json.ts';

function hostPort(address: Address | undefined): HostPort | undefined {
  if (address?.address.case !== 'socketAddress') return undefined;
  const { address: host, portSpecifier } = address.address.value;
  return portSpecifier.case === 'portValue' ? { host, port: portSpecifier.value } : undefined;
}

/** The first endpoint of a cluster's inline load assignment. */
function firstEndpoint(cluster: Cluster | undefined): HostPort | undefined {
  const endpoint = cluster?.loadAssignment?.endpoints[0]?.lbEndpoints[0]?.hostIdentifier;
  return endpoint?.case === 'endpoint' ? hostPort(endpoint.value.address) : undefined;
}

/** `host:port`, the form of `google_grpc.target_uri` without a scheme. */
function targetUri(fields: JsonFields): HostPort | undefined {
  const text = fields.text('target_uri');
  fields.take('stat_prefix');
  fields.end();
  const match = /^(?:dns:\/{0,3})?(\[[0-9a-f:]+\]|[^:/]+):(\d+)$/i.exec(text ?? '');
  if (match?.[1] !== undefined) return { host: match[1].replace(/^\[|\]$/g, ''), port: Number(match[2]) };
  fields.report('target_uri', `${JSON.stringify(text)} is not an address`, 'host:port');
  return undefined;
}

interface GrpcTarget {
  readonly address: HostPort;
  readonly clusterName: string | undefined;
}

function readGrpcService(ads: JsonFields, clusters: readonly Cluster[], issues: Issue[]): GrpcTarget | undefined {
  const services = ads.list('grpc_services');
  if (services.length !== 1) {
    ads.report('grpc_services', `${services.length} services given`, 'exactly one');
    return undefined;
  }
  const service = new JsonFields(services[0], ads.path('grpc_services[0]'), issues);
  service.take('timeout');
  const google = service.object('google_grpc');
  const envoy = service.object('envoy_grpc');
  service.end();
  if (google !== undefined) {
    const target = targetUri(google);
    return target === undefined ? undefined : { address: target, clusterName: undefined };
  }
  if (envoy === undefined) {
    service.report('envoy_grpc', 'no gRPC target is given', 'envoy_grpc.cluster_name or google_grpc.target_uri');
    return undefined;
  }
  const name = envoy.text('cluster_name');
  envoy.take('authority');
  envoy.end();
  const address = firstEndpoint(clusters.find((cluster) => cluster.name === name));
  if (address === undefined) {
    envoy.report(
      'cluster_name',
      `static cluster ${JSON.stringify(name)} with an endpoint does not exist`,
      'a cluster of static_resources.clusters',
    );
    return undefined;
  }
  return { address, clusterName: name };
}

/** `{ "ads": {} }`, the one config source this proxy follows. */
function usesAds(dynamic: JsonFields, name: string): boolean {
  const source = dynamic.object(name);
  if (source === undefined) return false;
  const ads = source.object('ads');
  const version = source.take('resource_api_version') ?? 'V3';
  source.take('initial_fetch_timeout');
  source.end();
  ads?.end();
  if (ads === undefined) source.report('ads', 'only the aggregated stream is supported', '{"ads": {}}');
  if (version !== 'V3') source.report('resource_api_version', `${JSON.stringify(version)} is not supported`, 'V3');
  return ads !== undefined;
}

function readDynamic(root: JsonFields, clusters: readonly Cluster[], issues: Issue[]): AdsSource | undefined {
  const dynamic = root.object('dynamic_resources');
  if (dynamic === undefined) return undefined;
  const ads = dynamic.object('ads_config');
  const wanted = { listeners: usesAds(dynamic, 'lds_config'), clusters: usesAds(dynamic, 'cds_config') };
  dynamic.end();
  if (ads === undefined) {
    if (wanted.listeners || wanted.clusters)
      dynamic.report('ads_config', 'ads is used but not configured', 'an ads_config');
    return undefined;
  }
  const protocol = ads.text('api_type');
  const version = ads.take('transport_api_version') ?? 'V3';
  if (version !== 'V3') ads.report('transport_api_version', `${JSON.stringify(version)} is not supported`, 'V3');
  ads.take('set_node_on_first_message_only');
  const target = readGrpcService(ads, clusters, issues);
  ads.end();
  if (protocol !== 'GRPC' && protocol !== 'DELTA_GRPC') {
    ads.report('api_type', `${JSON.stringify(protocol)} is not supported`, 'GRPC or DELTA_GRPC');
    return undefined;
  }
  return target === undefined ? undefined : { ...target, protocol, ...wanted };
}

function readList<Desc extends DescMessage>(
  desc: Desc,
  fields: JsonFields,
  name: string,
  registry: Registry,
  issues: Issue[],
): readonly MessageShape<Desc>[] {
  const out: MessageShape<Desc>[] = [];
  for (const [i, item] of fields.list(name).entries()) {
    const message = messageFromJson(desc, item, fields.path(`${name}[${i}]`), registry, issues);
    if (message !== undefined) out.push(message);
  }
  return out;
}

function readAdmin(root: JsonFields, registry: Registry, issues: Issue[]): HostPort | undefined {
  const admin = root.object('admin');
  if (admin === undefined) return undefined;
  const address = admin.take('address');
  admin.end();
  if (address === undefined) {
    admin.report('address', 'the admin interface has no address', 'an address, or no admin section');
    return undefined;
  }
  const bound = hostPort(messageFromJson(AddressSchema, address, admin.path('address'), registry, issues));
  if (bound === undefined) admin.report('address', 'not a TCP address', 'socket_address with address and port_value');
  return bound;
}

/**
 * Reads a parsed bootstrap file (JSON value; field names in snake_case or lowerCamelCase, as proto JSON allows).
 * Every field that is unknown, or that Envoy has and this proxy does not honour, is an issue with its path.
 */
export function decodeBootstrap(value: unknown): Decoded<Bootstrap> {
  const issues: Issue[] = [];
  const registry = createRegistry(...EXTENSIONS);
  const root = new JsonFields(value, '', issues);
  const node = messageFromJson(NodeSchema, root.take('node') ?? {}, 'node', registry, issues);
  if (node !== undefined && node.id === '')
    root.report('node.id', 'the proxy has no id', 'sidecar~IP~NAME.NAMESPACE~DOMAIN');
  const resources = root.object('static_resources') ?? new JsonFields({}, 'static_resources', issues);
  const clusters = readList(ClusterSchema, resources, 'clusters', registry, issues);
  const listeners = readList(ListenerSchema, resources, 'listeners', registry, issues);
  const secrets = readList(SecretSchema, resources, 'secrets', registry, issues);
  resources.end();
  const admin = readAdmin(root, registry, issues);
  const ads = readDynamic(root, clusters, issues);
  const overload = readOverload(root, issues);
  root.end();
  if (node === undefined || issues.length > 0) return { ok: false, issues };
  return { ok: true, value: { node, admin, ads, listeners, clusters, secrets, overload }, issues };
}
