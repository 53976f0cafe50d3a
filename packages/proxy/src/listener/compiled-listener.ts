/** A listener's filter chains, each with its terminal filter built. in: engine's Listener   out: what serves a connection */
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import { type FilterChain, Issues, type Listener } from '@weft/engine';
import { NETWORK_FILTERS } from '../filters/network/all.ts';
import { OwnDials } from '../net/own-dials.ts';
import type { ProxyContext } from '../runtime/proxy-context.ts';
import type { NetworkFilter, NetworkFilterKind } from '../stream/network-filter.ts';
import { type DownstreamTls, decodeDownstreamTls } from '../tls/downstream-tls.ts';
import { HTTP_INSPECTOR, TLS_INSPECTOR } from './inspection.ts';
import { decodeOriginalDestination, ORIGINAL_DST, type OriginalDestination } from './original-destination.ts';
import { decodeProxyProtocol, PROXY_PROTOCOL, type ProxyProtocolOptions } from './proxy-protocol.ts';

export interface CompiledListener {
  readonly listener: Listener;
  readonly filters: ReadonlyMap<FilterChain, NetworkFilter>;
  /** Chains that end TLS. */
  readonly tls: ReadonlyMap<FilterChain, DownstreamTls>;
  /** Connections begin with a PROXY header. */
  readonly proxyProtocol: ProxyProtocolOptions | undefined;
  /** Connections may have been meant for elsewhere. */
  readonly originalDestination: OriginalDestination | undefined;
  /** RDS names that must be there before it can serve. */
  readonly routeNames: readonly string[];
  /** SDS names that are waited for before it serves. */
  readonly secretNames: readonly string[];
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

/** Listener filters. The inspectors apply when a chain depends on what they find out. */
const LISTENER_FILTERS: ReadonlySet<string> = new Set([TLS_INSPECTOR, HTTP_INSPECTOR, PROXY_PROTOCOL, ORIGINAL_DST]);
const TLS_SOCKET = 'envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext';
const RAW_SOCKET = 'envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';

/** What encrypts the chain; undefined for plaintext. */
function compileTransport(
  chain: FilterChain,
  at: string,
  context: ProxyContext,
  issues: Issues,
): DownstreamTls | undefined {
  const socket = chain.transportSocket;
  if (socket === undefined || socket.typeUrl.endsWith(`/${RAW_SOCKET}`)) return undefined;
  if (socket.typeUrl.endsWith(`/${TLS_SOCKET}`)) {
    return decodeDownstreamTls(socket, at, context.secrets, (name) => context.environment(name), issues);
  }
  issues.error(
    at,
    'unsupported-value',
    `transport socket ${socket.typeUrl} is not known to this proxy`,
    `${TLS_SOCKET} or ${RAW_SOCKET}`,
  );
  return undefined;
}

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
  const tls = new Map<FilterChain, DownstreamTls>();
  const chains = listener.defaultChain === undefined ? listener.chains : [...listener.chains, listener.defaultChain];
  for (const chain of chains) {
    const at = chain.index === -1 ? 'default_filter_chain' : `filter_chains[${chain.index}]`;
    const transport = compileTransport(chain, `${at}.transport_socket`, context, issues);
    if (transport !== undefined) tls.set(chain, transport);
    const filter = compileChain(chain, at, listener, context, issues);
    if (filter !== undefined) filters.set(chain, filter);
  }
  const routeNames = [...new Set([...filters.values()].flatMap((filter) => filter.routeNames))];
  const secretNames = [...new Set([...tls.values()].flatMap((each) => each.secretNames))];
  const proxyProtocol = decodeProxyProtocol(listener, issues);
  const originalDestination = decodeOriginalDestination(listener, issues);
  if (originalDestination !== undefined) context.loop.ownDials ??= new OwnDials();
  if (listener.useOriginalDst && proxyProtocol !== undefined) {
    issues.error(
      'use_original_dst',
      'unsupported-value',
      'is set together with the listener filter proxy_protocol: connections are handed over by what a redirect tells',
      'one of the two',
    );
  }
  return issues.end<CompiledListener>({
    listener,
    filters,
    tls,
    proxyProtocol,
    originalDestination,
    routeNames,
    secretNames,
  });
}
