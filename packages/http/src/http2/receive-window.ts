import { DEFAULT_WINDOW } from './frames.ts';

/** The connection's window for what the peer sends (RFC 9113 §6.9): shrinks as DATA comes, widens as it is consumed. */
export class ReceiveWindow {
  readonly #size: number;
  #left: number;
  #uncredited = 0;

  /** `size` in bytes; below the default the default counts, which no setting can shrink. */
  constructor(size: number) {
    this.#size = Math.max(size, DEFAULT_WINDOW);
    this.#left = this.#size;
  }

  /** @hot DATA of `length` bytes came; false when it was more than allowed. */
  take(length: number): boolean {
    this.#left -= length;
    return this.#left >= 0;
  }

  /** @hot Bytes were consumed. What to announce now, or 0: half a window at a time, not a frame for every read. */
  credit(bytes: number): number {
    this.#uncredited += bytes;
    if (this.#uncredited * 2 < this.#size) return 0;
    const increment = this.#uncredited;
    this.#left += increment;
    this.#uncredited = 0;
    return increment;
  }
}
