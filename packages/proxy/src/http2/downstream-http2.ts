/**
 * The client's side of HTTP/2: one connection, an exchange a stream.
 * in: bytes of a Wire → Http2ServerConnection   out: Exchange calls, frames to the Wire
 */
import {
  type Http2Fault,
  type Http2Limits,
  type Http2RequestSink,
  Http2ServerConnection,
  type Http2ServerSink,
  type Http2ServerStream,
  type RequestHead,
} from '@weft/http';
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import type { HttpOptions } from '../hcm/options.ts';
import type { Wire } from '../net/wire.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ServedConnection } from '../stream/network-filter.ts';
import { Deadline } from '../time/wheel.ts';
import { DownstreamStream, type StreamKeeper } from './downstream-stream.ts';
import { OutputPump } from './output-pump.ts';

/** The codec's limits under a connection manager's settings. */
function serverLimits(options: HttpOptions): Partial<Http2Limits> {
  const { http2 } = options;
  return {
    maxHeaderListBytes: options.maxHeadBytes,
    maxHeaderBlockBytes: options.maxHeadBytes,
    maxHeaders: options.maxHeaders,
    ...(http2.maxConcurrentStreams === undefined ? {} : { maxConcurrentStreams: http2.maxConcurrentStreams }),
    ...(http2.initialStreamWindow === undefined ? {} : { streamWindowBytes: http2.initialStreamWindow }),
    ...(http2.initialConnectionWindow === undefined ? {} : { connectionWindowBytes: http2.initialConnectionWindow }),
    ...(http2.hpackTableSize === undefined ? {} : { headerTableBytes: http2.hpackTableSize }),
    ...(http2.maxOutboundControlFrames === undefined ? {} : { maxQueuedControlFrames: http2.maxOutboundControlFrames }),
  };
}

export class DownstreamHttp2 implements ServedConnection, Http2ServerSink, StreamKeeper {
  readonly #manager: ConnectionManager;
  readonly #wire: Wire;
  readonly #info: ConnectionInfo;
  readonly #onGone: () => void;
  readonly #h2: Http2ServerConnection;
  readonly #pump: OutputPump;
  readonly #streams = new Set<DownstreamStream>();
  /** Looks after every timeout of the connection and its streams; activity moves times, not the deadline. */
  readonly #watch: Deadline;
  readonly #openedAt: number;
  #idleSince: number;
  #requests = 0;
  #closing = false;
  /** The shortest idle timeout of a route that a stream has taken. */
  #routeIdleMs = 0;

