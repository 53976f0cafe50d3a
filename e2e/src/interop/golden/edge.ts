/**
 * What a case's addresses become at the edge of the ADS server, so that any machine can serve it: endpoints are backends of this process,
 * listeners take free ports of loopback, and files and placeholders of certificates are the test's own.
 */
import {
  fromJson,
  isMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from '@bufbuild/protobuf';
import type { TranslatedResources } from '@weft/translate';
import {
  encodeResource,
  forEachKind,
  messageRegistry,
  RESOURCE_KINDS,
  type ResourceKind,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';
import { CERTIFICATE_NAME, TEST_DATA } from './certificates.ts';
import type { DataPlane } from './golden-case.ts';

/** A case's resources as JSON, which is simple to search, and as the set that is served. */
export interface EdgeSet {
  readonly json: Readonly<Record<ResourceKind, readonly JsonObject[]>>;
  readonly set: XdsSet;
}

/** The port of the backend that stands for an endpoint; `label` is `<cluster> <address>:<port>`. */
export type PortOf = (label: string) => Promise<number>;

export async function toEdge(resources: TranslatedResources, dataPlane: DataPlane, portOf: PortOf): Promise<EdgeSet> {
  const registry = messageRegistry();
  const given: Partial<Record<ResourceKind, ReadonlyMap<string, Message>>> = resources;
  const json = forEachKind<JsonObject[]>(() => []);
  const set = forEachKind(() => new Map<string, XdsResource>());
  for (const kind of Object.keys(json) as ResourceKind[]) {
    for (const [name, message] of given[kind] ?? []) {
      const before = object(asHere(jsonOf(kind, message, registry), dataPlane));
      const after = await rewrite(kind, before, portOf);
      json[kind].push(after);
      set[kind].set(name, encode(kind, name, after, registry));
    }
  }
  return { json, set };
}

function jsonOf(kind: ResourceKind, message: Message, registry: Registry): JsonObject {
  const { schema } = RESOURCE_KINDS[kind];
  if (!isMessage(message, schema)) throw new Error(`not a ${schema.typeName}`);
  return object(toJson(schema, message, { registry, useProtoFieldName: true }));
}

function encode<K extends ResourceKind>(kind: K, name: string, json: JsonObject, registry: Registry): XdsResource {
  return encodeResource(kind, name, fromJson(RESOURCE_KINDS[kind].schema, json, { registry }));
}

async function rewrite(kind: ResourceKind, json: JsonObject, portOf: PortOf): Promise<JsonObject> {
  if (kind === 'listener') return onLoopback(json);
  if (kind === 'cluster') return { ...json, ...(await withBackends(object(json['load_assignment']), portOf)) };
  if (kind === 'endpoint') return object((await withBackends(json, portOf)).load_assignment);
  return json;
}

/** Listener filters that need a redirected connection. */
const OF_REDIRECTS: ReadonlySet<unknown> = new Set([
  'envoy.filters.listener.original_dst',
  'envoy.filters.listener.original_src',
]);

/** A free port of loopback, opened by the proxy itself: nobody redirects connections here. */
function onLoopback(listener: JsonObject): JsonObject {
  const { bind_to_port: _, transparent: _1, additional_addresses: _2, ...rest } = listener;
  return {
    ...rest,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    listener_filters: list(listener['listener_filters']).filter(({ name }) => !OF_REDIRECTS.has(name)),
  };
}

async function withBackends(assignment: JsonObject, portOf: PortOf): Promise<{ load_assignment?: JsonObject }> {
  const cluster = assignment['cluster_name'];
  if (typeof cluster !== 'string') return {};
  const endpoints: JsonObject[] = [];
  for (const locality of list(assignment['endpoints'])) {
    const hosts: JsonObject[] = [];
    for (const host of list(locality['lb_endpoints'])) hosts.push(await withBackend(cluster, host, portOf));
    endpoints.push({ ...locality, lb_endpoints: hosts });
  }
  return { load_assignment: { ...assignment, endpoints } };
}

async function withBackend(cluster: string, host: JsonObject, portOf: PortOf): Promise<JsonObject> {
  const endpoint = object(host['endpoint']);
  const socket = object(object(endpoint['address'])['socket_address']);
  if (socket['address'] === undefined) return host;
  const port = await portOf(`${cluster} ${socket['address']}:${socket['port_value']}`);
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return { ...host, endpoint: { ...endpoint, address } };
}

/** Of Envoy, which waits 5 s for a name server that is not there; ours asks the system. */
const DNS_QUERY_TIMEOUT = '0.200s';

/** With the test's data in the messages of `envoy.extensions.transport_sockets.tls.v3`. */
function asHere(value: JsonValue, dataPlane: DataPlane): JsonValue {
  if (Array.isArray(value)) return value.map((item) => asHere(item, dataPlane));
  if (typeof value !== 'object' || value === null) return value;
  const result: JsonObject = {};
  for (const [key, child] of Object.entries(value)) {
    const data = TEST_DATA[key];
    if (data !== undefined) result[key] = data;
    else if (key === 'dns_cache_config' && dataPlane === 'envoy')
      result[key] = { ...object(child), dns_query_timeout: DNS_QUERY_TIMEOUT };
    else if (key === 'match_typed_subject_alt_names') result[key] = list(child).map(ofTestCertificate);
    else result[key] = asHere(child, dataPlane);
  }
  return result;
}

function ofTestCertificate(matcher: JsonObject): JsonObject {
  return { ...matcher, san_type: 'DNS', matcher: { exact: CERTIFICATE_NAME } };
}

/** `{}` where there is no object, so that absent fields can be looked into. */
export function object(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

export function list(value: JsonValue | undefined): JsonObject[] {
  return Array.isArray(value) ? value.map(object) : [];
}
