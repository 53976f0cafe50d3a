/** The base64 of `application/grpc-web-text` (gRPC-Web, "Protocol differences"), in both directions and in any pieces. */
import { FrameScanner } from '../../../grpc/frame-scanner.ts';
import { NO_BYTES } from '../../../stream/body-rewrite.ts';

const QUADS = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)*$/;
const PADDED = /[^=]+=*/g;

/**
 * Decodes base64 in groups of four characters. Text may be several padded texts one after the other: the protocol lets a sender encode
 * piece by piece.
 */
export class Base64Reader {
  #rest = '';

  /** Undefined when the text is not base64. */
  push(chunk: Buffer): Buffer | undefined {
    const text = this.#rest + chunk.toString('latin1');
    const usable = text.length - (text.length % 4);
    this.#rest = text.slice(usable);
    if (usable === 0) return NO_BYTES;
    const quads = text.slice(0, usable);
    if (!QUADS.test(quads)) return undefined;
    if (!quads.includes('=')) return Buffer.from(quads, 'base64');
    return Buffer.concat((quads.match(PADDED) ?? []).map((part) => Buffer.from(part, 'base64')));
  }

  /** Nothing is left over. */
  get whole(): boolean {
    return this.#rest === '';
  }
}

/**
 * Encodes gRPC frames so that each is a base64 text of its own, padded at its end, as Envoy does: a client can decode every message when
 * it is complete. A frame is never held back whole.
 */
export class Base64FrameWriter {
  readonly #frames = new FrameScanner();
  /** Bytes of a frame that did not fill a group of three. */
  #rest: Buffer = NO_BYTES;

  push(chunk: Buffer): Buffer {
    let text = '';
    let at = 0;
    while (at < chunk.length) {
      const end = this.#frames.advance(chunk, at);
      const part = chunk.subarray(at, end);
      const bytes = this.#rest.length === 0 ? part : Buffer.concat([this.#rest, part]);
      const usable = this.#frames.atBoundary ? bytes.length : bytes.length - (bytes.length % 3);
      text += bytes.toString('base64', 0, usable);
      // A copy: the chunk is only lent.
      this.#rest = usable === bytes.length ? NO_BYTES : Buffer.from(bytes.subarray(usable));
      at = end;
    }
    return Buffer.from(text, 'latin1');
  }
}
