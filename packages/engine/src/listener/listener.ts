import type { Any } from '@bufbuild/protobuf/wkt';
import type { AccessLog } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import type { Origin } from '../decode/origin.ts';
import type { SocketAddress } from '../endpoint/address.ts';
import type { IpRange } from '../endpoint/ip.ts';
import type { MetadataValue } from '../route/route.ts';

/** A filter with its config left for the filter kind that owns `typedConfig.typeUrl`. */
export interface FilterSpec {
  readonly name: string;
  readonly typedConfig: Any;
}

export interface FilterChain {
  /** Empty when it has none. */
  readonly name: string;
  /** Position in `filter_chains`; -1 for the default chain. */
  readonly index: number;
  readonly match: FilterChainMatch;
  readonly filters: readonly FilterSpec[];
  readonly transportSocket: Any | undefined;
  /** 0 is no limit. */
  readonly transportSocketConnectTimeoutMs: number;
  readonly metadata: MetadataValue;
  readonly origin: Origin | undefined;
}

/** Criteria of a chain; an empty list or undefined accepts everything. */
export interface FilterChainMatch {
  readonly destinationPort: number | undefined;
  readonly destinationRanges: readonly IpRange[];
  readonly serverNames: readonly string[];
  /** `tls`, `raw_buffer` or empty. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSourceRanges: readonly IpRange[];
  readonly sourceType: 'any' | 'same-ip-or-loopback' | 'external';
  readonly sourceRanges: readonly IpRange[];
  readonly sourcePorts: readonly number[];
}

/** A Listener, sealed. Choose a chain with `planConnection`. */
export interface Listener {
  readonly name: string;
  readonly address: SocketAddress;
  readonly additionalAddresses: readonly SocketAddress[];
  readonly statPrefix: string;
  /** False: nothing listens; connections are handed over by a listener with `useOriginalDst`. */
  readonly bindToPort: boolean;
  readonly useOriginalDst: boolean;
  readonly transparent: boolean;
  readonly freebind: boolean;
  readonly direction: 'unspecified' | 'inbound' | 'outbound';
  readonly perConnectionBufferLimitBytes: number;
  readonly listenerFilters: readonly ListenerFilterSpec[];
  /** 0 is no limit. 15 s unless told. */
  readonly listenerFiltersTimeoutMs: number;
  readonly continueOnListenerFiltersTimeout: boolean;
  readonly backlog: number | undefined;
  readonly reusePort: boolean;
  readonly drain: 'default' | 'modify-only';
  /** Left for the access loggers to decode. */
  readonly accessLogs: readonly AccessLog[];
  /** `ignore_global_conn_limit`. */
  readonly ignoreConnectionLimit: boolean;
  readonly bypassOverloadManager: boolean;
  /** A `::` address that takes IPv4 as well (`ipv4_compat`). */
  readonly dualStack: boolean;
  readonly chains: readonly FilterChain[];
  readonly defaultChain: FilterChain | undefined;
  readonly metadata: MetadataValue;
  readonly origin: Origin | undefined;
}

export interface ListenerFilterSpec {
  readonly name: string;
  readonly typedConfig: Any;
  /** Whether the filter is skipped for a connection to this destination port. */
  readonly disabledPorts: PortPredicate;
}

/** `ListenerFilterChainMatchPredicate`, prepared. */
export type PortPredicate =
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }
  | { readonly kind: 'range'; readonly start: number; readonly end: number }
  | { readonly kind: 'not'; readonly rule: PortPredicate }
  | { readonly kind: 'and' | 'or'; readonly rules: readonly PortPredicate[] };

/** What is known of a connection when its chain is chosen. */
export interface ConnectionHead {
  /** The original destination when there was a redirect. */
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** Lower-case SNI; empty without TLS. */
  readonly serverName: string;
  /** `tls`, or `raw_buffer` when a TLS inspector found none. */
  readonly transportProtocol: string;
  /** ALPN offers of the client, or what an HTTP inspector found. */
  readonly applicationProtocols: readonly string[];
  /** The peer of the socket itself. */
  readonly directSourceAddress: string;
  /** The client, as PROXY protocol or the socket tells. */
  readonly sourceAddress: string;
  readonly sourcePort: number;
}
