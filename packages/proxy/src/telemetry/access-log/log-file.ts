/**
 * Where lines go: collected in memory, written by one write at a time, never more than a bound waiting. A disk that is slow or full
 * costs lines, which are counted, and never a request.
 */
import { close, openSync, write } from 'node:fs';
import type { Clock, Logger, Timer } from '@weft/base';
import type { Counter } from '../stat.ts';

/** Bytes that may wait for the disk; lines beyond are dropped. */
export const MAX_PENDING_BYTES: number = 4 * 1024 * 1024;
/** A batch is written when it has grown to this, or … */
const FLUSH_BYTES = 64 * 1024;
/** … after this long. */
const FLUSH_AFTER_MS = 250;

/** Takes whole lines, each with its own line end. */
export interface LogSink {
  write(line: string): void;
  /** Resolves when everything written so far has left this process. */
  flush(): Promise<void>;
}

/** Hands one batch to the outside; calls back when the next may come. */
type Output = (batch: string, done: (error: Error | null) => void) => void;

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
  #waiting = '';
  #waitingBytes = 0;
  #writingBytes = 0;
  #timer: Timer | undefined;
  #flushed: (() => void)[] = [];
  #failing = false;

  constructor(output: Output, options: BufferedSinkOptions) {
    this.#output = output;
    this.#options = options;
  }

  /** @hot Length in UTF-16 units stands for bytes: access logs are almost always ASCII, and the bound is about memory. */
  write(line: string): void {
    if (this.#waitingBytes + this.#writingBytes + line.length > MAX_PENDING_BYTES) {
      this.#options.dropped.inc();
      return;
    }
    this.#waiting += line;
    this.#waitingBytes += line.length;
    if (this.#waitingBytes >= FLUSH_BYTES) this.#send();
    else this.#timer ??= this.#options.clock.after(FLUSH_AFTER_MS, () => this.#send());
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
    const batch = this.#waiting;
    this.#writingBytes = this.#waitingBytes;
    this.#waiting = '';
    this.#waitingBytes = 0;
    this.#output(batch, (error) => this.#sent(batch, error));
  }

  #sent(batch: string, error: Error | null): void {
    this.#writingBytes = 0;
    if (error !== null) {
      this.#options.dropped.add(batch.split('\n').length - 1);
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

export interface AccessLogFilesOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Counts lines that were thrown away; `server.access_log_dropped`. */
  readonly dropped: Counter;
}

interface OpenFile {
  readonly sink: BufferedSink;
  fd: number;
  writing: boolean;
  /** Files that were moved aside while a batch was on its way into them. */
  readonly stale: number[];
}

/** Every access-log file of the process, one sink a path, however many listeners write to it. */
export class AccessLogFiles {
  readonly #options: AccessLogFilesOptions;
  readonly #streams = new Map<string, BufferedSink>();
  readonly #files = new Map<string, OpenFile>();

  constructor(options: AccessLogFilesOptions) {
    this.#options = options;
  }

  /** The sink of a path, opened for appending when it is new. Throws node's error when it cannot be opened. */
  open(path: string): LogSink {
    if (path === '/dev/stdout') return this.#stream(path, this.#options.stdout);
    if (path === '/dev/stderr') return this.#stream(path, this.#options.stderr);
    const known = this.#files.get(path);
    if (known !== undefined) return known.sink;
    const sink = new BufferedSink((batch, done) => this.#write(file, batch, done), this.#sinkOptions(path));
    const file: OpenFile = { sink, fd: openSync(path, 'a'), writing: false, stale: [] };
    this.#files.set(path, file);
    return sink;
  }

  /** A batch goes into one file whole, also when that is moved aside meanwhile: a line must not end in another file than it began in. */
  #write(file: OpenFile, batch: string, done: (error: Error | null) => void): void {
    file.writing = true;
    writeAll(file.fd, Buffer.from(batch), 0, (error) => {
      file.writing = false;
      for (const fd of file.stale.splice(0)) this.#close(fd);
      done(error);
    });
  }

  /**
   * Opens every file again under its name, after something has moved it aside (log rotation). One that cannot be opened goes on into the
   * file it has, and the log says so.
   */
  reopen(): void {
    for (const [path, file] of this.#files) {
      const old = file.fd;
      try {
        file.fd = openSync(path, 'a');
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        this.#options.logger.error('cannot open the access log again', { path, error: cause });
        continue;
      }
      if (file.writing) file.stale.push(old);
      else this.#close(old);
    }
  }

  #close(fd: number): void {
    close(fd, (error) => {
      if (error !== null) this.#options.logger.warn('closing a rotated access log failed', { error: error.message });
    });
  }

  /** Resolves when every line written so far has left this process. */
  async flush(): Promise<void> {
    const sinks = [...this.#streams.values(), ...[...this.#files.values()].map((file) => file.sink)];
    await Promise.all(sinks.map((sink) => sink.flush()));
  }

  /** Flushes, then closes every file. */
  async close(): Promise<void> {
    await this.flush();
    const open = [...this.#files.values()];
    this.#files.clear();
    await Promise.all(
      open.map(
        (file) =>
          new Promise<void>((resolve, reject) => close(file.fd, (error) => (error ? reject(error) : resolve()))),
      ),
    );
  }

  #stream(path: string, print: (text: string) => void): LogSink {
    let sink = this.#streams.get(path);
    if (sink === undefined) {
      sink = new BufferedSink((batch, done) => {
        print(batch);
        done(null);
      }, this.#sinkOptions(path));
      this.#streams.set(path, sink);
    }
    return sink;
  }

  #sinkOptions(name: string): BufferedSinkOptions {
    const { clock, logger, dropped } = this.#options;
    return { clock, logger, dropped, name };
  }
}

/** A write may be short (a pipe, a disk almost full): the rest follows. */
function writeAll(fd: number, bytes: Buffer, offset: number, done: (error: Error | null) => void): void {
  write(fd, bytes, offset, bytes.length - offset, null, (error, written) => {
    if (error !== null) done(error);
    else if (offset + written < bytes.length) writeAll(fd, bytes, offset + written, done);
    else done(null);
  });
}