  constructor(manager: ConnectionManager, wire: Wire, connection: ConnectionInfo, onGone: () => void) {
    this.#manager = manager;
    this.#wire = wire;
    this.#info = connection;
    this.#onGone = onGone;
    const { options, stats, loop } = manager;
    this.#openedAt = loop.now;
    this.#idleSince = loop.now;
    this.#pump = new OutputPump(wire, () => this.#h2.takeOutput());
    this.#h2 = new Http2ServerConnection(this, {
      now: () => loop.now,
      extendedConnect: options.http2.allowConnect,
      limits: serverLimits(options),
    });
    this.#watch = new Deadline(() => this.#onDeadline());
    stats.downstreamCxTotal.inc();
    stats.downstreamCxActive.inc();
    stats.downstreamCxHttp2Total.inc();
    stats.downstreamCxHttp2Active.inc();
    if (connection.tls !== undefined) stats.downstreamCxSslTotal.inc();
    this.#rearm();
  }

  /** The HTTP/1.1 request that asked for the upgrade, which has been answered with 101, as stream 1; before any bytes. */
  adoptUpgraded(head: RequestHead, settings: string): void {
    const fault = this.#h2.adoptUpgraded(head, settings);
    if (fault !== undefined) this.#onFault(fault);
  }

  /** @hot */
  onBytes(chunk: Buffer): void {
    if (this.#closing) return;
    const fault = this.#h2.push(chunk);
    if (fault !== undefined) this.#onFault(fault);
  }

  #onFault(fault: Http2Fault): void {
    const { stats, logger } = this.#manager;
    stats.downstreamCxProtocolError.inc();
    logger.debug('an HTTP/2 client broke the protocol', { cause: fault.message, client: this.#info.remoteAddress });
    this.#close();
  }

  // Http2ServerSink.

  onStream(stream: Http2ServerStream): Http2RequestSink {
    return new DownstreamStream(this.#manager, this.#info, stream, this);
  }

  onOutput(): void {
    this.#pump.request();
  }

  onGoAway(): void {
    // The client finishes what it has open and then closes; nothing is asked of us.
  }

  onDrained(): void {
    this.#close();
  }

  onRefused(streamId: number, message: string): void {
    this.#manager.logger.debug('refused an HTTP/2 request', {
      stream: streamId,
      cause: message,
      client: this.#info.remoteAddress,
    });
  }

  // StreamKeeper.

  /** @hot */
  onStreamStart(stream: DownstreamStream): void {
    const { options, stats, draining, loop } = this.#manager;
    this.#streams.add(stream);
    this.#requests++;
    stats.downstreamRqHttp2Total.inc();
    if (options.requestTimeoutMs > 0 || options.maxStreamDurationMs > 0) this.#rearm();
    const { maxRequestsPerConnection: max, maxConnectionDurationMs: age } = options;
    const used = max > 0 && this.#requests >= max;
    if (used) stats.downstreamCxMaxRequestsReached.inc();
    if (draining) stats.downstreamCxDrainClose.inc();
    if (used || draining || (age > 0 && loop.now - this.#openedAt >= age)) this.#h2.drain();
  }

  /** @hot */
  onRouteIdleLimit(limitMs: number): void {
    if (limitMs === 0 || (this.#routeIdleMs > 0 && limitMs >= this.#routeIdleMs)) return;
    this.#routeIdleMs = limitMs;
    this.#rearm();
  }

  /** @hot */
  onStreamEnd(stream: DownstreamStream): void {
    this.#streams.delete(stream);
    if (this.#streams.size === 0) this.#idleSince = this.#manager.loop.now;
  }

  // Wire.

  onEof(): void {
    if (this.#closing) this.#wire.destroy();
    else {
      this.#h2.end();
      this.#close();
    }
  }

  onWritable(): void {
    this.#pump.request();
  }

  onClosed(): void {
    this.#watch.disarm();
    const { stats, loop } = this.#manager;
    if (this.#streams.size > 0) stats.downstreamCxDestroyActiveRq.inc();
    this.#h2.end();
    stats.downstreamCxActive.dec();
    stats.downstreamCxHttp2Active.dec();
    stats.downstreamCxLengthMs.record(loop.now - this.#openedAt);
    stats.downstreamCxRxBytesTotal.add(this.#wire.bytesRead);
    stats.downstreamCxTxBytesTotal.add(this.#wire.bytesWritten);
    this.#onGone();
  }

  /** The listener drains: GOAWAY, and the end when what is open is done. */
  drain(): void {
    this.#h2.drain();
  }

  destroy(): void {
    this.#wire.destroy();
  }

  /** Ends our side once everything is written, then gives the client a moment to read it before the socket goes. */
  #close(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.#pump.end();
    this.#manager.loop.wheel.arm(this.#watch, Math.max(this.#manager.options.delayedCloseTimeoutMs, 1));
  }

  #rearm(): void {
    const { options, loop } = this.#manager;
    const limits = [
      options.idleTimeoutMs,
      options.streamIdleTimeoutMs,
      options.requestTimeoutMs,
      options.maxStreamDurationMs,
      this.#routeIdleMs,
    ].filter((ms) => ms > 0);
    if (limits.length > 0) loop.wheel.arm(this.#watch, Math.min(...limits));
  }

  #onDeadline(): void {
    if (this.#closing) {
      this.#wire.destroy();
      return;
    }
    const { options, loop, stats } = this.#manager;
    loop.enter();
    for (const stream of [...this.#streams]) this.#checkStream(stream);
    if (this.#streams.size === 0 && options.idleTimeoutMs > 0 && loop.now - this.#idleSince >= options.idleTimeoutMs) {
      stats.downstreamCxIdleTimeout.inc();
      this.#h2.close('NO_ERROR', 'the connection was idle for too long');
      this.#close();
    } else this.#rearm();
    loop.leave();
  }

  #checkStream(stream: DownstreamStream): void {
    const { options, loop, stats } = this.#manager;
    const { exchange } = stream;
    if (exchange === undefined || exchange.ended) return;
    const age = loop.now - exchange.record.startMs;
    const { requestTimeoutMs } = options;
    const plan = exchange.plan;
    // A route's own limit replaces this one, and is watched where the request is forwarded.
    const ofRoute = plan?.kind === 'forward' && plan.action.maxStreamDurationMs !== undefined;
    const maxStreamDurationMs = ofRoute ? 0 : options.maxStreamDurationMs;
    const idleLimit = (plan?.kind === 'forward' ? plan.action.idleTimeoutMs : undefined) ?? options.streamIdleTimeoutMs;
    if (!exchange.tunnelled && requestTimeoutMs > 0 && !exchange.requestDone && age >= requestTimeoutMs) {
      stats.downstreamRqTimeout.inc();
      exchange.reply('REQUEST_TIMEOUT', { cause: 'the limit on the time of a request has passed' });
    } else if (!exchange.tunnelled && maxStreamDurationMs > 0 && age >= maxStreamDurationMs) {
      stats.downstreamRqTimeout.inc();
      exchange.reply('DURATION_TIMEOUT', { cause: 'the limit on the time of a stream has passed' });
    } else if (idleLimit > 0 && loop.now - Math.max(stream.lastActivity, exchange.lastActivity) >= idleLimit) {
      stats.downstreamRqIdleTimeout.inc();
      exchange.reply('STREAM_IDLE_TIMEOUT', {
        cause: `nothing moved on the stream for ${idleLimit} ms (stream_idle_timeout)`,
      });
    }
  }
}
