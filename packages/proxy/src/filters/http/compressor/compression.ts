import type { Transform } from 'node:stream';
import type { HeaderBlock } from '@weft/http';
import type { BodyTransform, TransformOutput } from '../../../stream/body-transform.ts';

/** What one response cost and gained. */
export interface CompressionSizes {
  readonly onInput: (bytes: number) => void;
  readonly onOutput: (bytes: number) => void;
}

/** A compressor's stream as the transform of one response's body. Its buffers are the stream's high-water marks. */
export class Compression implements BodyTransform {
  readonly #stream: Transform;
  readonly #own: (chunk: Buffer) => Buffer;
  readonly #sizes: CompressionSizes;
  #trailers: HeaderBlock | undefined = undefined;

  constructor(stream: Transform, own: (chunk: Buffer) => Buffer, sizes: CompressionSizes) {
    this.#stream = stream;
    this.#own = own;
    this.#sizes = sizes;
  }

  open(output: TransformOutput): void {
    const stream = this.#stream;
    stream.on('data', (chunk: Buffer) => {
      this.#sizes.onOutput(chunk.length);
      output.body(chunk);
      if (output.full) stream.pause();
    });
    stream.on('drain', () => output.writable());
    stream.on('end', () => output.end(this.#trailers));
    stream.on('error', (error) => output.fail(error));
  }

  write(chunk: Buffer): void {
    this.#sizes.onInput(chunk.length);
    this.#stream.write(this.#own(chunk));
  }

  end(trailers: HeaderBlock | undefined): void {
    this.#trailers = trailers;
    this.#stream.end();
  }

  resume(): void {
    this.#stream.resume();
  }

  destroy(): void {
    this.#stream.destroy();
  }

  get full(): boolean {
    return this.#stream.writableNeedDrain;
  }
}
