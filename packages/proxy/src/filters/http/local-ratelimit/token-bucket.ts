import type { SharedInstant } from '../../../workers/shared-instant.ts';

/** When a bucket is filled and how far (type.v3.TokenBucket). */
export interface BucketSpec {
  readonly maxTokens: number;
  readonly tokensPerFill: number;
  readonly fillIntervalMs: number;
}

/**
 * Tokens that flow in evenly, as in Envoy: `tokensPerFill` are spread over the interval instead of coming at its end. Starts full.
 * Kept as the time at which it was empty, so that nothing has to tick; threads that share a bucket share that time.
 */
export class TokenBucket {
  readonly spec: BucketSpec;
  readonly #tokensPerMs: number;
  readonly #shared: SharedInstant | undefined;
  #emptyAt: number;

  constructor(spec: BucketSpec, nowMs: number, shared?: SharedInstant) {
    this.spec = spec;
    this.#tokensPerMs = spec.tokensPerFill / spec.fillIntervalMs;
    this.#emptyAt = nowMs - spec.maxTokens / this.#tokensPerMs;
    this.#shared = shared;
    shared?.begin(this.#emptyAt);
  }

  get fillRate(): number {
    return this.#tokensPerMs;
  }

  /** Tokens there are, with fractions. */
  tokens(nowMs: number): number {
    return this.#tokensSince(this.#shared?.read() ?? this.#emptyAt, nowMs);
  }

  #tokensSince(emptyAt: number, nowMs: number): number {
    return Math.min(this.spec.maxTokens, (nowMs - emptyAt) * this.#tokensPerMs);
  }

  /** Takes one token; false when there is none. */
  take(nowMs: number): boolean {
    const shared = this.#shared;
    if (shared !== undefined) return shared.replace((emptyAt) => this.#after(emptyAt, nowMs));
    const emptyAt = this.#after(this.#emptyAt, nowMs);
    if (emptyAt === undefined) return false;
    this.#emptyAt = emptyAt;
    return true;
  }

  /** When it was empty, once a token is taken; undefined when there is none to take. */
  #after(emptyAt: number, nowMs: number): number | undefined {
    const tokens = this.#tokensSince(emptyAt, nowMs);
    // A millisecond times a rate is not exact; a token that is there but for rounding counts.
    return tokens < 1 - 1e-9 ? undefined : nowMs - (tokens - 1) / this.#tokensPerMs;
  }

  /** Whole seconds until it is full again, rounded up. */
  secondsToFull(nowMs: number): number {
    return Math.ceil((this.spec.maxTokens - this.tokens(nowMs)) / this.#tokensPerMs / 1000);
  }
}
