import type { RequestHead } from '../head.ts';
import type { HeaderBlock } from '../header-block.ts';
import { assertHttp2Fields } from '../http1/header-safety.ts';
import { FINISHED, RESET_BY_PEER, RESET_BY_US } from './closed-streams.ts';
import { CLOSED_STREAM, DELIVER, Http2Connection, IGNORE, REFUSE } from './connection.ts';
import { HTTP2_ERRORS, type Http2Fault, http2Fault } from './errors.ts';
import { CLIENT_PREFACE } from './frames.ts';
import type { Http2RequestSink, StreamSink } from './sinks.ts';
import { Http2Stream, type StreamCarrier } from './stream.ts';
import type { Http2ConnectionSink, Http2Options } from './stream-table.ts';

export interface Http2ServerSink extends Http2ConnectionSink {
  /** A request arrived on `stream`: the sink for its events, which begin with `onRequest` as soon as this returns. */
  onStream(stream: Http2ServerStream): Http2RequestSink;
}

interface ServerCarrier extends StreamCarrier {
  writeResponse(stream: Http2ServerStream, status: number, headers: readonly string[], end: boolean): void;
}

/** A request's stream, seen by the server. */
export class Http2ServerStream extends Http2Stream {
  /** For the connection. */
  sink: Http2RequestSink | undefined = undefined;
  responded = false;
  readonly #server: ServerCarrier;

  constructor(id: number, carrier: ServerCarrier, receiveWindow: number, sendWindow: number) {
    super(id, carrier, receiveWindow, sendWindow);
    this.#server = carrier;
  }

  /**
   * @hot Sends the head of the final response; `end` when there is no body. Ignored after the stream has closed. A server that ends its
   * response before the request is complete may `reset(NO_ERROR)` to be rid of the rest. Throws HeaderInjectionError.
   */
  respond(status: number, headers: readonly string[], end: boolean): void {
    if (this.closed) return;
    if (this.responded) throw new Error(`stream ${this.id}: a second response`);
    this.#server.writeResponse(this, status, headers, end);
    this.responded = true;
  }

  /** Sends an interim response (100, 103) before the final one. Throws HeaderInjectionError. */
  inform(status: number, headers: readonly string[]): void {
    if (!this.closed && !this.responded) this.#server.writeResponse(this, status, headers, false);
  }

  override emitBody(chunk: Buffer): void {
    this.sink?.onRequestBody(chunk);
  }
  override emitEnd(trailers: HeaderBlock | undefined): void {
    this.sink?.onRequestEnd(trailers);
  }
  protected override get events(): StreamSink {
    return this.sink!;
  }
}

const STATUS_TEXTS: readonly string[] = Array.from({ length: 1000 }, (_, status) => String(status));

/** Server side of HTTP/2: over TLS (ALPN `h2`), in clear by prior knowledge, or after an HTTP/1.1 Upgrade. */
export class Http2ServerConnection extends Http2Connection implements ServerCarrier {
  readonly #sink: Http2ServerSink;
  readonly #extendedConnect: boolean;
  #prefaceBytes = 0;

