/** The upstream's side of HTTP/2: one connection that carries many requests. */
import type { Endpoint, UpstreamProtocol } from '@weft/engine';
import {
  Http2ClientConnection,
  type Http2ClientStream,
  type Http2ConnectionSink,
  type Http2Limits,
  type Http2ResponseSink,
} from '@weft/http';
import type { Wire, WireOwner } from '../net/wire.ts';
import { Deadline } from '../time/wheel.ts';
import { type UpstreamPeer, upstreamPeer } from '../tls/upstream-peer.ts';
import type { UpstreamRequestHead } from '../upstream/upstream-stream.ts';
import { extendedConnectHeaders } from './extended-connect.ts';
import { OutputPump } from './output-pump.ts';

/** What the pool hears from its connections. */
export interface Http2Keeper {
  /** A stream ended: there is room for another, or the connection is idle. */
  onRoom(connection: UpstreamHttp2): void;
  onGone(connection: UpstreamHttp2, cause: Error | undefined): void;
  onProtocolError(): void;
}

/** Streams on one connection until the server's own limit is known and where the cluster names none (Envoy's default). */
const DEFAULT_MAX_STREAMS = 1024;

const CLOSE_AFTER_FAULT_MS = 1000;

/** The codec's limits under a cluster's settings. */
function clientLimits({ http2, maxHeadersCount }: UpstreamProtocol): Partial<Http2Limits> {
  return {
    ...(maxHeadersCount === undefined ? {} : { maxHeaders: maxHeadersCount }),
    ...(http2.initialStreamWindow === undefined ? {} : { streamWindowBytes: http2.initialStreamWindow }),
    ...(http2.initialConnectionWindow === undefined ? {} : { connectionWindowBytes: http2.initialConnectionWindow }),
    ...(http2.hpackTableSize === undefined ? {} : { headerTableBytes: http2.hpackTableSize }),
    ...(http2.maxOutboundControlFrames === undefined ? {} : { maxQueuedControlFrames: http2.maxOutboundControlFrames }),
  };
}

export class UpstreamHttp2 implements WireOwner, Http2ConnectionSink {
  readonly endpoint: Endpoint;
  readonly #keeper: Http2Keeper;
  readonly #protocol: UpstreamProtocol;
  #wire: Wire | undefined = undefined;
  #peer: UpstreamPeer | undefined = undefined;
  #scheme = 'http';
  #h2: Http2ClientConnection | undefined = undefined;
  #pump: OutputPump | undefined = undefined;
  /** The next PING, the wait for its answer, or the end after a fault. */
  #keepalive: Deadline | undefined = undefined;
  #pingPending = false;
  /** Requests sent so far. */
  requests = 0;
  /** Monotonic time since which no stream is open. */
  idleSince = 0;

  constructor(endpoint: Endpoint, protocol: UpstreamProtocol, keeper: Http2Keeper) {
    this.endpoint = endpoint;
    this.#protocol = protocol;
    this.#keeper = keeper;
  }

  /** The socket this connection lives on; set once, when it is dialled. `scheme` is what requests on it carry. */
  attach(wire: Wire, scheme: string): void {
    this.#wire = wire;
    this.#scheme = scheme;
  }

  get wire(): Wire {
    return this.#wire!;
  }

  get peer(): UpstreamPeer {
    this.#peer ??= upstreamPeer(this.wire.socket, this.endpoint);
    return this.#peer;
  }

  get localAddress(): string {
    const { socket } = this.wire;
    return `${socket.localAddress ?? ''}:${socket.localPort ?? 0}`;
  }

