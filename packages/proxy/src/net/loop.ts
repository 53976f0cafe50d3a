/**
 * What all sockets of a thread share: the buffer they read into, the list of those with something to write, the timeouts.
 *
 * Every read of a plain socket lands in one buffer, lent to whoever handles it until the handler returns and what it queued has been
 * written. The kernel takes nearly every write at once, so bytes pass from socket to socket without a copy; when it does not, the buffer
 * is left to the pending write and a new one is made. Who keeps bytes longer calls `own`.
 */
import type { Clock } from '@weft/base';
import { TimerWheel } from '../time/wheel.ts';
import type { Wire } from './wire.ts';

/** As much as the kernel hands over at once on loopback. */
const READ_BUFFER_BYTES = 64 * 1024;

export class Loop {
  readonly clock: Clock;
  readonly wheel: TimerWheel;
  /** Monotonic milliseconds when the current callback began; precise enough for timeouts and logs, read once a callback. */
  now: number;
  #buffer: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  #dirty: Wire[] = [];
  #flushing: Wire[] = [];
  #depth = 0;
  #scheduled = false;

  constructor(clock: Clock) {
    this.clock = clock;
    this.wheel = new TimerWheel(clock, (serve) => {
      this.enter();
      serve();
      this.leave();
    });
    this.now = clock.monotonic();
  }

  /** The buffer for the next read. */
  readonly readBuffer = (): Buffer => this.#buffer;

  /** @hot `chunk` if it may be kept, else a copy of it. */
  own(chunk: Buffer): Buffer {
    return chunk.buffer === this.#buffer.buffer ? Buffer.from(chunk) : chunk;
  }

  /** A write still refers to `chunk`: if it was lent, the next read needs another buffer. */
  retire(chunk: Uint8Array): void {
    if (chunk.buffer === this.#buffer.buffer) this.#buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  }

  /** @hot Begins a callback of the system: from here to `leave`, writes are gathered. */
  enter(): void {
    if (this.#depth++ === 0) this.now = this.clock.monotonic();
  }

  /** @hot */
  leave(): void {
    if (--this.#depth === 0) this.#flush();
  }

  /** @hot Notes that `wire` has something to write, at the end of the callback under way or else of this tick. */
  touch(wire: Wire): void {
    this.#dirty.push(wire);
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
      batch.length = 0;
    }
  }
}
