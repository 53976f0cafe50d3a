import type { HeaderBlock } from '../header-block.ts';
import { assertHttp2Fields, HeaderInjectionError, isFieldName, isFieldValue } from '../http1/header-safety.ts';
import { RESET_BY_US } from './closed-streams.ts';
import { Http2Connection, IGNORE } from './connection.ts';
import { HTTP2_ERRORS, type Http2Fault, http2Fault } from './errors.ts';
import { CLIENT_PREFACE, MAX_STREAM_ID } from './frames.ts';
import { HTTP2_LIMITS } from './limits.ts';
import { ownSettings } from './settings.ts';
import type { Http2ResponseSink, StreamSink } from './sinks.ts';
import { Http2Stream, type StreamCarrier } from './stream.ts';
import type { Http2ConnectionSink, Http2Options } from './stream-table.ts';

/** The parts of a request head that are written. A RequestHead is one. */
export interface OutgoingHttp2Request {
  readonly method: string;
  /** Empty for a plain CONNECT. */
  readonly path: string;
  readonly authority: string;
  readonly scheme: string;
  readonly headers: readonly string[];
  /** `:protocol` of an extended CONNECT (method CONNECT); needs `peer.enableConnect`. */
  readonly upgrade: string | undefined;
}

/** A request's stream, seen by the client. */
export class Http2ClientStream extends Http2Stream {
  readonly #sink: Http2ResponseSink;
  readonly method: string;
  /** The final response's head has come. */
  answered = false;

  constructor(
    id: number,
    carrier: StreamCarrier,
    receiveWindow: number,
    sendWindow: number,
    method: string,
    sink: Http2ResponseSink,
  ) {
    super(id, carrier, receiveWindow, sendWindow);
    this.method = method;
    this.#sink = sink;
  }

  get responseSink(): Http2ResponseSink {
    return this.#sink;
  }
  override emitBody(chunk: Buffer): void {
    this.#sink.onResponseBody(chunk);
  }
  override emitEnd(trailers: HeaderBlock | undefined): void {
    this.#sink.onResponseEnd(trailers);
  }
  protected override get events(): StreamSink {
    return this.#sink;
  }
}

/** Client side of HTTP/2. */
export class Http2ClientConnection extends Http2Connection {
  #nextStream = 1;
  #goneAway = false;

  constructor(sink: Http2ConnectionSink, options: Http2Options) {
    super(sink, options, false);
    this.sender.writeRaw(CLIENT_PREFACE);
    this.sender.writePreface('client', false);
  }

  /** The HTTP2-Settings header for an HTTP/1.1 request that asks for `Upgrade: h2c` (RFC 7540 §3.2.1), with the settings of a default connection. */
  static upgradeSettings(): string {
    const settings = ownSettings(HTTP2_LIMITS, 'client', false);
    const payload = Buffer.alloc(settings.length * 6);
    for (const [index, [id, value]] of settings.entries()) {
      payload.writeUInt16BE(id, index * 6);
      payload.writeUInt32BE(value, index * 6 + 2);
    }
    return payload.toString('base64url');
  }

  /** Call before the first `push` after a 101 for `Upgrade: h2c`: the response to the HTTP/1.1 request comes on stream 1. */
  adoptUpgraded(method: string, sink: Http2ResponseSink): Http2ClientStream {
    const stream = this.#open(method, sink);
    stream.endQueued = true;
    stream.localEnded = true;
    return stream;
  }

  /** Whether a request may be opened now: neither side drains, and the peer's limit of concurrent streams is not reached. */
  get canOpen(): boolean {
    return (
      !this.draining &&
      !this.#goneAway &&
      !this.failed &&
      this.streams.size < this.peer.maxConcurrentStreams &&
      this.#nextStream <= MAX_STREAM_ID
    );
  }

  /** How many more requests may be open at once. */
  get room(): number {
    return this.canOpen ? this.peer.maxConcurrentStreams - this.streams.size : 0;
  }

  /** No request will be opened on this connection any more, whatever the number of open ones. */
  get exhausted(): boolean {
    return this.draining || this.#goneAway || this.failed || this.#nextStream > MAX_STREAM_ID;
  }

