/** The upstream's side of HTTP/1.1: one kept-alive connection, one request at a time. */
import type { Endpoint } from '@weft/engine';
import {
  CHUNK_SUFFIX,
  CHUNKED,
  chunkPrefix,
  type HeaderBlock,
  lastChunk,
  type ResponseHead,
  ResponseParser,
  type ResponseSink,
  serialiseRequestHead,
} from '@weft/http';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { Deadline } from '../time/wheel.ts';
import { type UpstreamPeer, upstreamPeer } from '../tls/upstream-peer.ts';
import type { UpstreamConnection, UpstreamRequestHead, UpstreamStream } from '../upstream/upstream-stream.ts';

/** What the pool hears from its connections. */
export interface ConnectionKeeper {
  /** @hot The response ended and the connection can carry another request. */
  onReusable(connection: UpstreamHttp1): void;
  onGone(connection: UpstreamHttp1, cause: Error | undefined): void;
}

/** A response to a request nobody waits for is read to its end when it is this short, to keep the connection. */
const DISCARD_LIMIT_BYTES = 64 * 1024;

export class UpstreamHttp1 implements WireOwner, ResponseSink, UpstreamConnection {
  readonly protocol = 'HTTP/1.1';
  readonly endpoint: Endpoint;
  readonly #keeper: ConnectionKeeper;
  readonly #parser: ResponseParser = new ResponseParser(this);
  #wire: Wire | undefined = undefined;
  #peer: UpstreamPeer | undefined = undefined;
  #stream: UpstreamStream | undefined = undefined;
  #busy = false;
  #requestEnded = false;
  #chunkedRequest = false;
  #answered = false;
  #reusable = true;
  #upgrading = false;
  #tunnel = false;
  #discarded = 0;
  #discarding = false;
  /** Requests sent so far. */
  requests = 0;
  /** Monotonic time at which the connection became idle. */
  idleSince = 0;
  /** Closes it when it has been idle for too long; the pool's. */
  idleDeadline: Deadline | undefined = undefined;
  /** Retires it when it is too old; the pool's. */
  ageDeadline: Deadline | undefined = undefined;
  /** Not to be used again. */
  retired = false;

  constructor(endpoint: Endpoint, keeper: ConnectionKeeper) {
    this.endpoint = endpoint;
    this.#keeper = keeper;
  }

  /** The socket this connection lives on; set once, when it is dialled. */
  attach(wire: Wire): void {
    this.#wire = wire;
  }

  get wire(): Wire {
    return this.#wire!;
  }

  get busy(): boolean {
    return this.#busy;
  }

  get peer(): UpstreamPeer {
    this.#peer ??= upstreamPeer(this.wire.socket, this.endpoint);
    return this.#peer;
  }

  get localAddress(): string {
    const { socket } = this.wire;
    return `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`;
  }

  /** @hot */
  send(stream: UpstreamStream, head: UpstreamRequestHead, end: boolean): void {
    this.#stream = stream;
    this.#busy = true;
    this.#answered = false;
    this.#requestEnded = end;
    this.#chunkedRequest = head.framing === CHUNKED;
    this.#upgrading = head.upgrade !== undefined;
    this.requests++;
    this.#parser.begin(head.method);
    const connection = head.upgrade === undefined ? '' : 'upgrade';
    this.wire.sendText(serialiseRequestHead(head, head.framing, connection));
  }

  /** @hot */
  sendBody(chunk: Buffer): void {
    const wire = this.wire;
    if (chunk.length === 0) return;
    if (this.#tunnel || !this.#chunkedRequest) {
      wire.sendBytes(chunk);
      return;
    }
    wire.sendText(chunkPrefix(chunk.length));
    wire.sendBytes(chunk);
    wire.sendText(CHUNK_SUFFIX);
  }

  /** @hot */
  sendEnd(trailers: HeaderBlock | undefined): void {
    if (this.#tunnel) {
      this.wire.end();
      return;
    }
    this.#requestEnded = true;
    if (this.#chunkedRequest) this.wire.sendText(lastChunk(trailers));
  }

  get full(): boolean {
    return this.wire.full;
  }

  pause(): void {
    this.wire.pause();
  }

  resume(): void {
    this.wire.resume();
  }

  abort(): void {
    this.#stream = undefined;
    this.wire.destroy();
  }

  discard(): void {
    this.#stream = undefined;
    if (!this.#busy) return;
    if (!this.#requestEnded) {
      this.wire.destroy();
      return;
    }
    this.#discarding = true;
    this.#discarded = 0;
    this.wire.resume();
  }

  /** @hot */
  onBytes(chunk: Buffer): void {
    if (this.#tunnel) {
      this.#stream?.onBody(chunk);
      return;
    }
    if (this.#busy) this.#answered = true;
    const fault = this.#parser.push(chunk);
    if (fault !== undefined) this.#refuse(fault.message);
  }

  #refuse(cause: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    this.wire.destroy();
    stream?.onReset('UPSTREAM_PROTOCOL_ERROR', cause, false);
  }

  onInformational(head: ResponseHead): void {
    this.#stream?.onInformational(head);
  }

  /** @hot */
  onResponse(head: ResponseHead): void {
    this.#reusable = head.keepAlive;
    if (head.status === 101) {
      if (!this.#upgrading) {
        this.#refuse('the upstream answered 101 to a request without Upgrade (RFC 9110 §15.2.2)');
        return;
      }
      this.#tunnel = true;
    }
    this.#stream?.onHead(head);
  }

  /** @hot */
  onResponseBody(chunk: Buffer): void {
    if (this.#discarding) {
      this.#discarded += chunk.length;
      if (this.#discarded > DISCARD_LIMIT_BYTES) this.wire.destroy();
      return;
    }
    this.#stream?.onBody(chunk);
  }

  /** @hot */
  onResponseEnd(trailers: HeaderBlock | undefined): void {
    if (this.#tunnel) {
      const early = this.#parser.detach();
      if (early.length > 0) this.#stream?.onBody(early);
      return;
    }
    const stream = this.#stream;
    this.#stream = undefined;
    this.#busy = false;
    this.#discarding = false;
    // An answer that came before the request was complete leaves the rest of it in the way. Bytes behind the answer were sent before the
    // next request was, which may be another client's: they are no answer to it (response queue poisoning).
    const reusable = this.#reusable && this.#requestEnded && !this.wire.ended && this.#parser.keptBytes === 0;
    // Back to the pool first: what the end sets off, such as a pipelined request, may use this connection at once.
    if (reusable) this.#keeper.onReusable(this);
    else this.wire.destroy();
    stream?.onEnd(trailers);
  }

  onEof(): void {
    if (this.#tunnel) {
      const stream = this.#stream;
      this.#stream = undefined;
      stream?.onEnd(undefined);
      this.wire.end();
      return;
    }
    const fault = this.#busy ? this.#parser.end() : undefined;
    // Without a fault a body that lasts until close has just ended, or nobody was waiting.
    if (fault === undefined && this.#stream === undefined) {
      this.wire.destroy();
      return;
    }
    this.#reset('UPSTREAM_RESET', 'the upstream closed the connection before the response was complete');
    this.wire.destroy();
  }

  #reset(code: 'UPSTREAM_RESET', cause: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.onReset(code, cause, this.requests > 1 && !this.#answered);
  }

  onWritable(): void {
    this.#stream?.onWritable();
  }

  onClosed(cause: Error | undefined): void {
    this.#reset('UPSTREAM_RESET', cause?.message ?? 'the upstream closed the connection');
    this.#keeper.onGone(this, cause);
  }
}
