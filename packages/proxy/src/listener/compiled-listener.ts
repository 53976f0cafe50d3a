/** A listener's filter chains, each with its terminal filter built. in: engine's Listener   out: what serves a connection */
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import { type FilterChain, Issues, type Listener } from '@weft/engine';
import { NETWORK_FILTERS } from '../filters/network/all.ts';
import type { ProxyContext } from '../runtime/proxy-context.ts';
import type { NetworkFilter, NetworkFilterKind } from '../stream/network-filter.ts';

export interface CompiledListener {
  readonly listener: Listener;
  readonly filters: ReadonlyMap<FilterChain, NetworkFilter>;
  /** RDS names that must be there before it can serve. */
  readonly routeNames: readonly string[];
}

const BY_TYPE: ReadonlyMap<string, NetworkFilterKind> = new Map(
  NETWORK_FILTERS.map((kind) => [kind.schema.typeName, kind]),
);

function compileChain(
  chain: FilterChain,
  at: string,
  listener: Listener,
  context: ProxyContext,
  issues: Issues,
): NetworkFilter | undefined {
  const spec = chain.filters.at(-1);
  if (spec === undefined) {
    issues.error(
      `${at}.filters`,
      'missing-field',
      'there are no filters',
      'a network filter such as http_connection_manager',
    );
    return undefined;
  }
  for (const [i, other] of chain.filters.slice(0, -1).entries()) {
    issues.error(
      `${at}.filters[${i}]`,
      'unknown-filter',
      `network filter ${other.name} (${other.typedConfig.typeUrl}) is not known to this proxy`,
    );
  }
  const where = `${at}.filters[${chain.filters.length - 1}]`;
  const kind = BY_TYPE.get(spec.typedConfig.typeUrl.slice(spec.typedConfig.typeUrl.lastIndexOf('/') + 1));
  const message = kind === undefined ? undefined : anyUnpack(spec.typedConfig, kind.schema);
  if (kind === undefined || message === undefined) {
    issues.error(
      where,
      'unknown-filter',
      `network filter ${spec.name} (${spec.typedConfig.typeUrl}) is not known to this proxy`,
      `one of ${[...BY_TYPE.keys()].join(', ')}`,
    );
    return undefined;
  }
  const decoded = kind.decode(message, `${where}.typed_config`, listener, context);
  if (decoded.ok) return decoded.value;
  issues.adopt(decoded.issues);
  return undefined;
}

/** Listener filters that do something here, or whose absence nobody could notice. */
const LISTENER_FILTERS: ReadonlySet<string> = new Set([
  // Both are applied whenever chains need what they find out, whether listed or not.
  'envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector',
  'envoy.extensions.filters.listener.http_inspector.v3.HttpInspector',
]);

function checkListenerFilters(listener: Listener, issues: Issues): void {
  for (const [i, filter] of listener.listenerFilters.entries()) {
    const { typeUrl } = filter.typedConfig;
    if (LISTENER_FILTERS.has(typeUrl.slice(typeUrl.lastIndexOf('/') + 1))) continue;
    issues.error(
      `listener_filters[${i}]`,
      'unknown-filter',
      `listener filter ${filter.name} (${typeUrl}) is not known to this proxy`,
      [...LISTENER_FILTERS].join(', '),
    );
  }
}

export function compileChains(listener: Listener, context: ProxyContext): Decoded<CompiledListener> {
  const issues = new Issues(`Listener ${listener.name}`);
  checkListenerFilters(listener, issues);
  const filters = new Map<FilterChain, NetworkFilter>();
  const chains = listener.defaultChain === undefined ? listener.chains : [...listener.chains, listener.defaultChain];
  for (const chain of chains) {
    const at = chain.index === -1 ? 'default_filter_chain' : `filter_chains[${chain.index}]`;
    if (chain.transportSocket !== undefined) {
      issues.error(`${at}.transport_socket`, 'unsupported-field', 'TLS from clients is not supported yet');
    }
    const filter = compileChain(chain, at, listener, context, issues);
    if (filter !== undefined) filters.set(chain, filter);
  }
  const routeNames = [...new Set([...filters.values()].flatMap((filter) => filter.routeNames))];
  return issues.end<CompiledListener>({ listener, filters, routeNames });
}
