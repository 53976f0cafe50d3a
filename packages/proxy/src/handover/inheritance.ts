/**
 * Listening sockets that a process takes over from the one it replaces. They are the same sockets, with the same queue of connections
 * that nobody has accepted yet, so that none is lost: a second socket on the same port (SO_REUSEPORT) has a queue of its own, and what
 * waits in the old one is reset when it closes. They come as inherited file descriptors; an environment variable names them.
 */
import { closeSync } from 'node:fs';

/** Environment variable with a `HandoverNote` as JSON. */
export const HANDOVER_VARIABLE = 'WEFT_HANDOVER';

/** Address → its socket. */
export type SocketsByAddress = Readonly<Record<string, number>>;

/** What a process tells its successor. */
export interface HandoverNote {
  /** Which successor in a row, from 1. */
  readonly epoch: number;
  /** For each thread the sockets it listens on: every thread has its own. */
  readonly threads: readonly SocketsByAddress[];
  readonly admin: number | undefined;
}

/** Of a process that replaces none. */
export const NO_HANDOVER: HandoverNote = { epoch: 0, threads: [], admin: undefined };

/** Reads the variable's value; throws when it is not what a predecessor writes. */
export function readHandover(value: string | undefined): HandoverNote {
  return value === undefined || value === '' ? NO_HANDOVER : (JSON.parse(value) as HandoverNote);
}

/** The inherited sockets of one thread. */
export class Inheritance {
  readonly #left: Map<string, number>;

  constructor(sockets: SocketsByAddress | undefined) {
    this.#left = new Map(Object.entries(sockets ?? {}));
  }

  /** The socket for this address, once: a listener that is removed and comes again opens its own. */
  take(key: string): number | undefined {
    const fd = this.#left.get(key);
    this.#left.delete(key);
    return fd;
  }

  /** Closes what the configuration has no use for: connections to it would wait for ever. */
  closeUnused(close: (fd: number) => void = closeSync): void {
    for (const fd of this.#left.values()) close(fd);
    this.#left.clear();
  }
}
