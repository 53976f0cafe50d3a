import type { Any } from '@bufbuild/protobuf/wkt';
import type { Origin } from '../decode/origin.ts';
import type { EndpointSet } from '../endpoint/endpoint-set.ts';
import type { MetadataMatch, MetadataValue } from '../route/route.ts';
import type { CircuitBreakers } from './circuit-breakers.ts';
import type { HealthCheckConfig } from './health-check.ts';
import type { LbConfig } from './lb-config.ts';
import type { OutlierConfig } from './outlier-config.ts';
import type { UpstreamProtocol } from './protocol.ts';

/** How a cluster learns its endpoints. Times in milliseconds. */
export type Discovery =
  | { readonly kind: 'static'; readonly endpoints: EndpointSet }
  | { readonly kind: 'eds'; readonly serviceName: string }
  | { readonly kind: 'strict-dns' | 'logical-dns'; readonly endpoints: EndpointSet; readonly dns: DnsConfig }
  | {
      readonly kind: 'original-dst';
      readonly header: string | undefined;
      readonly port: number | undefined;
      readonly cleanupMs: number;
    }
  | {
      readonly kind: 'dynamic-forward-proxy';
      readonly dns: DnsConfig;
      readonly maxHosts: number;
      readonly hostTtlMs: number;
    };

export interface DnsConfig {
  readonly refreshMs: number;
  readonly failureRefreshMs: number;
  readonly failureRefreshMaxMs: number;
  readonly respectTtl: boolean;
  readonly family: 'auto' | 'v4-only' | 'v6-only' | 'v4-preferred' | 'all';
}

export interface TransportSocketMatch {
  readonly name: string;
  /** Endpoint metadata `envoy.transport_socket_match` must have all of these; values as JSON text. Empty matches every endpoint. */
  readonly match: MetadataMatch;
  readonly transportSocket: Any | undefined;
}

/** `tcp_keepalive`; undefined leaves the system's value. */
export interface TcpKeepalive {
  readonly probes: number | undefined;
  /** Seconds idle before the first probe. */
  readonly timeS: number | undefined;
  readonly intervalS: number | undefined;
}

/** A Cluster, sealed. Times in milliseconds. */
export interface Cluster {
  readonly name: string;
  /** For statistics: `alt_stat_name` or the name. */
  readonly statName: string;
  readonly discovery: Discovery;
  readonly connectTimeoutMs: number;
  readonly perConnectionBufferLimitBytes: number;
  readonly lb: LbConfig;
  readonly circuitBreakers: CircuitBreakers;
  readonly outlier: OutlierConfig | undefined;
  readonly healthChecks: readonly HealthCheckConfig[];
  readonly protocol: UpstreamProtocol;
  /** Undefined is plaintext. Its config is left for the transport socket kinds to decode. */
  readonly transportSocket: Any | undefined;
  readonly transportSocketMatches: readonly TransportSocketMatch[];
  /** `upstream_bind_config`: the local address to connect from. */
  readonly bindHost: string | undefined;
  readonly bindPort: number;
  readonly tcpKeepalive: TcpKeepalive | undefined;
  readonly closeOnHealthFailure: boolean;
  readonly poolPerDownstreamConnection: boolean;
  readonly metadata: MetadataValue;
  readonly origin: Origin | undefined;
}
