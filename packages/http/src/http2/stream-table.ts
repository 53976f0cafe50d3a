import type { HeaderBlock } from '../header-block.ts';
import { PeerBudgets } from './budgets.ts';
import { ClosedStreams, FINISHED, RESET_BY_PEER, RESET_BY_US } from './closed-streams.ts';
import { HTTP2_ERRORS, type Http2ErrorName, type Http2Fault, http2Fault } from './errors.ts';
import { DEFAULT_WINDOW, MAX_STREAM_ID } from './frames.ts';
import { HTTP2_LIMITS, type Http2Limits } from './limits.ts';
import { ReceiveWindow } from './receive-window.ts';
import { Sender } from './sender.ts';
import { PeerSettings } from './settings.ts';
import type { Http2Stream, StreamCarrier } from './stream.ts';

/** What a connection tells its owner beside the streams. */
export interface Http2ConnectionSink {
  /** Output is there after there was none: `takeOutput` and write it, best once per tick. */
  onOutput(): void;
  /** The peer goes away: streams it will not process are reported as refused; open no more. */
  onGoAway(code: number, message: string): void;
  /** A drain has finished: no stream is open and none will come. Write the output, then close. */
  onDrained(): void;
  /** A stream was reset before it had an owner, for what its head said: for the log. */
  onRefused(streamId: number, message: string): void;
}

export interface Http2Options {
  readonly limits?: Partial<Http2Limits>;
  /** Milliseconds from any fixed point, for the budgets that refill with time. */
  readonly now: () => number;
  /** Servers: offer extended CONNECT (RFC 8441), for WebSockets. Default false. */
  readonly extendedConnect?: boolean;
}

/** What the PING of a drain carries. */
export const PING_OF_DRAIN: Buffer = Buffer.from('weftgone', 'latin1');

/** The streams of one connection and how they end: finished, reset by either side, refused, or together with the connection. */
export abstract class StreamTable implements StreamCarrier {
  readonly limits: Http2Limits;
  readonly peer: PeerSettings = new PeerSettings();
  protected readonly sink: Http2ConnectionSink;
  protected readonly sender: Sender;
  protected readonly streams: Map<number, Http2Stream> = new Map();
  protected readonly closedStreams: ClosedStreams;
  protected readonly budgets: PeerBudgets;
  protected readonly receiveWindow: ReceiveWindow;
  protected fault: Http2Fault | undefined = undefined;
  protected ended = false;
  protected settingsAcked = false;
  /** No new streams are wanted. */
  protected draining = false;
  /** The highest stream of the peer's that we looked at. */
  protected lastPeerStream = 0;
  #lastStreamNamed = false;
  #drainedTold = false;

  protected constructor(sink: Http2ConnectionSink, options: Http2Options) {
    this.sink = sink;
    const limits = options.limits === undefined ? HTTP2_LIMITS : { ...HTTP2_LIMITS, ...options.limits };
    this.limits = limits;
    this.sender = new Sender(limits, this.peer, {
      onOutput: () => sink.onOutput(),
      onLocalEnd: (stream) => this.localEnded(stream),
      onDataSent: () => this.budgets.dataMoved(),
    });
    this.budgets = new PeerBudgets(limits, options.now);
    this.receiveWindow = new ReceiveWindow(limits.connectionWindowBytes);
    this.closedStreams = new ClosedStreams(limits.maxConcurrentStreams);
  }

  /** Stream ids that no frame may name yet. */
  protected abstract isIdle(streamId: number): boolean;

  /** The peer ended the connection: streams that were open are reported as reset. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#abandonStreams(HTTP2_ERRORS.CONNECT_ERROR, 'the connection ended');
  }

  /** Ends the connection at once: a GOAWAY with `code`, every open stream reported as reset. */
  close(code: Http2ErrorName, message: string): void {
    if (this.fault === undefined && !this.ended) this.fail(http2Fault(code, message));
  }

  /** Streams open now. */
  get openStreams(): number {
    return this.streams.size;
  }

  get failed(): boolean {
    return this.fault !== undefined;
  }

  /** The peer ended its half; reports it, and forgets the stream if ours has ended too. */
  protected remoteEnd(stream: Http2Stream, trailers: HeaderBlock | undefined): void {
    if (stream.announced > 0) {
      this.malformed(stream, 'PROTOCOL_ERROR', 'less DATA than content-length (RFC 9113 §8.1.1)');
      return;
    }
    stream.remoteEnded = true;
    stream.emitEnd(trailers);
    if (stream.localEnded && !stream.closed) this.#finish(stream);
  }

  /** A stream error that the peer caused: reset, reported, and counted, so that it cannot make us reset without end. */
  protected malformed(stream: Http2Stream, name: Http2ErrorName, message: string): void {
    this.reset(stream, HTTP2_ERRORS[name]);
    stream.emitReset({
      code: HTTP2_ERRORS[name],
      cause: 'malformed',
      retryable: false,
      message: `stream ${stream.id}: ${message}`,
    });
    this.spendReset();
  }

  /** RST_STREAM for a stream without an owner, counted against the peer. On an idle stream it would break the protocol itself. */
  protected refuse(streamId: number, name: Http2ErrorName, message: string): void {
    if (this.isIdle(streamId)) {
      this.failWith(name, `stream ${streamId}: ${message}`);
      return;
    }
    this.closedStreams.add(streamId, RESET_BY_US);
    this.sender.writeReset(streamId, HTTP2_ERRORS[name]);
    this.sink.onRefused(streamId, message);
    this.spendReset();
  }

