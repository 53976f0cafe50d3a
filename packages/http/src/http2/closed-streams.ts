/** How a stream was closed, as far as late frames for it are concerned. */
export const FINISHED = 1;
export const RESET_BY_PEER = 2;
export const RESET_BY_US = 3;

const MOST = 1024;

/**
 * The streams closed last: late frames of streams we reset are no mistake of the peer, for others they are (RFC 9113 §5.1). A ring,
 * because every stream goes in and hardly any is ever looked up.
 */
export class ClosedStreams {
  readonly #capacity: number;
  /** Stream id × 4 + how; grows to the capacity, because most connections never see that many streams. */
  readonly #closed: number[] = [];
  #next = 0;

  /** Remembers twice the streams that can be open at once, within reason; older ones count as never opened. */
  constructor(maxConcurrentStreams: number) {
    this.#capacity = Math.min(MOST, 2 * maxConcurrentStreams);
  }

  /** @hot */
  add(streamId: number, how: number): void {
    this.#closed[this.#next] = streamId * 4 + how;
    this.#next = this.#next + 1 === this.#capacity ? 0 : this.#next + 1;
  }

  /** FINISHED, RESET_BY_PEER or RESET_BY_US, the last that was told; 0 when it was never open or too long ago. */
  how(streamId: number): number {
    const length = this.#closed.length;
    for (let back = 1; back <= length; back++) {
      const entry = this.#closed[(this.#next - back + length) % length]!;
      if (Math.floor(entry / 4) === streamId) return entry % 4;
    }
    return 0;
  }
}
