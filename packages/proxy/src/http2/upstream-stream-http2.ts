/** One request on an HTTP/2 connection to an upstream. */
import type { Endpoint } from '@weft/engine';
import {
  CHUNKED,
  type HeaderBlock,
  HTTP2_ERRORS,
  type Http2ClientStream,
  type Http2ResponseSink,
  headerValue,
  type ResponseHead,
  type StreamReset,
  UNTIL_END_STREAM,
} from '@weft/http';
import type { ReplyCode } from '../stream/replies.ts';
import type { UpstreamPeer } from '../tls/upstream-peer.ts';
import type { UpstreamConnection, UpstreamRequestHead, UpstreamStream } from '../upstream/upstream-stream.ts';
import { upgradeAnswer } from './extended-connect.ts';
import type { UpstreamHttp2 } from './upstream-http2.ts';

export class UpstreamHttp2Stream implements UpstreamConnection, Http2ResponseSink {
  readonly protocol = 'HTTP/2';
  readonly endpoint: Endpoint;
  readonly #connection: UpstreamHttp2;
  #stream: Http2ClientStream | undefined = undefined;
  #owner: UpstreamStream | undefined = undefined;
  /** What an extended CONNECT was sent for (RFC 8441). */
  #upgrade: string | undefined = undefined;
  #websocketKey: string | undefined = undefined;
  #requestEnded = false;
  #full = false;
  #paused = false;
  #unconsumed = 0;

  constructor(connection: UpstreamHttp2) {
    this.#connection = connection;
    this.endpoint = connection.endpoint;
  }

  get peer(): UpstreamPeer {
    return this.#connection.peer;
  }

  get localAddress(): string {
    return this.#connection.localAddress;
  }

  /** @hot */
  send(owner: UpstreamStream, head: UpstreamRequestHead, end: boolean): void {
    this.#owner = owner;
    this.#requestEnded = end;
    this.#upgrade = head.upgrade;
    this.#websocketKey = head.upgrade === undefined ? undefined : headerValue(head.headers, 'sec-websocket-key');
    this.#stream = this.#connection.open(head, end, this);
    // The pool looked before it handed this out, but the owner may have sent on the same connection meanwhile.
    if (this.#stream === undefined) this.#fail('UPSTREAM_REFUSED_STREAM', 'the connection takes no more streams', true);
  }

  /** @hot */
  sendBody(chunk: Buffer): void {
    if (chunk.length === 0 || this.#requestEnded || this.#stream === undefined) return;
    // The codec keeps what it is given until the socket has taken it.
    if (!this.#stream.write(this.#connection.own(chunk))) this.#full = true;
  }

  /** @hot */
  sendEnd(trailers: HeaderBlock | undefined): void {
    if (this.#requestEnded) return;
    this.#requestEnded = true;
    this.#stream?.end(trailers);
  }

  get full(): boolean {
    return this.#full;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#consume();
  }

  abort(): void {
    this.#owner = undefined;
    const stream = this.#stream;
    if (stream === undefined || stream.closed) return;
    stream.reset(HTTP2_ERRORS.CANCEL);
    this.#connection.onStreamDone();
  }

  /** The rest of a response that nobody wants costs its stream only. */
  discard(): void {
    this.abort();
  }

  // Http2ResponseSink.

  onInformational(head: ResponseHead): void {
    this.#owner?.onInformational(head);
  }

  /** @hot */
  onResponse(head: ResponseHead): void {
    // What ends with the stream has to be chunked wherever HTTP/1 carries it.
    if (head.framing === UNTIL_END_STREAM) head.framing = CHUNKED;
    if (this.#upgrade !== undefined && head.status >= 200 && head.status < 300) {
      upgradeAnswer(head, this.#upgrade, this.#websocketKey);
    }
    this.#owner?.onHead(head);
  }

  /** @hot */
  onResponseBody(chunk: Buffer): void {
    this.#unconsumed += chunk.length;
    this.#owner?.onBody(chunk);
    if (!this.#paused) this.#consume();
  }

  #consume(): void {
    const bytes = this.#unconsumed;
    this.#unconsumed = 0;
    this.#stream?.consumed(bytes);
  }

  /** @hot */
  onResponseEnd(trailers: HeaderBlock | undefined): void {
    const owner = this.#owner;
    this.#owner = undefined;
    this.#paused = false;
    this.#consume();
    // An answer that came before the request was complete: nobody will send the rest.
    if (!this.#requestEnded) this.#stream?.reset(HTTP2_ERRORS.NO_ERROR);
    this.#connection.onStreamDone();
    owner?.onEnd(trailers);
  }

  onReset(reset: StreamReset): void {
    const code: ReplyCode =
      reset.cause === 'refused'
        ? 'UPSTREAM_REFUSED_STREAM'
        : reset.cause === 'peer'
          ? 'UPSTREAM_STREAM_RESET'
          : reset.cause === 'malformed'
            ? 'UPSTREAM_PROTOCOL_ERROR'
            : 'UPSTREAM_RESET';
    this.#connection.onStreamDone();
    this.#fail(code, reset.message, reset.retryable);
  }

  #fail(code: ReplyCode, cause: string, retryable: boolean): void {
    const owner = this.#owner;
    this.#owner = undefined;
    owner?.onReset(code, cause, retryable);
  }

  onDrain(): void {
    this.#full = false;
    this.#owner?.onWritable();
  }
}
