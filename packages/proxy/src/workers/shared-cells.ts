/**
 * Numbers that several threads count together: a table in shared memory, in which a cell is found by its key. Any thread may be the
 * first to ask for a key; it needs nobody else for that. Cells are never given back: configuration names come again more often than
 * not, and a full table costs precision only (whoever finds no cell counts for itself).
 */

import { SharedInstant } from './shared-instant.ts';

/** Cells in the table. A cluster with traffic takes one per priority, a rate limit one per bucket. */
const CELLS = 8192;
/** Bytes a cell: its key, and 24 bytes for whatever it counts. */
const STRIDE = 32;
/** Cells looked at before the table counts as full. */
const MAX_PROBES = 64;

/** The 24 bytes behind a key. */
export interface SharedCell {
  readonly buffer: SharedArrayBuffer;
  /** Where they begin; a multiple of 8. */
  readonly byteOffset: number;
}

export function createSharedTable(): SharedArrayBuffer {
  return new SharedArrayBuffer(CELLS * STRIDE);
}

/** FNV-1a over 64 bits; never 0, which marks an empty cell. */
function hash(key: string): bigint {
  let h = 0xcbf29ce484222325n;
  for (let i = 0; i < key.length; i++) h = ((h ^ BigInt(key.charCodeAt(i))) * 0x100000001b3n) & 0xffffffffffffffffn;
  return h === 0n ? 1n : h;
}

export class SharedCells {
  readonly #buffer: SharedArrayBuffer;
  readonly #words: BigInt64Array;
  readonly #shiftMs: number;

  /** `clockShiftMs`: what this thread's monotonic clock lacks to one that all threads have; each thread's begins with the thread. */
  constructor(buffer: SharedArrayBuffer, clockShiftMs: number) {
    this.#shiftMs = clockShiftMs;
    this.#buffer = buffer;
    this.#words = new BigInt64Array(buffer);
  }

  /** The cell of this key, the same one in every thread, all zero at first; undefined when the table is full. */
  claim(key: string): SharedCell | undefined {
    const wanted = BigInt.asIntN(64, hash(key));
    const start = Number(hash(key) % BigInt(CELLS));
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const word = (((start + probe) % CELLS) * STRIDE) / 8;
      const found = Atomics.compareExchange(this.#words, word, 0n, wanted);
      if (found === 0n || found === wanted) return { buffer: this.#buffer, byteOffset: (word + 1) * 8 };
    }
    return undefined;
  }

  /** A point in time for this key, the same one in every thread; undefined when the table is full. */
  instant(key: string): SharedInstant | undefined {
    const cell = this.claim(key);
    return cell === undefined ? undefined : new SharedInstant(cell, this.#shiftMs);
  }
}
