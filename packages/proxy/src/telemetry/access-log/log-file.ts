/** The files that access logs go to: opened, shared by listeners, moved aside and opened again. */
import { close, openSync, write } from 'node:fs';
import type { Clock, Logger } from '@weft/base';
import type { Counter } from '../stat.ts';
import { BufferedSink, type BufferedSinkOptions, type LogSink } from './buffered-sink.ts';

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
  #write(file: OpenFile, batch: Buffer, done: (error: Error | null) => void): void {
    file.writing = true;
    writeAll(file.fd, batch, 0, (error) => {
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
        print(batch.toString());
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
