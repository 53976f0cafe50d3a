import { type Http2Fault, http2Fault } from './errors.ts';
import type { Http2Limits } from './limits.ts';

/** Gathers a header block that is split over HEADERS and CONTINUATION frames, within bounds (RFC 9113 §4.3). */
export class BlockAssembler {
  /** The stream whose block is not complete; 0 when none is. */
  openStream = 0;
  readonly #limits: Http2Limits;
  readonly #pieces: Buffer[] = [];
  #bytes = 0;
  #continuations = 0;

  constructor(limits: Http2Limits) {
    this.#limits = limits;
  }

  begin(streamId: number, fragment: Buffer): void {
    this.openStream = streamId;
    this.#continuations = 0;
    this.#bytes = fragment.length;
    this.#pieces.push(Buffer.from(fragment));
  }

  /** A fault when the block has grown over a limit: it can be endless, and nothing of it is of use before its end. */
  add(fragment: Buffer): Http2Fault | undefined {
    const { maxContinuations, maxHeaderBlockBytes } = this.#limits;
    this.#continuations++;
    this.#bytes += fragment.length;
    if (this.#continuations > maxContinuations || this.#bytes > maxHeaderBlockBytes) {
      return http2Fault(
        'ENHANCE_YOUR_CALM',
        `a header block of more than ${maxContinuations} CONTINUATION frames or ${maxHeaderBlockBytes} bytes`,
      );
    }
    this.#pieces.push(Buffer.from(fragment));
    return undefined;
  }

  /** The whole block. */
  finish(): Buffer {
    const whole = Buffer.concat(this.#pieces, this.#bytes);
    this.#pieces.length = 0;
    this.openStream = 0;
    return whole;
  }
}
