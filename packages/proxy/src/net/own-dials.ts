/**
 * The connections that this thread opened, by their two ends. One that comes in with the same ends was redirected back to the proxy that
 * opened it: serving it would open another, without end.
 */
import type { Socket } from 'node:net';
import { joinHostPort } from './host-port.ts';

/** What `net.Socket` keeps of the operating system's socket. Not in Node's documentation; see docs/decisions/0150. */
interface RawSocket {
  _handle?: { getsockname?(into: { address?: string; port?: number }): number } | null;
}

export class OwnDials {
  readonly #ends = new Set<string>();

  /** Remembers a socket that begins to connect, until it is closed. */
  follow(socket: Socket & RawSocket): void {
    const ends: string[] = [];
    socket.on('connectionAttempt', (host: string, port: number) => {
      // `connect` is called after this event and before the next tick, and has then chosen the local end.
      process.nextTick(() => {
        const local: { address?: string; port?: number } = {};
        if (socket._handle?.getsockname?.(local) !== 0 || local.address === undefined) return;
        const key = keyOf(joinHostPort(local.address, local.port ?? 0), joinHostPort(host, port));
        ends.push(key);
        this.#ends.add(key);
      });
    });
    socket.once('close', () => {
      for (const key of ends) this.#ends.delete(key);
    });
  }

  /** Whether a connection from `remote` that wanted to go to `destination` (both `ip:port`) is one of these. */
  has(remote: string, destination: string): boolean {
    return this.#ends.has(keyOf(remote, destination));
  }
}

function keyOf(from: string, to: string): string {
  return `${from} ${to}`;
}
