import type { RequestHead } from '@weft/engine';

/** TLS on a connection, as its client speaks it. */
export interface ArrivingTls {
  readonly serverName: string;
  readonly alpn: readonly string[];
  /** URI name of the client's certificate; empty when it shows none. */
  readonly principal: string;
}

/** A connection on its way to a proxy. */
export interface Arrival {
  readonly side: 'outbound' | 'inbound' | 'gateway';
  /** Where it wants to go. */
  readonly address: string;
  readonly port: number;
  readonly source: string;
  readonly tls: ArrivingTls | undefined;
  readonly http2: boolean;
  /** The request that it carries, seen once TLS is ended; undefined for bytes of another kind. */
  readonly head: RequestHead | undefined;
}