  /** The socket is connected: speak. */
  start(): void {
    const { wire } = this;
    const { loop } = wire;
    const h2 = new Http2ClientConnection(this, { now: () => loop.now, limits: clientLimits(this.#protocol) });
    this.#h2 = h2;
    this.#pump = new OutputPump(wire, () => h2.takeOutput());
    this.#pump.request();
    this.idleSince = loop.now;
    this.#armKeepalive();
  }

  /** Whether a request can be sent now. */
  get hasRoom(): boolean {
    const h2 = this.#h2;
    if (h2 === undefined || !h2.canOpen || this.#wire?.ended === true) return false;
    return h2.openStreams < (this.#protocol.http2.maxConcurrentStreams ?? DEFAULT_MAX_STREAMS);
  }

  /** No more requests will go on this connection. */
  get exhausted(): boolean {
    return this.#h2?.exhausted === true;
  }

  get openStreams(): number {
    return this.#h2?.openStreams ?? 0;
  }

  /** @hot Opens a stream for a request; undefined when there is no room. */
  open(head: UpstreamRequestHead, end: boolean, sink: Http2ResponseSink): Http2ClientStream | undefined {
    if (!this.hasRoom) return undefined;
    this.requests++;
    const { path, authority, upgrade } = head;
    // Whether the server knows extended CONNECT is not waited for: one that does not resets the stream.
    const method = upgrade === undefined ? head.method : 'CONNECT';
    const headers = upgrade === undefined ? head.headers : extendedConnectHeaders(head.headers);
    const stream = this.#h2?.request({ method, path, authority, scheme: this.#scheme, headers, upgrade }, end, sink);
    if (this.requests >= this.#protocol.maxRequestsPerConnection) this.#h2?.drain();
    return stream;
  }

  /** `chunk` in memory that may be kept. */
  own(chunk: Buffer): Buffer {
    return this.wire.loop.own(chunk);
  }

  /** For streams: one of them is over. */
  onStreamDone(): void {
    if (this.openStreams === 0) this.idleSince = this.wire.loop.now;
    this.#keeper.onRoom(this);
  }

  /** Takes no more requests; closes with the last one. */
  drain(): void {
    if (this.#h2 === undefined || this.openStreams === 0) this.wire.destroy();
    else this.#h2.drain();
  }

  // Wire.

  /** @hot */
  onBytes(chunk: Buffer): void {
    const fault = this.#h2?.push(chunk);
    if (fault === undefined) return;
    this.#keeper.onProtocolError();
    this.#pump?.end();
    // The GOAWAY gets a moment to leave; nothing else is expected of a peer that broke the protocol.
    const { wheel } = this.wire.loop;
    this.#keepalive?.disarm();
    this.#keepalive = new Deadline(() => this.wire.destroy());
    wheel.arm(this.#keepalive, CLOSE_AFTER_FAULT_MS);
  }

  onEof(): void {
    this.wire.destroy();
  }

  onWritable(): void {
    this.#pump?.request();
  }

  onClosed(cause: Error | undefined): void {
    this.#keepalive?.disarm();
    // Out of the pool first: what the resets set off, such as retries, must not come back here.
    this.#keeper.onGone(this, cause);
    this.#h2?.end();
  }

  // Http2ConnectionSink.

  onOutput(): void {
    this.#pump?.request();
  }

  onGoAway(): void {
    if (this.openStreams === 0) this.wire.destroy();
    else this.#h2?.drain();
  }

  onDrained(): void {
    this.wire.destroy();
  }

  onRefused(): void {
    // Only servers refuse streams.
  }

  /** `connection_keepalive`: a PING at every interval, and the end when its answer takes too long. */
  #armKeepalive(): void {
    const { keepaliveIntervalMs, keepaliveTimeoutMs } = this.#protocol.http2;
    if (keepaliveIntervalMs === undefined || keepaliveIntervalMs === 0) return;
    const { wheel } = this.wire.loop;
    const deadline = new Deadline(() => {
      if (this.#pingPending) {
        this.wire.destroy(new Error(`no answer to a PING within ${keepaliveTimeoutMs} ms (connection_keepalive)`));
        return;
      }
      this.#pingPending = true;
      this.#h2?.ping(() => {
        this.#pingPending = false;
        wheel.arm(deadline, keepaliveIntervalMs);
      });
      wheel.arm(deadline, keepaliveTimeoutMs);
    });
    this.#keepalive = deadline;
    wheel.arm(deadline, keepaliveIntervalMs);
  }
}
