import type { Socket } from 'node:net';
import type { ConnectionOptions, TLSSocket } from 'node:tls';

/** The client's side of one handshake. */
export interface UpstreamHandshake {
  readonly options: ConnectionOptions;
  /** Why the server must not be talked to; undefined when it may. Asked once the handshake is done, before anything is sent. */
  check(socket: TLSSocket): string | undefined;
  /** A session that a later connection may resume. */
  onSession(session: Buffer): void;
}

/** What goes before everything else, TLS included, on a socket that has just been connected. */
export type Preamble = (socket: Socket) => Buffer;

/** How to connect to an endpoint: in the clear, by TLS, or not at all for now. */
export type UpstreamTransport =
  | { readonly kind: 'plain'; readonly preamble?: Preamble }
  | { readonly kind: 'tls'; readonly handshake: UpstreamHandshake; readonly preamble?: Preamble }
  | { readonly kind: 'unavailable'; readonly cause: string };

export const PLAIN: UpstreamTransport = { kind: 'plain' };