  /** A stream that the peer will not process: its request may be sent again elsewhere. */
  protected refusedByPeer(stream: Http2Stream, message: string): void {
    this.forget(stream, RESET_BY_PEER);
    stream.emitReset({ code: HTTP2_ERRORS.REFUSED_STREAM, cause: 'refused', retryable: true, message });
    this.checkDrained();
  }

  reset(stream: Http2Stream, code: number): void {
    this.forget(stream, RESET_BY_US);
    this.sender.writeReset(stream.id, code);
    this.checkDrained();
  }

  /** The last frame of our half is in the output. */
  protected localEnded(stream: Http2Stream): void {
    if (stream.closed) return;
    if (stream.remoteEnded) this.#finish(stream);
    else if (stream.restUnwanted) this.reset(stream, HTTP2_ERRORS.NO_ERROR);
  }

  flush(stream: Http2Stream): void {
    this.sender.flush(stream);
  }

  #finish(stream: Http2Stream): void {
    this.forget(stream, FINISHED);
    this.budgets.streamFinished();
    this.checkDrained();
  }

  /** Takes a stream out of the table, FINISHED, RESET_BY_PEER or RESET_BY_US. */
  protected forget(stream: Http2Stream, how: number): void {
    stream.closed = true;
    this.streams.delete(stream.id);
    this.closedStreams.add(stream.id, how);
    this.sender.forget(stream);
    if (how === FINISHED || stream.unconsumed === 0) return;
    // Nobody will consume these any more, and other streams need the window.
    this.creditConnection(stream.unconsumed);
    stream.unconsumed = 0;
  }

  /** Counts one stream that ended by a reset; false (and the connection failed) when there were too many. */
  protected spendReset(): boolean {
    if (this.budgets.reset()) return true;
    return this.failWith('ENHANCE_YOUR_CALM', 'too many streams end by a reset');
  }

  /** Counts a frame that makes no progress; false (and the connection failed) when there were too many. */
  protected spendIdleFrame(): boolean {
    if (this.budgets.idleFrame()) return true;
    return this.failWith('ENHANCE_YOUR_CALM', 'too many frames that make no progress');
  }

  // Windows.

  credit(stream: Http2Stream, bytes: number): void {
    this.creditConnection(bytes);
    if (stream.closed || stream.remoteEnded) return;
    stream.uncredited += bytes;
    // Half a window at a time: enough to keep the peer sending, without a frame for every read.
    if (stream.uncredited * 2 < this.limits.streamWindowBytes) return;
    stream.receiveWindow += stream.uncredited;
    this.sender.writeWindowUpdate(stream.id, stream.uncredited);
    stream.uncredited = 0;
  }

  /** Credits bytes of no stream in particular. */
  protected creditConnection(bytes: number): void {
    const increment = this.receiveWindow.credit(bytes);
    if (increment > 0) this.sender.writeWindowUpdate(0, increment);
  }

  /** What a new stream may receive: until our settings are acknowledged the peer may still go by the default. */
  protected get newReceiveWindow(): number {
    return this.settingsAcked ? this.limits.streamWindowBytes : Math.max(this.limits.streamWindowBytes, DEFAULT_WINDOW);
  }

  // The end.

  /**
   * Stops taking new streams gracefully (RFC 9113 §6.8): servers announce it, wait for a PING to come back so that what was under
   * way arrives, then name the last stream. `onDrained` follows when the open streams are done.
   */
  drain(): void {
    if (this.draining || this.fault !== undefined) return;
    this.draining = true;
    this.sender.writeGoAway(MAX_STREAM_ID, HTTP2_ERRORS.NO_ERROR, '');
    this.sender.writePing(0, PING_OF_DRAIN, 0);
  }

  /** The PING of a drain came back: every stream the peer opened before it knew has arrived. */
  protected endOfDrainRoundTrip(): void {
    if (!this.draining || this.#lastStreamNamed) return;
    this.sender.writeGoAway(this.lastPeerStream, HTTP2_ERRORS.NO_ERROR, '');
    this.finishDrain();
  }

  /** No stream will be opened from here on. */
  protected finishDrain(): void {
    this.draining = true;
    this.#lastStreamNamed = true;
    this.checkDrained();
  }

  /** Whether streams the peer opens now are refused: it knows the last one we take. */
  protected get takesNoStreams(): boolean {
    return this.#lastStreamNamed;
  }

  /** Reports the end of a drain once. */
  protected checkDrained(): void {
    if (!this.#lastStreamNamed || this.streams.size > 0 || this.#drainedTold || this.fault !== undefined) return;
    this.#drainedTold = true;
    this.sink.onDrained();
  }

  protected fail(fault: Http2Fault): void {
    if (this.fault !== undefined) return;
    this.fault = fault;
    this.sender.writeGoAway(this.lastPeerStream, fault.code, fault.message.slice(0, 256));
    this.#abandonStreams(fault.code, fault.message);
  }

  /** Fails the connection; always false, for the caller to pass on. */
  protected failWith(name: Http2ErrorName, message: string): false {
    this.fail(http2Fault(name, message));
    return false;
  }

  #abandonStreams(code: number, message: string): void {
    for (const stream of [...this.streams.values()]) {
      stream.closed = true;
      this.streams.delete(stream.id);
      this.sender.forget(stream);
      stream.emitReset({ code, cause: 'connection', retryable: false, message });
    }
  }
}
