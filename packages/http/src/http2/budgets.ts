import type { Http2Limits } from './limits.ts';
import { TokenBucket } from './token-bucket.ts';

const REGAINED_PER_DATA_FRAME = 10;

/** What a peer may do that costs us and gets it nowhere, before it counts as an attack. */
export class PeerBudgets {
  readonly #now: () => number;
  readonly #resets: TokenBucket;
  readonly #idleFrames: TokenBucket;

  constructor(limits: Http2Limits, now: () => number) {
    this.#now = now;
    const nowMs = now();
    this.#resets = new TokenBucket(limits.resetBurst, limits.resetsPerSecond, nowMs);
    this.#idleFrames = new TokenBucket(limits.idleFrameBurst, limits.idleFramesPerSecond, nowMs);
  }

  /** A stream ended by a reset; false when there were too many. */
  reset(): boolean {
    return this.#resets.take(this.#now());
  }

  /** @hot A frame came that makes no progress; false when there were too many. */
  idleFrame(): boolean {
    return this.#idleFrames.take(this.#now());
  }

  /** @hot A stream came to its end. */
  streamFinished(): void {
    this.#resets.refund(1);
  }

  /** @hot A DATA frame with bytes went either way: it may cause a few window updates. */
  dataMoved(): void {
    this.#idleFrames.refund(REGAINED_PER_DATA_FRAME);
  }
}
