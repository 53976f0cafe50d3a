/** Limits and timeouts of connections to one host. */
export interface ConnectionPoolSettings {
  readonly http?: HttpPoolSettings;
  readonly tcp?: TcpPoolSettings;
}

/** What applies to every connection. */
export interface TcpPoolSettings {
  readonly connectTimeoutMs?: number;
  readonly idleTimeoutMs?: number;
  readonly maxConnectionDurationMs?: number;
  readonly maxConnections?: number;
  readonly tcpKeepalive?: TcpKeepalive;
}

/** SO_KEEPALIVE: `time` is the idle time before the first probe. */
export interface TcpKeepalive {
  readonly intervalMs?: number;
  readonly probes?: number;
  readonly timeMs?: number;
}

/** What applies to HTTP connections only. */
export interface HttpPoolSettings {
  readonly h2UpgradePolicy?: 'DEFAULT' | 'DO_NOT_UPGRADE' | 'UPGRADE';
  readonly http1MaxPendingRequests?: number;
  readonly http2KeepAlive?: Http2KeepAlive;
  readonly http2MaxRequests?: number;
  readonly idleTimeoutMs?: number;
  readonly maxConcurrentStreams?: number;
  readonly maxRequestsPerConnection?: number;
  readonly maxRetries?: number;
  readonly useClientProtocol?: boolean;
}

/** PING frames that keep an HTTP/2 connection alive. */
export interface Http2KeepAlive {
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}
