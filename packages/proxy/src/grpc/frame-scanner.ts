const PREFIX_BYTES = 5;

/** Follows gRPC's frames through bytes that come in any pieces (gRPC over HTTP/2, "Length-Prefixed-Message"), keeping none of them. */
export class FrameScanner {
  /** Frames that have begun, as Envoy counts messages. */
  frames = 0;
  #prefixSeen = 0;
  #left = 0;

  /** @hot Follows one frame from `from`; returns where the frame or the chunk ends. */
  advance(chunk: Buffer, from: number): number {
    let at = from;
    if (this.#prefixSeen === 0 && this.#left === 0 && at < chunk.length) this.frames++;
    while (this.#prefixSeen < PREFIX_BYTES && at < chunk.length) {
      // The first byte holds flags, the next four the length.
      if (this.#prefixSeen > 0) this.#left = this.#left * 256 + chunk[at]!;
      this.#prefixSeen++;
      at++;
    }
    if (this.#prefixSeen < PREFIX_BYTES) return at;
    const taken = Math.min(this.#left, chunk.length - at);
    this.#left -= taken;
    if (this.#left === 0) this.#prefixSeen = 0;
    return at + taken;
  }

  /** @hot Follows all of `chunk`. */
  scan(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.advance(chunk, at);
  }

  /** The bytes so far end where a frame ends. */
  get atBoundary(): boolean {
    return this.#prefixSeen === 0;
  }
}
