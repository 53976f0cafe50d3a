import { create } from '@bufbuild/protobuf';
import { type Any, AnySchema } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import type { TransportSocket } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { TrafficDirection } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  FilterChain as FilterChainMessage,
  ListenerFilter,
  ListenerFilterChainMatchPredicate,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import type { Listener as ListenerMessage } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { Listener_DrainType, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { Issues } from '../decode/issues.ts';
import { durationOr, metadataValue, originOf } from '../decode/scalars.ts';
import { checkFields } from '../decode/supported-fields.ts';
import { compileAddress } from '../endpoint/compile-address.ts';
import { combinations, compileChainMatch } from './compile-chain-match.ts';
import type { FilterChain, FilterSpec, Listener, ListenerFilterSpec, PortPredicate } from './listener.ts';
import { LISTENER_MESSAGES } from './supported.ts';

// Listener.listener_filters_timeout: "If not specified, the default timeout is 15s"; per_connection_buffer_limit_bytes: 1 MiB.
const DEFAULT_FILTERS_TIMEOUT_MS = 15_000;
const DEFAULT_BUFFER_BYTES = 1_048_576;
const EMPTY_ANY: Any = create(AnySchema);

/** Compiles a Listener; network filters, transport sockets and access loggers keep their config for whoever owns its type. */
export function compileListener(message: ListenerMessage): Decoded<Listener> {
  const issues = new Issues(`Listener ${message.name}`);
  checkFields(ListenerSchema, message, '', LISTENER_MESSAGES, issues);
  const chains = message.filterChains.map((chain, i) => compileChain(chain, i, `filter_chains[${i}]`, issues));
  refuseOverlaps(chains, issues);
  if (chains.length === 0 && message.defaultFilterChain === undefined) {
    issues.error('filter_chains', 'missing-field', 'is empty', 'at least one filter chain');
  }
  const socket = message.address?.address;
  return issues.end({
    name: message.name,
    address: compileAddress(message.address, false, 'address', issues),
    additionalAddresses: message.additionalAddresses.map((extra, i) =>
      compileAddress(extra.address, false, `additional_addresses[${i}].address`, issues),
    ),
    statPrefix: message.statPrefix,
    bindToPort: message.bindToPort ?? message.deprecatedV1?.bindToPort ?? true,
    useOriginalDst: message.useOriginalDst ?? false,
    transparent: message.transparent ?? false,
    freebind: message.freebind ?? false,
    direction: direction(message.trafficDirection),
    perConnectionBufferLimitBytes: message.perConnectionBufferLimitBytes ?? DEFAULT_BUFFER_BYTES,
    listenerFilters: message.listenerFilters.map((filter, i) =>
      compileListenerFilter(filter, `listener_filters[${i}]`, issues),
    ),
    listenerFiltersTimeoutMs: durationOr(
      message.listenerFiltersTimeout,
      DEFAULT_FILTERS_TIMEOUT_MS,
      'listener_filters_timeout',
      issues,
    ),
    continueOnListenerFiltersTimeout: message.continueOnListenerFiltersTimeout,
    backlog: message.tcpBacklogSize,
    reusePort: message.enableReusePort ?? true,
    drain: message.drainType === Listener_DrainType.MODIFY_ONLY ? 'modify-only' : 'default',
    accessLogs: message.accessLog,
    ignoreConnectionLimit: message.ignoreGlobalConnLimit,
    bypassOverloadManager: message.bypassOverloadManager,
    dualStack: socket?.case === 'socketAddress' && socket.value.ipv4Compat,
    chains,
    defaultChain:
      message.defaultFilterChain === undefined
        ? undefined
        : compileChain(message.defaultFilterChain, -1, 'default_filter_chain', issues),
    metadata: metadataValue(message.metadata),
    origin: originOf(message.metadata),
  });
}

function direction(value: TrafficDirection): Listener['direction'] {
  if (value === TrafficDirection.INBOUND) return 'inbound';
  return value === TrafficDirection.OUTBOUND ? 'outbound' : 'unspecified';
}

function compileChain(message: FilterChainMessage, index: number, at: string, issues: Issues): FilterChain {
  return {
    name: message.name,
    index,
    match: compileChainMatch(message.filterChainMatch, `${at}.filter_chain_match`, issues),
    filters: message.filters.flatMap((filter, i): FilterSpec[] => {
      const config = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined;
      return typed(filter.name, config, `${at}.filters[${i}]`, issues);
    }),
    transportSocket: socketConfig(message.transportSocket, `${at}.transport_socket`, issues),
    transportSocketConnectTimeoutMs: durationOr(
      message.transportSocketConnectTimeout,
      0,
      `${at}.transport_socket_connect_timeout`,
      issues,
    ),
    metadata: metadataValue(message.metadata),
    origin: originOf(message.metadata),
  };
}

function typed(name: string, config: Any | undefined, at: string, issues: Issues): FilterSpec[] {
  if (config !== undefined) return [{ name, typedConfig: config }];
  issues.error(`${at}.typed_config`, 'missing-field', `of \`${name}\` is not given`, 'a typed_config');
  return [];
}

/** The config of a transport socket; undefined when there is none. */
export function socketConfig(socket: TransportSocket | undefined, at: string, issues: Issues): Any | undefined {
  if (socket === undefined) return undefined;
  if (socket.configType.case !== 'typedConfig')
    issues.error(`${at}.typed_config`, 'missing-field', `of \`${socket.name}\` is not given`);
  return socket.configType.value;
}

/** "It is an error if two filter chains have the same match" (Envoy refuses overlapping rules as well). */
function refuseOverlaps(chains: readonly FilterChain[], issues: Issues): void {
  const seen = new Map<string, number>();
  for (const chain of chains) {
    for (const combination of new Set(combinations(chain.match))) {
      const other = seen.get(combination);
      if (other !== undefined) {
        const at = `filter_chains[${chain.index}].filter_chain_match`;
        issues.error(at, 'duplicate', `overlaps the match of filter_chains[${other}]`, 'matches that differ');
        break;
      }
      seen.set(combination, chain.index);
    }
  }
}

function compileListenerFilter(filter: ListenerFilter, at: string, issues: Issues): ListenerFilterSpec {
  const config = filter.configType.case === 'typedConfig' ? filter.configType.value : undefined;
  const [spec] = typed(filter.name, config, at, issues);
  return {
    name: filter.name,
    typedConfig: spec?.typedConfig ?? EMPTY_ANY,
    disabledPorts:
      filter.filterDisabled === undefined
        ? { kind: 'never' }
        : compilePredicate(filter.filterDisabled, `${at}.filter_disabled`, issues),
  };
}

function compilePredicate(message: ListenerFilterChainMatchPredicate, at: string, issues: Issues): PortPredicate {
  const { rule } = message;
  switch (rule.case) {
    case 'anyMatch':
      return { kind: rule.value ? 'always' : 'never' };
    case 'destinationPortRange':
      return { kind: 'range', start: rule.value.start, end: rule.value.end };
    case 'notMatch':
      return { kind: 'not', rule: compilePredicate(rule.value, `${at}.not_match`, issues) };
    case 'andMatch':
    case 'orMatch': {
      const kind = rule.case === 'andMatch' ? 'and' : 'or';
      return {
        kind,
        rules: rule.value.rules.map((inner, i) => compilePredicate(inner, `${at}.${kind}_match.rules[${i}]`, issues)),
      };
    }
    default:
      issues.error(
        at,
        'missing-field',
        'says nothing',
        'one of any_match, destination_port_range, not_match, and_match, or_match',
      );
      return { kind: 'never' };
  }
}

/** Whether a listener filter is skipped for a connection to `port`. */
export function portMatches(predicate: PortPredicate, port: number): boolean {
  switch (predicate.kind) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'range':
      return port >= predicate.start && port < predicate.end;
    case 'not':
      return !portMatches(predicate.rule, port);
    case 'and':
      return predicate.rules.every((rule) => portMatches(rule, port));
    case 'or':
      return predicate.rules.some((rule) => portMatches(rule, port));
  }
}
