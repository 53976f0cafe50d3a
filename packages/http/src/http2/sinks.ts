import type { RequestSink, ResponseSink } from '../http1/sinks.ts';

/** How a stream ended before its messages were complete. */
export interface StreamReset {
  /** An error code of RFC 9113 §7; the peer may send one we do not know. */
  readonly code: number;
  /** `peer`: RST_STREAM; `connection`: the connection failed or ended; `refused`: the peer did not look at the request (GOAWAY, REFUSED_STREAM); `malformed`: we reset it for what the peer sent. */
  readonly cause: 'peer' | 'connection' | 'refused' | 'malformed';
  /** Whether the request is known not to have been processed, so that it may be sent again (RFC 9113 §8.7). */
  readonly retryable: boolean;
  /** For people. */
  readonly message: string;
}

/** What an HTTP/2 stream reports beside its message. */
export interface StreamSink {
  /** The stream is over and nothing else follows; not called for a reset of our own. */
  onReset(reset: StreamReset): void;
  /** After `write` returned false: what was queued is on its way, go on writing. */
  onDrain(): void;
}

/** Events of one request on a server connection, in the order of HTTP/1's RequestSink. */
export interface Http2RequestSink extends RequestSink, StreamSink {}

/** Events of one response on a client connection, in the order of HTTP/1's ResponseSink. */
export interface Http2ResponseSink extends ResponseSink, StreamSink {}
