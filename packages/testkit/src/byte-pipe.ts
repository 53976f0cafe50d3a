/** One end of a pipe of bytes: what is written here is read at the other end, when the test says so. */
export interface PipeEnd {
  /** False when the other end has more unread than it wants: stop until `onWritable`. */
  write(bytes: Uint8Array): boolean;
  /** No more bytes will be written. */
  end(): void;
  /** Called with each chunk that arrives, and with `undefined` at the end. */
  onBytes: (bytes: Uint8Array | undefined) => void;
  /** Called when there is room again after `write` returned false. */
  onWritable: () => void;
}

class End implements PipeEnd {
  readonly #limit: number;
  #peer: End | undefined;
  /** Written to this end and not delivered yet. */
  #waiting: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #told = false;
  #full = false;
  onBytes: (bytes: Uint8Array | undefined) => void = () => undefined;
  onWritable: () => void = () => undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  join(peer: End): void {
    this.#peer = peer;
  }

  write(bytes: Uint8Array): boolean {
    if (this.#peer === undefined) throw new Error('this end belongs to no pipe');
    return this.#peer.#take(bytes);
  }

  end(): void {
    if (this.#peer !== undefined) this.#peer.#ended = true;
  }

  #take(bytes: Uint8Array): boolean {
    if (this.#ended) throw new Error('written after the end');
    // The writer may use its memory again.
    this.#waiting.push(bytes.slice());
    this.#bytes += bytes.length;
    this.#full = this.#bytes > this.#limit;
    return !this.#full;
  }

  /** Hands over what waits, in pieces of at most `size` bytes. True when there was anything to do. */
  deliver(size: number): boolean {
    const waiting = this.#waiting;
    const busy = waiting.length > 0 || (this.#ended && !this.#told);
    this.#waiting = [];
    this.#bytes = 0;
    for (const bytes of waiting) {
      for (let at = 0; at < bytes.length; at += size) this.onBytes(bytes.subarray(at, at + size));
    }
    if (this.#full) {
      this.#full = false;
      this.#peer?.onWritable();
    }
    if (this.#ended && !this.#told && this.#waiting.length === 0) {
      this.#told = true;
      this.onBytes(undefined);
    }
    return busy;
  }
}

/** Two ends of a connection without a socket, for code that takes bytes and gives bytes. Nothing moves until `flow` is called. */
export class BytePipe {
  readonly left: PipeEnd;
  readonly right: PipeEnd;
  readonly #ends: readonly [End, End];

  /** `limit`: unread bytes above which `write` says stop. Default 64 KiB. */
  constructor(limit = 65_536) {
    const [left, right] = [new End(limit), new End(limit)];
    left.join(right);
    right.join(left);
    this.left = left;
    this.right = right;
    this.#ends = [left, right];
  }

  /** Moves bytes both ways, in pieces of at most `size`, until both sides are quiet. */
  flow(size: number = Number.POSITIVE_INFINITY): void {
    const [left, right] = this.#ends;
    for (;;) {
      const moved = [left.deliver(size), right.deliver(size)];
      if (!moved.includes(true)) return;
    }
  }
}
