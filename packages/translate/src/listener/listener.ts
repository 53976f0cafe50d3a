import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Origin } from '@weft/mesh';
import { TrafficDirection } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  FilterChainSchema,
  ListenerFilterChainMatchPredicateSchema,
  ListenerFilterSchema,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HttpInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/http_inspector/v3/http_inspector_pb';
import { OriginalDstSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/original_dst/v3/original_dst_pb';
import { OriginalSrcSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/original_src/v3/original_src_pb';
import { TlsInspectorSchema } from '@weft/xds/gen/envoy/extensions/filters/listener/tls_inspector/v3/tls_inspector_pb';
import { originMetadata } from '../origin.ts';
import { address } from '../wire/address.ts';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { HTTP_INSPECTOR, ORIGINAL_DST, ORIGINAL_SRC, TLS_INSPECTOR } from './filter-names.ts';

export type ChainInit = Init<typeof FilterChainSchema>;
type FilterInit = Init<typeof ListenerFilterSchema>;
type PredicateInit = Init<typeof ListenerFilterChainMatchPredicateSchema>;

export interface ListenerInput {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly direction: 'inbound' | 'outbound';
  readonly chains: readonly ChainInit[];
  readonly defaultChain: ChainInit | undefined;
  /** Look at the first bytes for a TLS server name, or for HTTP. */
  readonly inspect: { readonly tls: Inspection; readonly http: Inspection };
  readonly protocolDetectionTimeoutMs: number;
  /** What it was made for, if that is one object. */
  readonly origin: Origin | undefined;
  /** How connections to other addresses come to it; undefined for a listener that clients connect to. */
  readonly captured?: Captured;
}

/**
 * `handed-over`: another listener takes the connections and passes them on by their destination. The others are sent by the kernel:
 * redirected, or transparently with the client's own address.
 */
export type Captured = 'handed-over' | 'redirected' | 'transparent';

/** On every connection or none, or by the ports that connections wanted to go to. */
export type Inspection =
  | boolean
  | { readonly exceptPorts: readonly number[] }
  | { readonly onlyPorts: readonly number[] };

/** ALPN values that the HTTP inspector finds in plain text. */
export const PLAINTEXT_HTTP_ALPN: string[] = ['http/1.0', 'http/1.1', 'h2c'];

export function listener(input: ListenerInput): Listener {
  return create(ListenerSchema, {
    name: input.name,
    address: address(input.host, input.port),
    ...(input.origin && { metadata: originMetadata(input.origin) }),
    trafficDirection: input.direction === 'inbound' ? TrafficDirection.INBOUND : TrafficDirection.OUTBOUND,
    ...(input.captured === 'handed-over' && { bindToPort: false }),
    ...(input.captured === 'transparent' && { transparent: true }),
    filterChains: [...input.chains],
    ...(input.defaultChain && { defaultFilterChain: input.defaultChain }),
    listenerFilters: listenerFilters(input),
    // Envoy would give up looking after 15 s; a connection that says nothing is then taken as it is.
    listenerFiltersTimeout: duration(input.protocolDetectionTimeoutMs),
    continueOnListenerFiltersTimeout: true,
  });
}

/** The mark by which the kernel's rules know the proxy's own connections (tools/istio-iptables). */
const PROXY_MARK = 1337;

/** TLS is looked for before HTTP: inside TLS there is no HTTP to be seen. */
function listenerFilters({ direction, captured, inspect }: ListenerInput): FilterInit[] {
  const filters: FilterInit[] = [];
  // Outbound connections are handed over by their original destination; inbound chains have to look it up.
  if (direction === 'inbound' && captured !== undefined) filters.push(filter(ORIGINAL_DST, any(OriginalDstSchema, {})));
  if (direction === 'inbound' && captured === 'transparent') {
    filters.push(filter(ORIGINAL_SRC, any(OriginalSrcSchema, { mark: PROXY_MARK })));
  }
  const tls = filter(TLS_INSPECTOR, any(TlsInspectorSchema, {}));
  const http = filter(HTTP_INSPECTOR, any(HttpInspectorSchema, {}));
  if (inspect.tls !== false) filters.push({ ...tls, ...disabled(inspect.tls) });
  if (inspect.http !== false) filters.push({ ...http, ...disabled(inspect.http) });
  return filters;
}

function filter(name: string, value: Any): FilterInit {
  return { name, configType: { case: 'typedConfig', value } };
}

function disabled(inspection: Inspection): Pick<FilterInit, 'filterDisabled'> {
  if (typeof inspection === 'boolean') return {};
  if ('exceptPorts' in inspection) return { filterDisabled: portIn(inspection.exceptPorts) };
  return { filterDisabled: { rule: { case: 'notMatch', value: portIn(inspection.onlyPorts) } } };
}

function portIn(ports: readonly number[]): PredicateInit {
  const rules = ports.map(
    (port): PredicateInit => ({ rule: { case: 'destinationPortRange', value: { start: port, end: port + 1 } } }),
  );
  const [first, second] = rules;
  return first !== undefined && second === undefined ? first : { rule: { case: 'orMatch', value: { rules } } };
}
