import type { HeaderBlock } from '../header-block.ts';
import { assertHttp2Fields } from '../http1/header-safety.ts';
import type { StreamReset, StreamSink } from './sinks.ts';

/** What a stream needs of its connection. */
export interface StreamCarrier {
  /** Sends what the windows allow of the stream's queue, and its end. */
  flush(stream: Http2Stream): void;
  /** Credits bytes that came on the stream, to it and to the connection. */
  credit(stream: Http2Stream, bytes: number): void;
  /** Sends RST_STREAM and forgets the stream. */
  reset(stream: Http2Stream, code: number): void;
}

/**
 * One stream of a connection, from either side. Its owner writes with `write` and `end`, and says with `consumed` how many body
 * bytes it is done with; until then the peer's window stays closed, which is the back-pressure.
 */
export abstract class Http2Stream {
  readonly id: number;
  readonly #carrier: StreamCarrier;
  /** What the peer may still send, and we may still send, in bytes. May be negative after a settings change (RFC 9113 §6.9.2). */
  receiveWindow: number;
  sendWindow: number;
  /** Body bytes reported and not yet consumed; and consumed but not yet credited to the peer. */
  unconsumed = 0;
  uncredited = 0;
  /** Body bytes still announced by content-length, or -1. */
  announced = -1;
  /** Whether we, and the peer, have ended our half. */
  localEnded = false;
  remoteEnded = false;
  /** Gone: finished, reset, or its connection failed. */
  closed = false;
  readonly queue: Buffer[] = [];
  queuedBytes = 0;
  endQueued = false;
  trailersQueued: HeaderBlock | undefined = undefined;
  /** What the peer still sends is not wanted: the stream is reset once our half is sent. */
  restUnwanted = false;
  /** A `write` returned false and `onDrain` is owed. */
  drainOwed = false;

  protected constructor(id: number, carrier: StreamCarrier, receiveWindow: number, sendWindow: number) {
    this.id = id;
    this.#carrier = carrier;
    this.receiveWindow = receiveWindow;
    this.sendWindow = sendWindow;
  }

  abstract emitBody(chunk: Buffer): void;
  abstract emitEnd(trailers: HeaderBlock | undefined): void;
  protected abstract get events(): StreamSink;

  /**
   * Sends body bytes, which must not change until they have left. False when they had to wait for a window or for the socket: write
   * nothing more until `onDrain`. Ignored after the stream has closed.
   */
  write(chunk: Buffer): boolean {
    if (this.closed) return true;
    this.#mustBeOpen();
    if (chunk.length === 0) return true;
    this.queue.push(chunk);
    this.queuedBytes += chunk.length;
    this.#carrier.flush(this);
    if (this.queuedBytes === 0) return true;
    this.drainOwed = true;
    return false;
  }

  /** Ends our half, after what was written, with trailers or without. Ignored after the stream has closed. Throws HeaderInjectionError. */
  end(trailers?: HeaderBlock): void {
    if (this.closed) return;
    this.#mustBeOpen();
    if (trailers !== undefined) assertHttp2Fields(trailers);
    this.endQueued = true;
    this.trailersQueued = trailers !== undefined && trailers.length > 0 ? trailers : undefined;
    this.#carrier.flush(this);
  }

  /** Body bytes the owner is done with: the peer may send as many again. */
  consumed(bytes: number): void {
    const done = Math.min(bytes, this.unconsumed);
    this.unconsumed -= done;
    if (done > 0) this.#carrier.credit(this, done);
  }

  /** Ends the stream at once with an error code of RFC 9113 §7; no event follows. */
  reset(code: number): void {
    if (!this.closed) this.#carrier.reset(this, code);
  }

  /**
   * Our message ends before the peer's, and the rest of that is not wanted: resets the stream with NO_ERROR as soon as everything of ours
   * is sent (RFC 9113 §8.1).
   */
  discardRest(): void {
    if (this.closed || this.remoteEnded) return;
    this.restUnwanted = true;
    if (this.localEnded) this.#carrier.reset(this, 0);
  }

  /** For the connection: reports a reset that was not the owner's. */
  emitReset(reset: StreamReset): void {
    this.events.onReset(reset);
  }

  /** For the connection: the queue is empty. */
  emitDrain(): void {
    this.drainOwed = false;
    this.events.onDrain();
  }

  #mustBeOpen(): void {
    if (this.endQueued || this.localEnded) throw new Error(`stream ${this.id}: written to after its end`);
  }
}
