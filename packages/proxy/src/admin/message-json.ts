/** Protobuf messages as Envoy's admin interface prints them: snake_case fields, unpacked Anys, no private keys. */
import {
  create,
  createFileRegistry,
  createRegistry,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  type Message,
  type Registry,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { BootstrapSchema } from '@weft/xds/gen/envoy/config/bootstrap/v3/bootstrap_pb';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';

/** Prints messages of the given types, and Anys that hold them. */
export interface MessagePrinter {
  /** The message as JSON; as the content of an Any when `typed`, with `@type` first. */
  print(message: Message, typed: boolean): JsonObject;
}

/**
 * A type that this build has no descriptor of, standing in for one: an empty message of that name. A resource may carry extensions
 * for other proxies, and a dump that failed because of them would hide everything else.
 */
function placeholder(typeName: string): DescMessage | undefined {
  const dot = typeName.lastIndexOf('.');
  const file = {
    name: `${typeName}.proto`,
    package: typeName.slice(0, Math.max(dot, 0)),
    messageType: [{ name: typeName.slice(dot + 1) }],
    syntax: 'proto3',
  };
  return createFileRegistry(create(FileDescriptorSetSchema, { file: [file] })).getMessage(typeName);
}

/** What an AdminView hands out; everything else is inside an Any. */
const RESOURCES = createRegistry(
  BootstrapSchema,
  ClusterSchema,
  ClusterLoadAssignmentSchema,
  ListenerSchema,
  NodeSchema,
  RouteConfigurationSchema,
  SecretSchema,
);

/** @param extensions the messages that may stand in an Any of a resource */
export function messagePrinter(extensions: Registry): MessagePrinter {
  const known = createRegistry(RESOURCES, extensions);
  const placeholders = new Map<string, DescMessage | undefined>();
  const registry: Registry = {
    kind: 'registry',
    [Symbol.iterator]: () => known[Symbol.iterator](),
    get: (name) => known.get(name),
    getEnum: (name) => known.getEnum(name),
    getExtension: (name) => known.getExtension(name),
    getExtensionFor: (extendee, no) => known.getExtensionFor(extendee, no),
    getService: (name) => known.getService(name),
    getMessage(name) {
      const desc = known.getMessage(name);
      if (desc !== undefined) return desc;
      if (!placeholders.has(name)) placeholders.set(name, placeholder(name));
      return placeholders.get(name);
    },
  };
  return {
    print(message, typed) {
      const desc = known.getMessage(message.$typeName);
      if (desc === undefined) throw new Error(`no descriptor of ${message.$typeName} was given to the admin server`);
      const tidy = tidyUp(toJson(desc, message, { registry, useProtoFieldName: true }), placeholders);
      const object = isObject(tidy) ? tidy : {};
      return typed ? { '@type': `type.googleapis.com/${message.$typeName}`, ...object } : object;
    },
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Fields that hold a secret wherever they stand (annotated `udpa.annotations.sensitive` in Envoy's API). */
const SENSITIVE = new Set([
  'private_key',
  'password',
  'pkcs12',
  'session_ticket_keys',
  'generic_secret',
  'access_token',
]);

const REDACTED = '[redacted]';
const REDACTED_BYTES = Buffer.from(REDACTED).toString('base64');

/** Puts `@type` first, marks what could not be decoded, and takes secrets out. */
function tidyUp(value: JsonValue, undecoded: ReadonlyMap<string, unknown>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => tidyUp(item, undecoded));
  if (!isObject(value)) return value;
  const tidy: JsonObject = {};
  const type = value['@type'];
  if (typeof type === 'string') {
    tidy['@type'] = type;
    if (undecoded.has(type.slice(type.lastIndexOf('/') + 1))) tidy['undecoded'] = 'this proxy does not know the type';
  }
  for (const [key, item] of Object.entries(value)) {
    if (key !== '@type') tidy[key] = SENSITIVE.has(key) ? redact(item) : tidyUp(item, undecoded);
  }
  return tidy;
}

/** The same shape without its content: file names stay, inline strings and bytes go. */
function redact(value: JsonValue): JsonValue {
  if (typeof value === 'string') return REDACTED;
  if (Array.isArray(value)) return value.map(redact);
  if (!isObject(value)) return value;
  const out: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (key === 'filename' || key === 'environment_variable') out[key] = item;
    else if (key === 'inline_bytes') out[key] = REDACTED_BYTES;
    else out[key] = redact(item);
  }
  return out;
}
