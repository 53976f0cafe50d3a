import type { Endpoint } from '@weft/engine';
import type { HeaderBlock, ResponseHead } from '@weft/http';
import type { HostCounts } from '../cluster/endpoint-pools.ts';
import type { ReplyCode } from '../stream/replies.ts';
import type { UpstreamPeer } from '../tls/upstream-peer.ts';

/** One request on an upstream connection, as the one who sent it hears about it. After `onEnd` or `onReset` nothing follows. */
export interface UpstreamStream {
  onInformational(head: ResponseHead): void;
  onHead(head: ResponseHead): void;
  /** @hot `chunk` may be lent. */
  onBody(chunk: Buffer): void;
  onEnd(trailers: HeaderBlock | undefined): void;
  /** The request failed in transit. `reused`: on a kept-alive connection that gave no byte of an answer. */
  onReset(code: ReplyCode, cause: string, reused: boolean): void;
  /** More of the request may be sent. */
  onWritable(): void;
}

/** A request to put on the wire. */
export interface UpstreamRequestHead {
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly headers: HeaderBlock;
  readonly rawNames: undefined;
  /** Codings of the body before the final `chunked`; they pass as they came. */
  readonly transferCodings: string | undefined;
  readonly framing: number;
  /** `websocket` and the like; undefined for plain requests. */
  readonly upgrade: string | undefined;
}

/** A connection that carries one request at a time, or one stream of a multiplexed one. */
export interface UpstreamConnection {
  /** As the access log names it. */
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  readonly endpoint: Endpoint;
  readonly localAddress: string;
  /** @hot Who the endpoint is, once the connection is open. */
  readonly peer: UpstreamPeer;
  /** @hot Writes the head; `end` means that no body follows. */
  send(stream: UpstreamStream, head: UpstreamRequestHead, end: boolean): void;
  /** @hot */
  sendBody(chunk: Buffer): void;
  sendEnd(trailers: HeaderBlock | undefined): void;
  /** Abandons the request: the connection cannot be used again. */
  abort(): void;
  /** Takes no more interest in the response; the connection is kept when its rest is short. */
  discard(): void;
  readonly full: boolean;
  pause(): void;
  resume(): void;
}

/** The connections to one endpoint, of one protocol. */
export interface EndpointPool {
  readonly endpoint: Endpoint;
  readonly counts: HostCounts;
  /** @hot Calls the waiter back, at once when a connection is at hand. */
  acquire(waiter: PoolWaiter): void;
  /** Takes back a waiter that has not been called. */
  cancel(waiter: PoolWaiter): void;
  /** The endpoint is gone from the configuration; requests in flight finish. */
  drain(): void;
  destroy(): void;
}

/** Who waits for a connection of a pool. */
export interface PoolWaiter {
  /** @hot */
  onConnection(connection: UpstreamConnection): void;
  onPoolFailure(code: ReplyCode, cause: string): void;
}
