/** The client's side of one exchange on an HTTP/2 connection: one stream. */
import {
  CHUNKED,
  type Framing,
  type HeaderBlock,
  HTTP2_ERRORS,
  type Http2RequestSink,
  type Http2ServerStream,
  hasHeader,
  NO_BODY,
  type RequestHead,
  removeHeader,
  type StreamReset,
  UNTIL_END_STREAM,
} from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import type { ConnectionInfo, Downstream } from '../stream/downstream.ts';
import { Exchange, hasNoBody } from '../stream/exchange.ts';
import { upgradeOfExtendedConnect } from './extended-connect.ts';

/** What a stream tells its connection. */
export interface StreamKeeper {
  /** @hot */
  onStreamStart(stream: DownstreamStream): void;
  /** @hot How long the route lets nothing move on the stream; 0 when it says nothing. */
  onRouteIdleLimit(limitMs: number): void;
  /** @hot The exchange is over, or its stream is gone. */
  onStreamEnd(stream: DownstreamStream): void;
}

export class DownstreamStream implements Downstream, Http2RequestSink {
  readonly connection: ConnectionInfo;
  exchange: Exchange | undefined = undefined;
  /** Monotonic time at which the client last sent something on this stream. */
  lastActivity: number;
  readonly #manager: ConnectionManager;
  readonly #stream: Http2ServerStream;
  readonly #keeper: StreamKeeper;
  /** The response is complete as far as the client is concerned; what follows is dropped. */
  #ended = false;
  #full = false;
  #paused = false;
  #unconsumed = 0;
  /** An extended CONNECT that goes on as an HTTP/1.1 upgrade: 101 means 200 here (RFC 8441 §5). */
  #tunnelled = false;

  constructor(manager: ConnectionManager, connection: ConnectionInfo, stream: Http2ServerStream, keeper: StreamKeeper) {
    this.#manager = manager;
    this.connection = connection;
    this.#stream = stream;
    this.#keeper = keeper;
    this.lastActivity = manager.loop.now;
  }

  /** @hot */
  onRequest(head: RequestHead): void {
    this.#keeper.onStreamStart(this);
    this.#tunnelled = head.method === 'CONNECT' && head.upgrade !== undefined;
    if (this.#tunnelled) upgradeOfExtendedConnect(head, this.#manager.random);
    // What ends with the stream has to be chunked wherever HTTP/1 carries it.
    if (head.framing === UNTIL_END_STREAM) head.framing = CHUNKED;
    const exchange = new Exchange(this.#manager, this, head);
    this.exchange = exchange;
    exchange.start(hasNoBody(head.framing) && !this.#tunnelled && head.method !== 'CONNECT');
    if (exchange.plan?.kind === 'forward') this.#keeper.onRouteIdleLimit(exchange.plan.action.idleTimeoutMs ?? 0);
  }

  /** @hot */
  onRequestBody(chunk: Buffer): void {
    this.lastActivity = this.#manager.loop.now;
    this.#unconsumed += chunk.length;
    this.exchange?.intake.onBody(chunk);
    if (!this.#paused) this.#consume();
  }

  #consume(): void {
    const bytes = this.#unconsumed;
    this.#unconsumed = 0;
    this.#stream.consumed(bytes);
  }

  /** @hot */
  onRequestEnd(trailers: HeaderBlock | undefined): void {
    this.exchange?.intake.onEnd(trailers);
  }

  onReset(reset: StreamReset): void {
    this.#ended = true;
    this.#keeper.onStreamEnd(this);
    const flag = reset.cause === 'malformed' ? 'DPE' : reset.cause === 'connection' ? 'DC' : 'DR';
    this.exchange?.onDownstreamReset(flag, reset.message);
  }

  onDrain(): void {
    this.#full = false;
    this.exchange?.onDownstreamWritable();
  }

  // Downstream.

  get full(): boolean {
    return this.#full;
  }

  /** An early answer costs an HTTP/2 client its stream only, so there is nothing to wait for. */
  get parsing(): boolean {
    return false;
  }

  sendInformational(status: number, headers: HeaderBlock): void {
    if (!this.#ended) this.#stream.inform(status, headers);
  }

  /** @hot */
  sendHead(status: number, _reason: string, headers: HeaderBlock, framing: Framing, end: boolean): void {
    if (this.#ended) return;
    const exchange = this.exchange!;
    const switched = this.#tunnelled && status === 101;
    if (switched) {
      removeHeader(headers, 'sec-websocket-accept');
      removeHeader(headers, 'upgrade');
    } else if (framing >= 0 && status !== 204 && !hasHeader(headers, 'content-length')) {
      headers.push('content-length', String(framing));
    }
    const last = !switched && (end || framing === NO_BODY || exchange.request.method === 'HEAD');
    this.#stream.respond(switched ? 200 : status, headers, last);
    if (last) this.#responseEnded();
  }

  /** @hot */
  sendBody(chunk: Buffer): void {
    if (this.#ended || chunk.length === 0) return;
    // The codec keeps what it is given until the socket has taken it.
    if (!this.#stream.write(this.#manager.loop.own(chunk))) this.#full = true;
  }

  /** @hot */
  sendEnd(trailers: HeaderBlock | undefined): void {
    if (this.#ended) return;
    this.#stream.end(trailers);
    this.#responseEnded();
  }

  #responseEnded(): void {
    this.#ended = true;
    // The client need not send the rest of a request that has its answer (RFC 9113 §8.1).
    if (this.exchange?.requestDone !== true) this.#stream.discardRest();
    this.#keeper.onStreamEnd(this);
  }

  abort(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.reset(HTTP2_ERRORS.INTERNAL_ERROR);
    this.#keeper.onStreamEnd(this);
  }

  /** Back-pressure by the window: what is not consumed is not replaced. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#consume();
  }

  tunnel(): void {
    // DATA goes to the exchange as it always did; there is no other protocol to change to.
  }
}
