/** How a stream was closed, as far as late frames for it are concerned. */
export const FINISHED = 1;
export const RESET_BY_PEER = 2;
export const RESET_BY_US = 3;

/** More than can be in flight at once; older ones count as never opened. */
const REMEMBERED = 512;

/** The streams closed last: late frames of streams we reset are no mistake of the peer, for others they are (RFC 9113 §5.1). */
export class ClosedStreams {
  readonly #how = new Map<number, number>();
  readonly #order: number[] = new Array<number>(REMEMBERED).fill(0);
  #next = 0;

  add(streamId: number, how: number): void {
    const oldest = this.#order[this.#next]!;
    if (oldest !== 0) this.#how.delete(oldest);
    this.#order[this.#next] = streamId;
    this.#next = (this.#next + 1) % REMEMBERED;
    this.#how.set(streamId, how);
  }

  /** FINISHED, RESET_BY_PEER or RESET_BY_US; 0 when it was never open or too long ago. */
  how(streamId: number): number {
    return this.#how.get(streamId) ?? 0;
  }
}
