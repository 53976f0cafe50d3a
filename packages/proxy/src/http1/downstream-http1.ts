/**
 * The client's side of HTTP/1.1: one connection, one exchange at a time.
 * in: bytes of a Wire → RequestParser   out: Exchange calls, response text to the Wire
 */
import {
  CHUNK_SUFFIX,
  CHUNKED,
  chunkPrefix,
  type Framing,
  type HeaderBlock,
  type HttpFault,
  lastChunk,
  NO_BODY,
  type RequestHead,
  RequestParser,
  type RequestSink,
  serialiseResponseHead,
  UNTIL_CLOSE,
} from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import type { Wire, WireOwner } from '../net/wire.ts';
import type { ConnectionInfo, Downstream } from '../stream/downstream.ts';
import { Exchange, hasNoBody } from '../stream/exchange.ts';
import { ConnectionWatch, type WatchedConnection } from './connection-watch.ts';
import { faultReply, timeoutReply } from './fault-reply.ts';

/** Takes a connection over whose client asked for `Upgrade: h2c`, with its request and the bytes behind that; false when it does not. */
export type H2cSwitch = (head: RequestHead, rest: () => Buffer) => boolean;

export class DownstreamHttp1 implements WireOwner, RequestSink, Downstream, WatchedConnection {
  readonly connection: ConnectionInfo;
  readonly #manager: ConnectionManager;
  readonly #wire: Wire;
  readonly #parser: RequestParser;
  readonly #onGone: () => void;
  readonly #h2c: H2cSwitch | undefined;
  readonly #watch: ConnectionWatch;
  readonly #openedAt: number;
  #exchange: Exchange | undefined = undefined;
  #head: RequestHead | undefined = undefined;
  #chunkedResponse = false;
  #suppressBody = false;
  #closeAfter = false;
  #parsing = false;
  #tunnel = false;
  #ended = false;
  #requests = 0;

