/** A budget that refills with time: how much of something a peer may do before it counts as an attack. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt: number;

  constructor(capacity: number, perSecond: number, nowMs: number) {
    this.#capacity = capacity;
    this.#perMs = perSecond / 1000;
    this.#tokens = capacity;
    this.#filledAt = nowMs;
  }

  /** @hot Takes one; false when there is none left at `nowMs`. */
  take(nowMs: number): boolean {
    if (this.#tokens < 1) {
      this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#filledAt) * this.#perMs);
      this.#filledAt = nowMs;
    } else if (this.#tokens === this.#capacity) this.#filledAt = nowMs;
    this.#tokens--;
    return this.#tokens >= 0;
  }

  /** @hot Gives `count` back for useful work. */
  refund(count: number): void {
    this.#tokens = Math.min(this.#capacity, this.#tokens + count);
  }
}