  constructor(sink: Http2ServerSink, options: Http2Options) {
    super(sink, options, true);
    this.#sink = sink;
    this.#extendedConnect = options.extendedConnect === true;
    this.sender.writePreface('server', this.#extendedConnect);
  }

  /**
   * Call before the first `push` when the client came by `Upgrade: h2c` and 101 has been written: its request becomes stream 1
   * (RFC 7540 §3.2). `settings` is the value of its HTTP2-Settings header. Only for requests without a body.
   */
  adoptUpgraded(head: RequestHead, settings: string): Http2Fault | undefined {
    const payload = Buffer.from(settings, 'base64url');
    const fault =
      payload.length % 6 === 0
        ? this.applySettings(payload, 0, payload.length)
        : http2Fault('PROTOCOL_ERROR', 'HTTP2-Settings is not a SETTINGS payload (RFC 7540 §3.2.1)');
    if (fault !== undefined) {
      this.fail(fault);
      return fault;
    }
    this.lastPeerStream = 1;
    this.#open(1, head, true);
    return undefined;
  }

  override push(bytes: Buffer): Http2Fault | undefined {
    const before = this.#prefaceBytes;
    if (before === CLIENT_PREFACE.length) return super.push(bytes);
    const taken = Math.min(CLIENT_PREFACE.length - before, bytes.length);
    if (bytes.compare(CLIENT_PREFACE, before, before + taken, 0, taken) !== 0) {
      const fault = http2Fault(
        'PROTOCOL_ERROR',
        'the connection does not begin with the preface of HTTP/2 (RFC 9113 §3.4)',
      );
      this.fail(fault);
      return fault;
    }
    this.#prefaceBytes += taken;
    return super.push(bytes.subarray(taken));
  }

  protected override isIdle(streamId: number): boolean {
    return (streamId & 1) === 0 || streamId > this.lastPeerStream;
  }

  protected override planHeaders(streamId: number): number | Http2Fault {
    if ((streamId & 1) === 0)
      return http2Fault('PROTOCOL_ERROR', `a client opened stream ${streamId}, an even one (RFC 9113 §5.1.1)`);
    if (streamId <= this.lastPeerStream) {
      const how = this.closedStreams.how(streamId);
      if (how === RESET_BY_US) return IGNORE;
      if (how === RESET_BY_PEER) return CLOSED_STREAM;
      if (how === FINISHED) return http2Fault('STREAM_CLOSED', `HEADERS on closed stream ${streamId} (RFC 9113 §5.1)`);
      return http2Fault(
        'PROTOCOL_ERROR',
        `stream ${streamId} opened after stream ${this.lastPeerStream} (RFC 9113 §5.1.1)`,
      );
    }
    this.lastPeerStream = streamId;
    return this.takesNoStreams || this.streams.size >= this.limits.maxConcurrentStreams ? REFUSE : DELIVER;
  }

  protected override onHead(streamId: number, endStream: boolean): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.#trailers(stream, endStream);
    else if (this.heads.tooLarge) this.#tooLarge(streamId, endStream);
    else {
      const head = this.heads.request(endStream, this.#extendedConnect);
      if (head === undefined) this.refuse(streamId, 'PROTOCOL_ERROR', this.heads.malformed ?? 'malformed');
      else this.#open(streamId, head, endStream);
    }
  }

  #trailers(stream: Http2Stream, endStream: boolean): void {
    if (stream.remoteEnded) this.malformed(stream, 'STREAM_CLOSED', 'HEADERS after END_STREAM (RFC 9113 §5.1)');
    else if (!endStream) this.malformed(stream, 'PROTOCOL_ERROR', 'trailers without END_STREAM (RFC 9113 §8.1)');
    else if (!this.heads.trailers())
      this.malformed(stream, 'PROTOCOL_ERROR', this.heads.malformed ?? 'malformed trailers');
    else this.remoteEnd(stream, this.heads.headers.length > 0 ? this.heads.headers : undefined);
  }

  /** 431 without troubling the owner: the head it would need was not kept (RFC 6585 §5). */
  #tooLarge(streamId: number, endStream: boolean): void {
    this.sender.beginHeaders();
    this.sender.field(':status', '431');
    this.sender.field('content-length', '0');
    this.sender.writeHeaders(streamId, true);
    const message = `a header list over ${this.limits.maxHeaderListBytes} bytes or ${this.limits.maxHeaders} fields, answered with 431`;
    if (!endStream) {
      this.refuse(streamId, 'NO_ERROR', message);
      return;
    }
    this.closedStreams.add(streamId, FINISHED);
    this.#sink.onRefused(streamId, message);
    this.spendReset();
  }

  #open(streamId: number, head: RequestHead, endStream: boolean): void {
    const stream = new Http2ServerStream(streamId, this, this.newReceiveWindow, this.peer.initialWindow);
    if (!endStream) stream.announced = this.heads.contentLength;
    this.streams.set(streamId, stream);
    const sink = this.#sink.onStream(stream);
    stream.sink = sink;
    sink.onRequest(head);
    if (endStream && !stream.closed) this.remoteEnd(stream, undefined);
  }

  /** @hot For Http2ServerStream. */
  writeResponse(stream: Http2ServerStream, status: number, headers: readonly string[], end: boolean): void {
    assertHttp2Fields(headers);
    this.sender.beginHeaders();
    this.sender.field(':status', STATUS_TEXTS[status]!);
    this.sender.fields(headers);
    this.sender.writeHeaders(stream.id, end);
    if (!end) return;
    stream.endQueued = true;
    stream.localEnded = true;
    this.localEnded(stream);
  }

  protected override onPeerGoAway(): void {
    // A client's GOAWAY concerns streams of ours, and a server opens none.
  }

  /** The error code for a request whose response is complete before it is. */
  static readonly NO_ERROR: number = HTTP2_ERRORS.NO_ERROR;
}
