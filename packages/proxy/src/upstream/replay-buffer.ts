import type { HeaderBlock } from '@weft/http';

/**
 * The request body as far as it arrived: sent once there is a connection, and again on a retry. Past its limit it is forgotten, and with
 * it the possibility to retry (Envoy, RouteAction.retry_policy: "request body larger than the buffer limit").
 */
export class ReplayBuffer {
  readonly #limitBytes: number;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  /** All of the body so far is here. */
  complete = true;
  ended = false;
  trailers: HeaderBlock | undefined = undefined;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get full(): boolean {
    return this.bytes > this.#limitBytes;
  }

  /** Keeps `chunk`, which must be the caller's own. */
  add(chunk: Buffer): void {
    if (!this.complete) return;
    this.chunks.push(chunk);
    this.bytes += chunk.length;
  }

  forget(): void {
    this.chunks.length = 0;
    this.bytes = 0;
    this.complete = false;
  }
}