  constructor(manager: ConnectionManager, wire: Wire, connection: ConnectionInfo, onGone: () => void, h2c?: H2cSwitch) {
    this.#manager = manager;
    this.#wire = wire;
    this.connection = connection;
    this.#onGone = onGone;
    this.#h2c = h2c;
    const { options, stats, loop } = manager;
    this.#parser = new RequestParser(this, {
      scheme: connection.tls === undefined ? 'http' : 'https',
      otherTransferCodings: true,
      limits: { maxHeadBytes: options.maxHeadBytes, maxHeaders: options.maxHeaders },
    });
    this.#openedAt = loop.now;
    stats.downstreamCxTotal.inc();
    stats.downstreamCxActive.inc();
    stats.downstreamCxHttp1Total.inc();
    stats.downstreamCxHttp1Active.inc();
    if (connection.tls !== undefined) stats.downstreamCxSslTotal.inc();
    this.#watch = new ConnectionWatch(manager, this);
  }

  /** @hot */
  onBytes(chunk: Buffer): void {
    this.#watch.onBytes();
    if (this.#tunnel) {
      this.#exchange?.intake.onBody(chunk);
      return;
    }
    if (this.#watch.closing) return;
    this.#parsing = true;
    const fault = this.#parser.push(chunk);
    this.#afterParsing(fault);
  }

  #afterParsing(fault: HttpFault | undefined): void {
    this.#parsing = false;
    this.#exchange?.intake.flushReply();
    if (fault !== undefined) {
      this.#onFault(fault);
      return;
    }
    if (this.#parser.keptBytes === 0 || this.#wire.closed) return;
    // Pipelined requests wait in the parser: no more is read meanwhile.
    this.#wire.pause();
  }

  /** @hot */
  onRequest(head: RequestHead): void {
    this.#head = head;
    if (head.upgrade === 'h2c') {
      // Waits for `onRequestEnd`, which follows at once when there is no body; with one, the wish is ignored (RFC 9110 §7.8).
      if (head.framing === NO_BODY && this.#h2c !== undefined) return;
      head.upgrade = undefined;
    }
    this.#begin(head);
  }

  #begin(head: RequestHead): void {
    this.#requests++;
    this.#chunkedResponse = false;
    this.#suppressBody = head.method === 'HEAD';
    const exchange = new Exchange(this.#manager, this, head);
    this.#exchange = exchange;
    this.#manager.stats.downstreamRqHttp1Total.inc();
    this.#watch.onExchange();
    exchange.start(hasNoBody(head.framing) && head.upgrade === undefined && head.method !== 'CONNECT');
    this.#watch.onPlanned();
  }

  /** @hot */
  onRequestBody(chunk: Buffer): void {
    this.#exchange?.intake.onBody(chunk);
  }

  /** @hot */
  onRequestEnd(trailers: HeaderBlock | undefined): void {
    const head = this.#head;
    if (head?.upgrade === 'h2c') {
      if (this.#h2c?.(head, () => this.#leave()) === true) return;
      head.upgrade = undefined;
      this.#begin(head);
    }
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.#advance();
      return;
    }
    // The body of an upgrade or CONNECT is what follows once the other side agreed.
    if (this.#head?.upgrade !== undefined || this.#head?.method === 'CONNECT') return;
    exchange.intake.onEnd(trailers);
  }

  /** The connection goes on as another protocol, in other hands: ends our part in it and yields the bytes that came after. */
  #leave(): Buffer {
    this.#watch.onClosing();
    this.#watch.stop();
    const { stats } = this.#manager;
    stats.downstreamCxActive.dec();
    stats.downstreamCxHttp1Active.dec();
    return this.#parser.detach();
  }

  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  get tunnelling(): boolean {
    return this.#tunnel;
  }

  get parsing(): boolean {
    return this.#parsing;
  }

  get full(): boolean {
    return this.#wire.full;
  }

  sendInformational(status: number, headers: HeaderBlock): void {
    if (this.#head?.version === 11) this.#wire.sendText(serialiseResponseHead(status, '', headers, NO_BODY, ''));
  }

  /** @hot */
  sendHead(status: number, reason: string, headers: HeaderBlock, framing: Framing, end: boolean): void {
    const head = this.#head!;
    const exchange = this.#exchange!;
    const tunnels = exchange.tunnelled;
    this.#decideClose(head, exchange);
    let sent = framing;
    // An HTTP/2 upstream may say with the head that no body follows; HTTP/1 needs a length for that.
    if (framing === NO_BODY && !this.#suppressBody && !tunnels && status >= 200 && status !== 204 && status !== 304)
      sent = 0;
    if (framing === CHUNKED || framing === UNTIL_CLOSE) {
      // RFC 9112 §6.1: never chunked to an HTTP/1.0 client; the end of the connection ends its body.
      if (head.version === 11) sent = CHUNKED;
      else {
        sent = UNTIL_CLOSE;
        this.#closeAfter = true;
      }
      this.#chunkedResponse = sent === CHUNKED;
    }
    const connection =
      tunnels && status === 101 ? 'upgrade' : this.#closeAfter ? 'close' : head.version === 10 ? 'keep-alive' : '';
    if (this.#suppressBody || status === 204 || status === 304) this.#chunkedResponse = false;
    const text = serialiseResponseHead(status, reason, headers, sent, connection);
    this.#wire.sendText(text);
    if (end) this.#responseEnded();
  }

  #decideClose(head: RequestHead, exchange: Exchange): void {
    const { options, draining, stats } = this.#manager;
    if (!head.keepAlive) this.#closeAfter = true;
    // The rest of the request is still to come and nobody will read it.
    if (!exchange.requestDone && exchange.link === undefined) this.#closeAfter = true;
    if (draining) {
      this.#closeAfter = true;
      stats.downstreamCxDrainClose.inc();
    }
    const { maxRequestsPerConnection: max, maxConnectionDurationMs: age } = options;
    if (max > 0 && this.#requests >= max) {
      this.#closeAfter = true;
      stats.downstreamCxMaxRequestsReached.inc();
    }
    if (age > 0 && this.#manager.loop.now - this.#openedAt >= age) this.#closeAfter = true;
  }

  /** @hot */
  sendBody(chunk: Buffer): void {
    if (this.#suppressBody || chunk.length === 0) return;
    const wire = this.#wire;
    if (!this.#chunkedResponse) {
      wire.sendBytes(chunk);
      return;
    }
    wire.sendText(chunkPrefix(chunk.length));
    wire.sendBytes(chunk);
    wire.sendText(CHUNK_SUFFIX);
  }

  /** @hot */
  sendEnd(trailers: HeaderBlock | undefined): void {
    if (this.#chunkedResponse) this.#wire.sendText(lastChunk(trailers));
    this.#responseEnded();
  }

  #responseEnded(): void {
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (this.#tunnel) {
      this.#close();
      return;
    }
    if (exchange !== undefined && !exchange.requestDone) this.#closeAfter = true;
    if (this.#closeAfter || this.#ended) {
      this.#close();
      return;
    }
    this.#watch.onExchangeEnd();
    this.#advance();
  }

  /** Goes on with a pipelined request, if there is one. */
  #advance(): void {
    if (this.#wire.closed || this.#watch.closing) return;
    if (!this.#parsing) this.#wire.resume();
    const nested = this.#parsing;
    this.#parsing = true;
    const fault = this.#parser.next();
    if (!nested) this.#afterParsing(fault);
  }

  tunnel(): void {
    this.#tunnel = true;
    this.#closeAfter = true;
    const early = this.#parser.detach();
    if (early.length > 0) this.#exchange?.intake.onBody(early);
    this.#wire.resume();
  }

  pause(): void {
    this.#wire.pause();
  }

  resume(): void {
    if (this.#parser.keptBytes === 0) this.#wire.resume();
  }

  abort(): void {
    this.#exchange = undefined;
    this.#wire.destroy();
  }

  /** Ends our side once everything is written, then gives the client a moment to read it before the socket goes. */
  #close(): void {
    if (this.#watch.closing) return;
    this.#watch.onClosing();
    this.#wire.end();
    if (this.#ended) return;
    this.#wire.resume();
    this.#watch.boundClosing();
  }

  #onFault(fault: HttpFault): void {
    const manager = this.#manager;
    manager.stats.downstreamCxProtocolError.inc();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onDownstreamReset('DPE', fault.message);
    if (exchange?.responseStarted === true) {
      this.#wire.destroy();
      return;
    }
    // The bytes after a fault have no meaning; an answer that is still due to an earlier request went out before.
    this.#wire.sendText(faultReply(manager, this.connection, fault));
    this.#close();
  }

  onEof(): void {
    this.#ended = true;
    if (this.#tunnel) {
      this.#exchange?.intake.onEnd(undefined);
      return;
    }
    if (this.#watch.closing) {
      this.#wire.destroy();
      return;
    }
    const fault = this.#parser.end();
    const exchange = this.#exchange;
    if (fault !== undefined && (exchange === undefined || !exchange.requestDone)) {
      exchange?.onDownstreamReset('DC', 'the client ended the connection within a request');
      this.abort();
      return;
    }
    // A client may half-close after its last request (RFC 9112 §9.6) and still wait for the answer.
    this.#closeAfter = true;
    if (exchange === undefined) this.#close();
  }

  onWritable(): void {
    this.#exchange?.onDownstreamWritable();
  }

  onClosed(cause: Error | undefined): void {
    this.#watch.stop();
    const { stats, loop } = this.#manager;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    if (exchange !== undefined && !exchange.ended) {
      stats.downstreamCxDestroyActiveRq.inc();
      exchange.onDownstreamReset('DC', cause?.message ?? 'the client closed the connection');
    }
    stats.downstreamCxActive.dec();
    stats.downstreamCxHttp1Active.dec();
    stats.downstreamCxLengthMs.record(loop.now - this.#openedAt);
    stats.downstreamCxRxBytesTotal.add(this.#wire.bytesRead);
    stats.downstreamCxTxBytesTotal.add(this.#wire.bytesWritten);
    this.#onGone();
  }

  /** The listener drains: an idle connection ends now, a busy one with its answer. */
  drain(): void {
    if (this.#exchange === undefined && this.#watch.betweenRequests) this.#close();
    else this.#closeAfter = true;
  }

  destroy(): void {
    this.#wire.destroy();
  }

  onIdleTimeout(): void {
    this.#close();
  }

  onHeadTimeout(): void {
    this.#wire.sendText(timeoutReply(this.#manager, this.connection));
    this.#close();
  }
}
