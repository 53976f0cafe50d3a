import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Wire } from '../net/wire.ts';
import type { PoolWaiter } from './upstream-stream.ts';

/** Who a pool answers to when ALPN may choose another protocol than its own. */
export interface ProtocolChoice {
  /** The server chose the other protocol: the connection goes there, and so do those who waited for it. */
  handOver(wire: Wire, waiters: readonly PoolWaiter[]): void;
  /** The pool was told to drain and has no connection left. */
  forget(): void;
}

/** Whether the handshake chose HTTP/2. A connection in the clear chose nothing. */
export function choseHttp2(socket: Socket): boolean {
  return 'alpnProtocol' in socket && (socket as TLSSocket).alpnProtocol === 'h2';
}
