/**
 * Lines on their way out: kept as bytes, handed on in batches, never more than a bound waiting. A disk that is slow or full costs lines,
 * which are counted, and never a request.
 *
 * Bytes and not text, because a line is put together of some thirty pieces, and text that nobody has read yet keeps them all: they would
 * outlive the young generation.
 */
import type { Clock, Logger, Timer } from '@weft/base';
import type { Counter } from '../stat.ts';

/** Bytes that may wait for the disk; lines beyond are dropped. */
export const MAX_PENDING_BYTES: number = 4 * 1024 * 1024;
/** A batch is handed on when it has grown to this, or … */
const FLUSH_BYTES = 64 * 1024;
/** … after this long. */
const FLUSH_AFTER_MS = 250;
/** UTF-8 takes at most so many bytes for a UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;
const CHUNK_BYTES = FLUSH_BYTES + 8 * 1024;

/** Takes whole lines, each with its own line end. */
export interface LogSink {
  write(line: string): void;
  /** Resolves when everything written so far has left this process. */
  flush(): Promise<void>;
}

/** Hands one batch to the outside, which may keep it until it calls back; then the next may come. */
export type Output = (batch: Buffer, done: (error: Error | null) => void) => void;

export interface BufferedSinkOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly dropped: Counter;
  /** The path, for the log when writing fails. */
  readonly name: string;
}

/** A sink over any output. */
export class BufferedSink implements LogSink {
  readonly #output: Output;
  readonly #options: BufferedSinkOptions;
  /** Full ones, while the output is busy. */
  #full: Buffer[] = [];
  #chunk: Buffer | undefined = undefined;
  #used = 0;
  /** What the output gave back: two chunks take turns. */
  #spare: Buffer | undefined = undefined;
  #waitingBytes = 0;
  #waitingLines = 0;
  #writingBytes = 0;
  #timer: Timer | undefined;
  #flushed: (() => void)[] = [];
  #failing = false;

  constructor(output: Output, options: BufferedSinkOptions) {
    this.#output = output;
    this.#options = options;
  }

  /** @hot */
  write(line: string): void {
    if (this.#waitingBytes + this.#writingBytes + line.length > MAX_PENDING_BYTES) {
      this.#options.dropped.inc();
      return;
    }
    const bytes = this.#room(line.length * MOST_BYTES_PER_UNIT).write(line, this.#used);
    this.#used += bytes;
    this.#waitingBytes += bytes;
    this.#waitingLines++;
    if (this.#waitingBytes >= FLUSH_BYTES) this.#send();
    else this.#timer ??= this.#options.clock.after(FLUSH_AFTER_MS, () => this.#send());
  }

  /** @hot The chunk to write so many bytes into, at `#used`. */
  #room(bytes: number): Buffer {
    if (this.#chunk !== undefined && this.#used + bytes <= this.#chunk.length) return this.#chunk;
    if (this.#chunk !== undefined && this.#used > 0) this.#full.push(this.#chunk.subarray(0, this.#used));
    const spare = bytes <= CHUNK_BYTES ? this.#spare : undefined;
    if (spare !== undefined) this.#spare = undefined;
    this.#used = 0;
    this.#chunk = spare ?? Buffer.allocUnsafeSlow(Math.max(CHUNK_BYTES, bytes));
    return this.#chunk;
  }

  flush(): Promise<void> {
    this.#send();
    if (this.#writingBytes === 0 && this.#waitingBytes === 0) return Promise.resolve();
    return new Promise((resolve) => this.#flushed.push(resolve));
  }

  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#writingBytes > 0 || this.#waitingBytes === 0) return;
    const chunk = this.#chunk;
    if (chunk !== undefined && this.#used > 0) this.#full.push(chunk.subarray(0, this.#used));
    const [first, ...more] = this.#full;
    const batch = more.length > 0 || first === undefined ? Buffer.concat(this.#full) : first;
    const lines = this.#waitingLines;
    this.#full = [];
    this.#chunk = undefined;
    this.#used = 0;
    this.#writingBytes = this.#waitingBytes;
    this.#waitingBytes = 0;
    this.#waitingLines = 0;
    this.#output(batch, (error) => {
      if (chunk?.length === CHUNK_BYTES) this.#spare = chunk;
      this.#sent(lines, error);
    });
  }

  #sent(lines: number, error: Error | null): void {
    this.#writingBytes = 0;
    if (error !== null) {
      this.#options.dropped.add(lines);
      // Said once until a write succeeds again: a full disk would otherwise fill the log too.
      if (!this.#failing)
        this.#options.logger.error('cannot write the access log', { path: this.#options.name, error: error.message });
    }
    this.#failing = error !== null;
    if (this.#waitingBytes > 0) {
      this.#send();
      return;
    }
    const waiters = this.#flushed;
    this.#flushed = [];
    for (const resolve of waiters) resolve();
  }
}
