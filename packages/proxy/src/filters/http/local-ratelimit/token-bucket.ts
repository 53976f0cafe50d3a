/** When a bucket is filled and how far (type.v3.TokenBucket). */
export interface BucketSpec {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  readonly fillIntervalMs: number;
}

/**
 * Tokens that flow in evenly, as in Envoy: `tokensPerFill` are spread over the interval instead of coming at its end. Starts full.
 * Kept as the time at which it was empty, so that nothing has to tick.
 */
export class TokenBucket {
  readonly spec: BucketSpec;
  readonly #tokensPerMs: number;
  #emptyAt: number;

  constructor(spec: BucketSpec, nowMs: number) {
    this.spec = spec;
    this.#tokensPerMs = spec.tokensPerFill / spec.fillIntervalMs;
    this.#emptyAt = nowMs - spec.maxTokens / this.#tokensPerMs;
  }

  get fillRate(): number {
    return this.#tokensPerMs;
  }

  /** Tokens there are, with fractions. */
  tokens(nowMs: number): number {
    return Math.min(this.spec.maxTokens, (nowMs - this.#emptyAt) * this.#tokensPerMs);
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    const tokens = this.tokens(nowMs);
    // A millisecond times a rate is not exact; a token that is there but for rounding counts.
    if (tokens < 1 - 1e-9) return false;
    this.#emptyAt = nowMs - (tokens - 1) / this.#tokensPerMs;
    return true;
  }

  /** Whole seconds until it is full again, rounded up. */
  secondsToFull(nowMs: number): number {
    return Math.ceil((this.spec.maxTokens - this.tokens(nowMs)) / this.#tokensPerMs / 1000);
  }
}
