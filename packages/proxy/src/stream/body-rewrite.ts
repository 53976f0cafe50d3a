import type { HeaderBlock } from '@weft/http';

/**
 * Changes the bytes of both bodies of an exchange as they pass: a request's before any filter of the body sees them, a response's after
 * all of them have. Synchronous, and it keeps no more than a few bytes back. What is not a matter of bytes (headers, how a body is
 * delimited) is the business of the filter that installs it in `Exchange.rewrite`.
 */
export interface BodyRewrite {
  /** @hot What goes on instead of `chunk`, which is lent; empty for nothing yet. It may answer the exchange if the bytes are wrong. */
  requestBody(chunk: Buffer): Buffer;
  /** The request is complete; if it cannot be, this answers the exchange. */
  requestEnd(): void;
  /** @hot As `requestBody`, for the response. */
  responseBody(chunk: Buffer): Buffer;
  /** The last bytes of the response. Trailers end here: a rewrite that wants them known puts them into these bytes. */
  responseEnd(trailers: HeaderBlock | undefined): Buffer;
  /**
   * The head waits for the end of the body, whose bytes are not sent: what the body says is in the head then. Decided while the filters
   * see the head.
   */
  readonly holdsResponse: boolean;
}

export const NO_BYTES: Buffer = Buffer.alloc(0);
