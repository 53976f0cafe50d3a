/** What a request decides about the TLS handshake of the connection it takes (Envoy: TransportSocketOptions). */

import type { ProxiedClient } from './write-proxy-header.ts';

/** What to offer instead of the ALPN protocols of the cluster, by the HTTP that the connection will carry. */
export interface AlpnOverride {
  /** Tells overrides with different content apart. */
  readonly key: string;
  readonly http1: readonly string[];
  readonly http2: readonly string[];
}

/** The handshake of all connections of one pool. */
export interface TransportSocketOptions {
  /** The host that requests ask for (`auto_sni`); empty where the cluster has a name of its own. */
  readonly serverName: string;
  /** Undefined leaves the cluster's. */
  readonly alpn: readonly string[] | undefined;
  /** Offered where neither `alpn` nor the cluster says anything. */
  readonly fallbackAlpn: readonly string[];
  /** Whom the connection is for, where the cluster says that to its endpoints (PROXY protocol). */
  readonly client: ProxiedClient | undefined;
}

export const NO_TRANSPORT_SOCKET_OPTIONS: TransportSocketOptions = {
  serverName: '',
  alpn: undefined,
  fallbackAlpn: [],
  client: undefined,
};
