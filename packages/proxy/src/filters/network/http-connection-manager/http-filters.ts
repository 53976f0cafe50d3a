/** `http_filters` → the chain of a connection manager. Every filter is known or refused by name. */
import { fromJson, type Message } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import type { Issues, Listener } from '@weft/engine';
import type {
  HttpConnectionManager,
  HttpFilter as HttpFilterMessage,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { TypedStructSchema } from '@weft/xds/gen/udpa/type/v1/typed_struct_pb';
import { MESSAGES_ON_DEMAND } from '@weft/xds/registry';
import type { ProxyContext } from '../../../runtime/proxy-context.ts';
import { HttpFilterChain } from '../../../stream/filter-chain.ts';
import type { FilterContext, HttpFilter, HttpFilterKind } from '../../../stream/http-filter.ts';
import { HTTP_FILTERS } from '../../http/all.ts';

const BY_TYPE: ReadonlyMap<string, HttpFilterKind> = new Map(
  HTTP_FILTERS.map((kind) => [kind.structType ?? kind.schema.typeName, kind]),
);

/** Kinds by the message that a route may hold for them. */
const BY_ROUTE_TYPE: ReadonlyMap<string, HttpFilterKind> = new Map(
  HTTP_FILTERS.flatMap((kind) => (kind.routeSchema === undefined ? [] : [[kind.routeSchema.typeName, kind] as const])),
);

function typeNameOf(any: Any): string {
  return any.typeUrl.slice(any.typeUrl.lastIndexOf('/') + 1);
}

/** The kind that owns a filter's configuration; a TypedStruct is known by the type inside. */
export function kindOf(any: Any): HttpFilterKind | undefined {
  const struct = anyUnpack(any, TypedStructSchema);
  const typeUrl = struct === undefined ? any.typeUrl : struct.typeUrl;
  return BY_TYPE.get(typeUrl.slice(typeUrl.lastIndexOf('/') + 1));
}

/** Decodes one entry of `typed_per_filter_config`. */
export function decodeRouteFilterConfig(filterName: string, any: Any, at: string): Decoded<unknown> {
  const kind = BY_ROUTE_TYPE.get(typeNameOf(any));
  const message = kind?.routeSchema === undefined ? undefined : anyUnpack(any, kind.routeSchema);
  if (kind !== undefined && message !== undefined) return kind.decodeRoute(message, at);
  const issue = {
    severity: 'error',
    code: 'unknown-filter',
    at,
    message: `this proxy has no HTTP filter ${filterName} that takes ${any.typeUrl} on a route`,
  } as const;
  return { ok: false, issues: [issue] };
}

/** The configuration as the message of `kind`, which a TypedStruct holds as JSON (udpa/type/v1/typed_struct.proto). */
function configOf(any: Any, kind: HttpFilterKind, at: string, issues: Issues): Message | undefined {
  const struct = kind.structType === undefined ? anyUnpack(any, TypedStructSchema) : undefined;
  if (struct === undefined) {
    const message = anyUnpack(any, kind.schema);
    if (message === undefined) issues.error(at, 'invalid-value', `the bytes are not a ${kind.schema.typeName}`);
    return message;
  }
  try {
    return fromJson(kind.schema, struct.value ?? {}, { registry: MESSAGES_ON_DEMAND });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    issues.error(`${at}.value`, 'invalid-value', `it is not a ${kind.schema.typeName}: ${error.message}`);
    return undefined;
  }
}

interface Built {
  readonly filter: HttpFilter;
  readonly terminal: boolean;
}

function buildFilter(
  message: HttpFilterMessage,
  at: string,
  base: Omit<FilterContext, 'name'>,
  issues: Issues,
): Built | undefined {
  const any = message.configType.case === 'typedConfig' ? message.configType.value : undefined;
  const kind = any === undefined ? undefined : kindOf(any);
  if (any === undefined || kind === undefined) {
    if (message.isOptional) return undefined;
    const what = any === undefined ? 'without typed_config' : any.typeUrl;
    issues.error(
      at,
      'unknown-filter',
      `HTTP filter ${message.name} (${what}) is not known to this proxy`,
      `one of ${[...BY_TYPE.keys()].join(', ')}`,
    );
    return undefined;
  }
  const config = configOf(any, kind, `${at}.typed_config`, issues);
  if (config === undefined) return undefined;
  const decoded = kind.decode(config, `${at}.typed_config`);
  if (!decoded.ok) {
    issues.adopt(decoded.issues);
    return undefined;
  }
  return { filter: kind.create(decoded.value, { ...base, name: message.name }), terminal: kind.terminal };
}

export function compileHttpFilters(
  hcm: HttpConnectionManager,
  above: string,
  listener: Listener,
  context: ProxyContext,
  issues: Issues,
): HttpFilterChain {
  const at = `${above}.http_filters`;
  const messages = hcm.httpFilters;
  const { clock, random, logger, stats, clusters, loop, localCluster, place } = context;
  const mesh = context.mesh(listener.direction);
  const base = {
    clock,
    random,
    wheel: loop.wheel,
    logger,
    stats,
    clusters,
    mesh,
    statPrefix: hcm.statPrefix,
    localCluster,
    sharedInstant: (key: string) => place.cells?.instant(`${listener.name} ${hcm.statPrefix} ${key}`),
  };
  const filters: HttpFilter[] = [];
  const enabled = messages.filter((message) => !message.disabled);
  for (const [i, message] of enabled.entries()) {
    const where = `${at}[${messages.indexOf(message)}]`;
    const built = buildFilter(message, where, { ...base, slot: filters.length }, issues);
    if (built === undefined) continue;
    const last = i === enabled.length - 1;
    if (built.terminal !== last) {
      const told = last
        ? 'the last filter does not answer requests'
        : 'a filter that answers requests stands before others';
      issues.error(where, 'invalid-order', told, 'exactly one terminal filter such as the router, at the end');
    }
    filters.push(built.filter);
  }
  if (enabled.length === 0) issues.error(at, 'missing-field', 'there are no filters', 'at least the router');
  return new HttpFilterChain(filters);
}
