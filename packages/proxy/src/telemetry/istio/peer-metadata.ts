/**
 * Istio's metadata exchange over HTTP: each side tells the other who it is in two headers.
 * `x-envoy-peer-metadata-id` is the node id, `x-envoy-peer-metadata` the base64 of a serialised google.protobuf.Struct.
 */
import { fromBinary, fromJson, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { StructSchema } from '@bufbuild/protobuf/wkt';

export const PEER_METADATA_HEADER = 'x-envoy-peer-metadata';
export const PEER_METADATA_ID_HEADER = 'x-envoy-peer-metadata-id';

/** What a peer is told of a node: only what metrics need, for it travels with every request. */
const SHARED_FIELDS = ['CLUSTER_ID', 'INSTANCE_IPS', 'MESH_ID', 'NAME', 'NAMESPACE', 'OWNER', 'WORKLOAD_NAME'];
const SHARED_LABELS = [
  'app',
  'app.kubernetes.io/name',
  'app.kubernetes.io/version',
  'service.istio.io/canonical-name',
  'service.istio.io/canonical-revision',
  'version',
];

/** A peer's header longer than this is not decoded: ours are below 1 KiB. */
const MAX_HEADER_LENGTH = 16 * 1024;

/** The value of `x-envoy-peer-metadata` for a node. Fields are in sorted order, so equal nodes give equal headers. */
export function encodePeerMetadata(nodeMetadata: JsonObject): string {
  const shared: JsonObject = {};
  const labels = pick(nodeMetadata['LABELS'], SHARED_LABELS);
  for (const name of [...SHARED_FIELDS, 'LABELS'].sort()) {
    const value = name === 'LABELS' ? labels : nodeMetadata[name];
    if (value !== undefined) shared[name] = value;
  }
  return Buffer.from(toBinary(StructSchema, fromJson(StructSchema, shared))).toString('base64');
}

function pick(from: JsonObject[string] | undefined, names: readonly string[]): JsonObject {
  const picked: JsonObject = {};
  if (typeof from !== 'object' || from === null || Array.isArray(from)) return picked;
  for (const name of names) {
    const value = from[name];
    if (value !== undefined) picked[name] = value;
  }
  return picked;
}

/** The metadata in a peer's header, or undefined when it is none: a peer may send anything. */
export function decodePeerMetadata(header: string): JsonObject | undefined {
  if (header.length > MAX_HEADER_LENGTH || !/^[A-Za-z0-9+/]+={0,2}$/.test(header)) return undefined;
  try {
    const json = toJson(StructSchema, fromBinary(StructSchema, Buffer.from(header, 'base64')));
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? json : undefined;
  } catch {
    // Foreign bytes that are no Struct. The peer stays unknown in the metrics, which is all the header is for.
    return undefined;
  }
}
