/** HTTP/2 settings of a connection; undefined leaves the codec's default. Times in milliseconds. */
export interface Http2Options {
  readonly hpackTableSize: number | undefined;
  readonly maxConcurrentStreams: number | undefined;
  readonly initialStreamWindow: number | undefined;
  readonly initialConnectionWindow: number | undefined;
  readonly allowConnect: boolean;
  readonly keepaliveIntervalMs: number | undefined;
  readonly keepaliveTimeoutMs: number;
  readonly maxOutboundFrames: number | undefined;
  readonly maxOutboundControlFrames: number | undefined;
}

export interface Http1Options {
  readonly enableTrailers: boolean;
  readonly properCase: boolean;
  /** Whether header case is kept as it arrived (`preserve_case`). */
  readonly preserveCase: boolean;
  readonly sendFullyQualifiedUrl: boolean;
}

/** What to speak with a cluster's endpoints. Times in milliseconds; 0 is no limit. */
export interface UpstreamProtocol {
  /** `auto` chooses by ALPN, `downstream` speaks what the client spoke. */
  readonly kind: 'http1' | 'http2' | 'auto' | 'downstream';
  readonly http1: Http1Options;
  readonly http2: Http2Options;
  readonly idleTimeoutMs: number;
  readonly maxConnectionDurationMs: number;
  readonly maxStreamDurationMs: number;
  /** Infinity is no limit. */
  readonly maxRequestsPerConnection: number;
  readonly maxHeadersCount: number | undefined;
  /** SNI from the request's host (`auto_sni`). */
  readonly autoSni: boolean;
  readonly autoSanValidation: boolean;
  readonly autoSniHeader: string | undefined;
}
