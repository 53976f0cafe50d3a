import type { HeaderBlock } from '@weft/http';

/** The part of a request body that arrived while a filter holds the request back. */
export class RequestHold {
  readonly limitBytes: number;
  /** The filter waits for the end of the body, so there is no use in making the client wait. */
  readonly whole: boolean;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  ended = false;
  trailers: HeaderBlock | undefined = undefined;

  constructor(limitBytes: number, whole: boolean) {
    this.limitBytes = limitBytes;
    this.whole = whole;
  }

  /** False when the limit is passed. The chunk is kept all the same: it has left the socket. */
  add(chunk: Buffer): boolean {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    return this.bytes <= this.limitBytes;
  }

  end(trailers: HeaderBlock | undefined): void {
    this.ended = true;
    this.trailers = trailers;
  }
}
