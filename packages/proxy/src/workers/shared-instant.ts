/** A point in time that threads read and move together. */
import type { SharedCell } from './shared-cells.ts';

const MICROSECONDS = 1000;

export class SharedInstant {
  readonly #value: BigInt64Array<SharedArrayBuffer>;
  /** What this thread's clock lacks to the clock of all threads, in milliseconds. */
  readonly #shiftMs: number;

  constructor(cell: SharedCell, shiftMs: number) {
    this.#value = new BigInt64Array(cell.buffer, cell.byteOffset, 1);
    this.#shiftMs = shiftMs;
  }

  /** Sets it, unless another thread has; by this thread's clock. */
  begin(ms: number): void {
    Atomics.compareExchange(this.#value, 0, 0n, this.#toShared(ms));
  }

  /** By this thread's clock. */
  read(): number {
    return this.#toOwn(Atomics.load(this.#value, 0));
  }

  /** Moves it to what `next` makes of it, again when another thread was faster; false, and nothing happens, when that is undefined. */
  replace(next: (ms: number) => number | undefined): boolean {
    for (;;) {
      const seen = Atomics.load(this.#value, 0);
      const wanted = next(this.#toOwn(seen));
      if (wanted === undefined) return false;
      if (Atomics.compareExchange(this.#value, 0, seen, this.#toShared(wanted)) === seen) return true;
    }
  }

  #toShared(ms: number): bigint {
    // Rounded to the past by more than two clocks can differ, so that what is due is never found to be a moment too early.
    const value = BigInt(Math.floor((ms + this.#shiftMs) * MICROSECONDS) - 1);
    // 0 stands for a value that nobody has set.
    return value === 0n ? 1n : value;
  }

  #toOwn(value: bigint): number {
    return Number(value) / MICROSECONDS - this.#shiftMs;
  }
}
