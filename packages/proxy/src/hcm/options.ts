/** The settings of a connection manager that apply to every request. Times in milliseconds; 0 is no limit. */
import type { IpRange } from '@weft/engine';

export interface HttpOptions {
  readonly statPrefix: string;
  readonly serverName: string;
  readonly serverHeader: 'overwrite' | 'append-if-absent' | 'pass-through';
  readonly scheme: 'http' | 'https' | undefined;
  readonly via: string;
  readonly useRemoteAddress: boolean;
  readonly trustedHops: number;
  readonly skipXffAppend: boolean;
  /** Addresses whose requests may steer this proxy by `x-envoy-*` headers; none by default. */
  readonly internalRanges: readonly IpRange[];
  readonly appendForwardedPort: boolean;
  readonly generateRequestId: boolean;
  readonly preserveExternalRequestId: boolean;
  readonly alwaysSetRequestIdInResponse: boolean;
  readonly proxy100Continue: boolean;
  readonly normalizePath: boolean;
  readonly mergeSlashes: boolean;
  readonly escapedSlashes: 'keep' | 'reject' | 'unescape-and-redirect' | 'unescape-and-forward';
  readonly stripPort: 'none' | 'matching' | 'any';
  readonly stripTrailingHostDot: boolean;
  readonly underscores: 'allow' | 'reject' | 'drop';
  readonly acceptHttp10: boolean;
  readonly defaultHostForHttp10: string;
  /** Lower-case protocols that may be upgraded to. */
  readonly upgrades: readonly string[];
  readonly maxHeadBytes: number;
  readonly maxHeaders: number;
  readonly maxRequestsPerConnection: number;
  readonly idleTimeoutMs: number;
  readonly streamIdleTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly requestHeadersTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxStreamDurationMs: number;
  readonly delayedCloseTimeoutMs: number;
  readonly clientCert: ClientCertPolicy;
  readonly http2: Http2ServerOptions;
}

/** `http2_protocol_options`; undefined leaves the codec's default. Windows and tables in bytes. */
export interface Http2ServerOptions {
  readonly maxConcurrentStreams: number | undefined;
  readonly initialStreamWindow: number | undefined;
  readonly initialConnectionWindow: number | undefined;
  readonly hpackTableSize: number | undefined;
  readonly maxOutboundControlFrames: number | undefined;
  /** Extended CONNECT (RFC 8441) is offered. */
  readonly allowConnect: boolean;
}

/** `forward_client_cert_details`: what becomes of `x-forwarded-client-cert`. */
export interface ClientCertPolicy {
  readonly mode: 'sanitize' | 'forward-only' | 'append-forward' | 'sanitize-set' | 'always-forward-only';
  readonly subject: boolean;
  readonly cert: boolean;
  readonly uri: boolean;
  readonly dns: boolean;
}
