/**
 * What all sockets of a thread share: the buffer they read into, the list of those with something to write, the timeouts.
 *
 * What small reads lead to is gathered over all sockets that are readable at once, and written when the last of them was read: frames
 * for one HTTP/2 upstream join, and a peer on the same machine wakes up once (docs/decisions/0210).
 *
 * Small reads of plain sockets land in one buffer, lent to whoever handles it until the handler returns: nothing is allocated for them.
 * Who keeps bytes longer calls `own`. A socket whose reads fill the buffer gets a new one for each, which then belongs to the chunk,
 * so that bulk passes without a copy.
 */
import type { Clock } from '@weft/base';
import { TimerWheel } from '../time/wheel.ts';
import type { OwnDials } from './own-dials.ts';

/** As much as the kernel hands over at once on loopback. */
const READ_BUFFER_BYTES = 64 * 1024;

/** A read of this size is part of a bulk transfer, whose brakes look at what the socket has not taken. */
const BULK_BYTES = 16 * 1024;
/** So many writes are not kept waiting for more: it bounds how long the first of them waits. */
const MAX_GATHERED = 64;
/** How long after a change of the system's clock times may still go by the old one. */
const EPOCH_VALID_MS = 1000;

/** Something that is written at the end of a callback. */
export interface Flushable {
  flush(): void;
}

export class Loop {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Kept once a listener takes redirected connections. */
  ownDials: OwnDials | undefined = undefined;
  /** Monotonic milliseconds when the current callback began; precise enough for timeouts and logs, read once a callback. */
  now: number;
  readonly #buffer: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  #dirty: Flushable[] = [];
  #flushing: Flushable[] = [];
  #depth = 0;
  #scheduled = false;
  #epochOffset = 0;
  #epochReadAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.clock = clock;
    this.wheel = new TimerWheel(
      clock,
      (serve) => {
        this.enter();
        serve();
        this.leave();
      },
      () => (this.#depth > 0 ? this.now : clock.monotonic()),
    );
    this.now = clock.monotonic();
  }

  /**
   * @hot Milliseconds since the epoch when the current callback began. From the monotonic clock, set by the system's once a second: asking
   * that for every request costs a call out of compiled code.
   */
  get epochMs(): number {
    if (this.now - this.#epochReadAt >= EPOCH_VALID_MS) {
      this.#epochReadAt = this.now;
      this.#epochOffset = this.clock.now() - this.now;
    }
    return Math.floor(this.#epochOffset + this.now);
  }

  /** @hot The buffer for a socket's next read, after one of `bytes` bytes. */
  readBuffer(bytes: number): Buffer {
    return bytes < READ_BUFFER_BYTES ? this.#buffer : Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  }

  /** @hot `chunk` if it may be kept, else a copy of it. */
  own(chunk: Buffer): Buffer {
    return chunk.buffer === this.#buffer.buffer ? Buffer.from(chunk) : chunk;
  }

  /** Begins a callback of the system that is no read. What was gathered goes out first: this one may close sockets. */
  enter(): void {
    if (this.#depth++ > 0) return;
    this.now = this.clock.monotonic();
    this.#flush();
  }

  /** Ends what `enter` began: what was written since then goes out. */
  leave(): void {
    if (this.#depth === 1) this.#flush();
    this.#depth--;
  }

  /** @hot Begins the handling of bytes. */
  enterRead(): void {
    if (this.#depth++ === 0) this.now = this.clock.monotonic();
  }

  /** @hot Ends the handling of `bytes` bytes: what they led to goes out when all sockets that are readable now have been read. */
  leaveRead(bytes: number): void {
    const waiting = this.#dirty.length;
    if (this.#depth > 1 || waiting === 0) this.#depth--;
    else if (bytes >= BULK_BYTES || waiting >= MAX_GATHERED) this.leave();
    else {
      this.#depth--;
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(this.#flushLater);
    }
  }

  /** @hot Notes that `target` has something to write, when the callback under way says so or else at the end of this tick. */
  touch(target: Flushable): void {
    this.#dirty.push(target);
    if (this.#depth === 0 && !this.#scheduled) {
      this.#scheduled = true;
      process.nextTick(this.#flushLater);
    }
  }

  readonly #flushLater = (): void => {
    this.#scheduled = false;
    this.enter();
    this.leave();
  };

  #flush(): void {
    // Flushing may reveal that a peer is gone, whose owner writes elsewhere: hence rounds over two lists.
    while (this.#dirty.length > 0) {
      const batch = this.#dirty;
      this.#dirty = this.#flushing;
      this.#flushing = batch;
      for (let i = 0; i < batch.length; i++) batch[i]!.flush();
      // Assigning to `length` would leave compiled code.
      while (batch.length > 0) batch.pop();
    }
  }
}