  /** @hot Opens a stream and sends the head of a request; `end` when there is no body. Undefined when `canOpen` is false. Throws HeaderInjectionError. */
  request(head: OutgoingHttp2Request, end: boolean, sink: Http2ResponseSink): Http2ClientStream | undefined {
    if (!this.canOpen) return undefined;
    this.#check(head);
    const stream = this.#open(head.method, sink);
    const { sender } = this;
    sender.beginHeaders();
    sender.field(':method', head.method);
    if (head.method !== 'CONNECT' || head.upgrade !== undefined) {
      sender.field(':scheme', head.scheme);
      sender.field(':path', head.path);
    }
    sender.field(':authority', head.authority);
    if (head.method === 'CONNECT' && head.upgrade !== undefined) sender.field(':protocol', head.upgrade);
    sender.fields(head.headers);
    sender.writeHeaders(stream.id, end);
    if (end) {
      stream.endQueued = true;
      stream.localEnded = true;
    }
    return stream;
  }

  #check(head: OutgoingHttp2Request): void {
    if (!isFieldName(head.method)) throw new HeaderInjectionError(':method', 'value');
    if (!isFieldValue(head.path)) throw new HeaderInjectionError(':path', 'value');
    if (!isFieldValue(head.authority)) throw new HeaderInjectionError(':authority', 'value');
    if (!isFieldValue(head.scheme)) throw new HeaderInjectionError(':scheme', 'value');
    if (head.upgrade !== undefined && !isFieldValue(head.upgrade)) throw new HeaderInjectionError(':protocol', 'value');
    assertHttp2Fields(head.headers);
  }

  #open(method: string, sink: Http2ResponseSink): Http2ClientStream {
    const id = this.#nextStream;
    this.#nextStream += 2;
    const stream = new Http2ClientStream(id, this, this.newReceiveWindow, this.peer.initialWindow, method, sink);
    this.streams.set(id, stream);
    return stream;
  }

  protected override isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId >= this.#nextStream;
  }

  protected override planHeaders(streamId: number): number | Http2Fault {
    if (this.isIdle(streamId))
      return http2Fault('PROTOCOL_ERROR', `a response on stream ${streamId}, which no request opened (RFC 9113 §5.1)`);
    if (this.closedStreams.how(streamId) === RESET_BY_US) return IGNORE;
    return http2Fault('STREAM_CLOSED', `HEADERS on closed stream ${streamId} (RFC 9113 §5.1)`);
  }

  protected override onHead(streamId: number, endStream: boolean): void {
    const stream = this.streams.get(streamId);
    if (!(stream instanceof Http2ClientStream)) return;
    if (stream.remoteEnded) this.malformed(stream, 'STREAM_CLOSED', 'HEADERS after END_STREAM (RFC 9113 §5.1)');
    else if (stream.answered) this.#trailers(stream, endStream);
    else if (this.heads.tooLarge)
      this.malformed(stream, 'ENHANCE_YOUR_CALM', 'a response head over the limit of a header list');
    else this.#response(stream, endStream);
  }

  #trailers(stream: Http2ClientStream, endStream: boolean): void {
    if (!endStream) this.malformed(stream, 'PROTOCOL_ERROR', 'trailers without END_STREAM (RFC 9113 §8.1)');
    else if (!this.heads.trailers())
      this.malformed(stream, 'PROTOCOL_ERROR', this.heads.malformed ?? 'malformed trailers');
    else this.remoteEnd(stream, this.heads.headers.length > 0 ? this.heads.headers : undefined);
  }

  #response(stream: Http2ClientStream, endStream: boolean): void {
    const { status, contentLength } = this.heads;
    const bodiless = stream.method === 'HEAD' || status === 204 || status === 304;
    const head = this.heads.response(endStream, bodiless);
    const interim = status < 200;
    if (head === undefined || (interim && endStream)) {
      this.malformed(
        stream,
        'PROTOCOL_ERROR',
        this.heads.malformed ?? 'an interim response with END_STREAM (RFC 9113 §8.1)',
      );
      return;
    }
    if (interim) {
      stream.responseSink.onInformational(head);
      return;
    }
    stream.answered = true;
    const tunnel = stream.method === 'CONNECT' && status < 300;
    stream.announced = bodiless ? 0 : tunnel ? -1 : contentLength;
    stream.responseSink.onResponse(head);
    if (endStream && !stream.closed) this.remoteEnd(stream, undefined);
  }

  protected override onPeerGoAway(lastStream: number): void {
    this.#goneAway = true;
    for (const stream of [...this.streams.values()])
      if (stream.id > lastStream) this.refusedByPeer(stream, 'the peer went away before it looked at the request');
  }

  /** Opens no more requests; `onDrained` follows when the open ones are done. */
  override drain(): void {
    this.finishDrain();
  }

  /** The error code for a request that is not wanted any more. */
  static readonly CANCEL: number = HTTP2_ERRORS.CANCEL;
}
