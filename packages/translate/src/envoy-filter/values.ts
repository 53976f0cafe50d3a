/** What each `applyTo` patches (pkg/config/xds, BuildXDSObjectFromStruct).   in: a patch's value as JSON   out: the message */
import { type DescMessage, fromJson, type JsonValue, type Message, toBinary } from '@bufbuild/protobuf';
import { isJsonObject, type JsonObject, type JsonValue as ReadJson } from '@weft/config';
import { BootstrapSchema } from '@weft/xds/gen/envoy/config/bootstrap/v3/bootstrap_pb';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { TypedExtensionConfigSchema } from '@weft/xds/gen/envoy/config/core/v3/extension_pb';
import {
  FilterChainSchema,
  FilterSchema,
  ListenerFilterSchema,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouteSchema, VirtualHostSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { HttpFilterSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { messageRegistry } from '@weft/xds/registry';
import type { ApplyTo } from './patch.ts';

const SCHEMAS: Readonly<Record<ApplyTo, DescMessage>> = {
  LISTENER: ListenerSchema,
  FILTER_CHAIN: FilterChainSchema,
  NETWORK_FILTER: FilterSchema,
  HTTP_FILTER: HttpFilterSchema,
  LISTENER_FILTER: ListenerFilterSchema,
  ROUTE_CONFIGURATION: RouteConfigurationSchema,
  VIRTUAL_HOST: VirtualHostSchema,
  HTTP_ROUTE: RouteSchema,
  CLUSTER: ClusterSchema,
  EXTENSION_CONFIG: TypedExtensionConfigSchema,
  BOOTSTRAP: BootstrapSchema,
};

/** What is wrong with a value: where in it, as far as that can be told, and what was expected. */
export interface ValueProblem {
  readonly severity: 'error' | 'warning';
  /** Below the value: `.typed_config.stat_prefix`, or ''. */
  readonly at: string;
  readonly message: string;
}

export interface ReadValue {
  readonly value: Message | undefined;
  readonly problems: readonly ValueProblem[];
}

/**
 * Reads a value as Istio does: what has the wrong type is an error, a field that the message does not have is a warning and is left out,
 * because the value may be meant for another version of Envoy.
 */
export function readValue(applyTo: ApplyTo, written: JsonObject): ReadValue {
  const json = copyOf(written);
  const schema = SCHEMAS[applyTo];
  const registry = messageRegistry();
  const strict = attempt(() => fromJson(schema, json, { registry }));
  if (strict.error === undefined) return checked(schema, strict.value);
  const lenient = attempt(() => fromJson(schema, json, { registry, ignoreUnknownFields: true }));
  const severity = lenient.error === undefined ? 'warning' : 'error';
  return { value: lenient.value, problems: [problemOf(lenient.error ?? strict.error, severity, json)] };
}

/** A message that cannot be written, such as one with a number out of range, is no better than one that cannot be read. */
function checked(schema: DescMessage, value: Message | undefined): ReadValue {
  const { error } = attempt(() => (value === undefined ? undefined : toBinary(schema, value)));
  if (error === undefined) return { value, problems: [] };
  return { value: undefined, problems: [{ severity: 'error', at: '', message: error }] };
}

function attempt<T>(make: () => T): { readonly value: T | undefined; readonly error: string | undefined } {
  try {
    return { value: make(), error: undefined };
  } catch (error) {
    // The JSON reader throws plain errors for whatever it cannot read.
    if (error instanceof Error) return { value: undefined, error: error.message };
    throw error;
  }
}

const UNKNOWN_TYPE = /type\.googleapis\.com\/([\w.]+) is not in the type registry/;
const FIELD = /cannot decode field [\w.]+\.(\w+) from JSON/;
const UNKNOWN_KEY = /cannot decode message [\w.]+ from JSON: key "([^"]+)" is unknown/;
const VALUE = /(?:from JSON:|got) "([^"]*)"$/;

function problemOf(error: string, severity: 'error' | 'warning', json: JsonValue): ValueProblem {
  const type = UNKNOWN_TYPE.exec(error)?.[1];
  if (type !== undefined) {
    const old = /\.v2(alpha\d*)?\./.test(type) || type.startsWith('envoy.config.filter.');
    const hint = old ? '; types of the v2 API are gone, use those of v3' : '';
    const at = pathTo(json, (key, item) => key === '@type' && String(item).includes(type));
    return { severity, at, message: `the type ${type} is not known${hint}` };
  }
  const name = UNKNOWN_KEY.exec(error)?.[1] ?? FIELD.exec(error)?.[1];
  const value = VALUE.exec(error)?.[1];
  const hint = error.includes('google.protobuf.Duration') ? '; a duration is in seconds, such as 0.25s' : '';
  const message = error.replaceAll('cannot decode ', '').replaceAll(' from JSON', '') + hint;
  const byName = name === undefined ? '' : pathTo(json, named(name));
  // A value of a wrapper message is named by the wrapper's field, which nobody writes.
  const at = byName === '' && value !== undefined ? pathTo(json, (_, item) => item === value) : byName;
  return { severity, at, message };
}

/** A field may be written in either spelling. */
function named(field: string): (key: string) => boolean {
  const camel = field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return (key) => key === field || key === camel;
}

/** The first place that fits; '' when there is none. */
function pathTo(json: JsonValue, fits: (key: string, item: JsonValue) => boolean): string {
  const search = (value: JsonValue, at: string): string | undefined => {
    if (value === null || typeof value !== 'object') return undefined;
    for (const [name, item] of Object.entries(value)) {
      const path = Array.isArray(value) ? `${at}[${name}]` : `${at}.${name}`;
      const found = fits(name, item) ? path : search(item, path);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return search(json, '') ?? '';
}

/** The message reader's type of JSON lets it be changed. */
function copyOf(json: ReadJson): JsonValue {
  if (isJsonObject(json)) return Object.fromEntries(Object.entries(json).map(([key, item]) => [key, copyOf(item)]));
  return typeof json === 'object' && json !== null ? json.map(copyOf) : json;
}
