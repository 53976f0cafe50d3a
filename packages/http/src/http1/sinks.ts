import type { RequestHead, ResponseHead } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';

/**
 * What a RequestParser reports, synchronously, in the order of the bytes:
 * `onRequest`, then `onRequestBody` any number of times, then `onRequestEnd`; a fault may end it anywhere (`push` returns it).
 * Chunks are views of the bytes given to `push`: copy what you keep beyond the call if you reuse the read buffer.
 */
export interface RequestSink {
  onRequest(head: RequestHead): void;
  onRequestBody(chunk: Buffer): void;
  /** The message is complete and the parser now waits for `next()` or `detach()`. */
  onRequestEnd(trailers: HeaderBlock | undefined): void;
}

/** What a ResponseParser reports: any number of `onInformational`, then `onResponse`, body chunks, `onResponseEnd`. */
export interface ResponseSink {
  /** A 1xx response other than 101 (100 Continue, 103 Early Hints); the final one is still to come. */
  onInformational(head: ResponseHead): void;
  /** The final response, or 101: then `onResponseEnd` follows at once and `detach()` yields the bytes of the new protocol. */
  onResponse(head: ResponseHead): void;
  onResponseBody(chunk: Buffer): void;
  onResponseEnd(trailers: HeaderBlock | undefined): void;
}
