import type { HeaderBlock } from '../header-block.ts';
import { BlockAssembler } from './block-assembler.ts';
import { PeerBudgets } from './budgets.ts';
import { ClosedStreams, FINISHED, RESET_BY_PEER, RESET_BY_US } from './closed-streams.ts';
import { HTTP2_ERRORS, type Http2ErrorName, type Http2Fault, http2ErrorName, http2Fault } from './errors.ts';
import { type FrameConsumer, FrameReader } from './frame-reader.ts';
import { frameShapeFault } from './frame-shape.ts';
import {
  ACK,
  CONTINUATION,
  DATA,
  DEFAULT_WINDOW,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  MAX_STREAM_ID,
  MAX_WINDOW,
  PING,
  PRIORITY,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames.ts';
import { HeadReader } from './head-reader.ts';
import { headersFragment } from './headers-frame.ts';
import { HpackDecoder } from './hpack/decoder.ts';
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

/** What to do with a header block once it is decoded. */
export const DELIVER = 0;
export const IGNORE = 1;
export const REFUSE = 2;
export const CLOSED_STREAM = 3;
export const SELF_DEPENDENT = 4;

const PING_OF_DRAIN: Buffer = Buffer.from('weftgone', 'latin1');
const PING_OF_OWNER: Buffer = Buffer.from('weftping', 'latin1');

/**
 * One HTTP/2 connection without its socket (RFC 9113): bytes in by `push`, events out by sinks, bytes out by `takeOutput`. What
 * servers and clients have in common; the sides differ in who opens streams.
 */
export abstract class Http2Connection implements FrameConsumer, StreamCarrier {
  readonly limits: Http2Limits;
  readonly peer: PeerSettings = new PeerSettings();
  protected readonly sender: Sender;
  protected readonly streams: Map<number, Http2Stream> = new Map();
  protected readonly closedStreams: ClosedStreams;
  protected readonly reader: FrameReader;
  protected readonly heads: HeadReader;
  /** No new streams are wanted. */
  protected draining = false;
  /** The highest stream of the peer's that we looked at. */
  protected lastPeerStream = 0;
  readonly #sink: Http2ConnectionSink;
  readonly #decoder: HpackDecoder;
  readonly #block: BlockAssembler;
  #blockEndsStream = false;
  #blockPlan = DELIVER;
  readonly #budgets: PeerBudgets;
  readonly #receiveWindow: ReceiveWindow;
  #fault: Http2Fault | undefined = undefined;
  #ended = false;
  #settingsSeen = false;
  #settingsAcked = false;
  #pingAcked: (() => void) | undefined = undefined;
  #lastStreamNamed = false;
  #drainedTold = false;

  protected constructor(sink: Http2ConnectionSink, options: Http2Options, isServer: boolean) {
    this.#sink = sink;
    const limits = options.limits === undefined ? HTTP2_LIMITS : { ...HTTP2_LIMITS, ...options.limits };
    this.limits = limits;
    this.sender = new Sender(limits, this.peer, {
      onOutput: () => sink.onOutput(),
      onLocalEnd: (stream) => this.localEnded(stream),
      onDataSent: () => this.#budgets.dataMoved(),
    });
    this.reader = new FrameReader(this);
    this.heads = new HeadReader(limits, isServer);
    this.#decoder = new HpackDecoder(limits.headerTableBytes);
    this.#block = new BlockAssembler(limits);
    this.#budgets = new PeerBudgets(limits, options.now);
    this.#receiveWindow = new ReceiveWindow(limits.connectionWindowBytes);
    this.closedStreams = new ClosedStreams(limits.maxConcurrentStreams);
  }

  /** Stream ids that no frame may name yet. */
  protected abstract isIdle(streamId: number): boolean;
  /** A HEADERS frame for a stream that is not open: what to do with its block, or a fault. */
  protected abstract planHeaders(streamId: number): number | Http2Fault;
  /** A complete, decoded block in `heads` that starts or continues the messages of a stream. */
  protected abstract onHead(streamId: number, endStream: boolean): void;
  /** Streams with a higher id than `lastStream` will not be processed by the peer. */
  protected abstract onPeerGoAway(lastStream: number): void;

  /** Feeds bytes from the peer. A fault is final: write the output (it holds a GOAWAY), then close. */
  push(bytes: Buffer): Http2Fault | undefined {
    if (this.#fault === undefined && !this.#ended && bytes.length > 0) this.reader.read(bytes, 0);
    return this.#fault;
  }

  /** The peer ended the connection: streams that were open are reported as reset. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#abandonStreams(HTTP2_ERRORS.CONNECT_ERROR, 'the connection ended');
  }

  /** @hot Bytes for the socket, for one write; empty when there are none. What waited for room in the output follows in the next take. */
  takeOutput(): Buffer[] {
    return this.sender.take();
  }

  /** Streams open now. */
  get openStreams(): number {
    return this.streams.size;
  }

  get failed(): boolean {
    return this.#fault !== undefined;
  }

  /** Sends a PING; `acked` is called when the peer answers. One at a time: a second call before that replaces the first. */
  ping(acked: () => void): void {
    this.#pingAcked = acked;
    this.sender.writePing(0, PING_OF_OWNER, 0);
  }

  /** Ends the connection at once: a GOAWAY with `code`, every open stream reported as reset. */
  close(code: Http2ErrorName, message: string): void {
    if (this.#fault === undefined && !this.#ended) this.fail(http2Fault(code, message));
  }

  // Frames in.

  /** @hot */
  onFrameHeader(): boolean {
    const { type, streamId, length, flags } = this.reader;
    if (length > this.limits.maxFrameBytes) {
      return this.#failed(
        'FRAME_SIZE_ERROR',
        `a frame of ${length} bytes, above SETTINGS_MAX_FRAME_SIZE ${this.limits.maxFrameBytes} (RFC 9113 §4.2)`,
      );
    }
    if (!this.#settingsSeen && (type !== SETTINGS || (flags & ACK) !== 0)) {
      return this.#failed('PROTOCOL_ERROR', 'the first frame is not SETTINGS (RFC 9113 §3.4)');
    }
    const { openStream } = this.#block;
    if (openStream !== 0 && (type !== CONTINUATION || streamId !== openStream)) {
      return this.#failed('PROTOCOL_ERROR', `a header block of stream ${openStream} was interrupted (RFC 9113 §4.3)`);
    }
    if (type === CONTINUATION && openStream === 0)
      return this.#failed('PROTOCOL_ERROR', 'CONTINUATION without HEADERS (RFC 9113 §6.10)');
    const fault = frameShapeFault(this.reader);
    if (fault !== undefined) {
      this.fail(fault);
      return false;
    }
    return type !== DATA || this.#dataHeader();
  }

  /** @hot Everything about DATA that its header decides: the stream's state and both windows, which count padding too. */
  #dataHeader(): boolean {
    const { streamId, length } = this.reader;
    if (this.isIdle(streamId)) return this.#failed('PROTOCOL_ERROR', `DATA on idle stream ${streamId} (RFC 9113 §5.1)`);
    if (!this.#receiveWindow.take(length))
      return this.#failed('FLOW_CONTROL_ERROR', 'more DATA than the connection window (RFC 9113 §6.9.1)');
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      const how = this.closedStreams.how(streamId);
      if (how === RESET_BY_US) return true;
      if (how !== RESET_BY_PEER)
        return this.#failed('STREAM_CLOSED', `DATA on closed stream ${streamId} (RFC 9113 §5.1)`);
      this.refuse(streamId, 'STREAM_CLOSED', 'DATA after RST_STREAM (RFC 9113 §5.1)');
    } else {
      stream.receiveWindow -= length;
      if (stream.remoteEnded) this.malformed(stream, 'STREAM_CLOSED', 'DATA after END_STREAM (RFC 9113 §5.1)');
      else if (stream.receiveWindow < 0)
        this.malformed(stream, 'FLOW_CONTROL_ERROR', 'more DATA than the stream window (RFC 9113 §6.9.1)');
    }
    return this.#fault === undefined;
  }

  /** @hot */
  onDataBytes(bytes: Buffer): boolean {
    const stream = this.streams.get(this.reader.streamId);
    if (stream === undefined) {
      this.#creditConnection(bytes.length);
      return true;
    }
    const { announced } = stream;
    if (announced >= 0 && bytes.length > announced) return this.#beyondLength(stream, bytes);
    if (announced >= 0) stream.announced -= bytes.length;
    stream.unconsumed += bytes.length;
    stream.emitBody(bytes);
    return this.#fault === undefined;
  }

  // What still fits is reported first: where the bytes were cut must not decide how many are.
  #beyondLength(stream: Http2Stream, bytes: Buffer): boolean {
    const fits = stream.announced;
    stream.unconsumed += bytes.length;
    stream.announced = 0;
    if (fits > 0) stream.emitBody(bytes.subarray(0, fits));
    if (!stream.closed) this.malformed(stream, 'PROTOCOL_ERROR', 'more DATA than content-length (RFC 9113 §8.1.1)');
    return this.#fault === undefined;
  }

  onBadPadding(): boolean {
    return this.#failed('PROTOCOL_ERROR', 'as much padding as payload, or more (RFC 9113 §6.1)');
  }

  /** @hot */
  onFrame(bytes: Buffer, start: number, end: number): boolean {
    const { type, streamId } = this.reader;
    switch (type) {
      case DATA:
        this.#dataEnd();
        break;
      case HEADERS:
        this.#headers(bytes, start, end);
        break;
      case CONTINUATION:
        this.#continuation(bytes, start, end);
        break;
      case SETTINGS:
        if (this.#spend()) this.#settings(bytes, start, end);
        break;
      case PING:
        if (this.#spend()) this.#ping(bytes, start, end);
        break;
      case WINDOW_UPDATE:
        if (this.#spend()) this.#windowUpdate(streamId, bytes.readUInt32BE(start) & 0x7fff_ffff);
        break;
      case RST_STREAM:
        this.#rstStream(streamId, bytes.readUInt32BE(start));
        break;
      case GOAWAY:
        if (this.#spend()) this.#goAway(bytes, start, end);
        break;
      case PRIORITY:
        if (this.#spend()) this.#priority(bytes, start, end);
        break;
      default:
        // Unknown types are ignored (RFC 9113 §5.5), but not in any number.
        this.#spend();
    }
    if (this.sender.answersOverflow)
      this.#failed('ENHANCE_YOUR_CALM', 'too many answers wait for a peer that does not read them');
    return this.#fault === undefined && !this.#ended;
  }

  #dataEnd(): void {
    const { streamId, length, paddingBytes, flags } = this.reader;
    const stream = this.streams.get(streamId);
    const ends = (flags & END_STREAM) !== 0;
    if (length > paddingBytes) this.#budgets.dataMoved();
    else if (!ends && !this.#spend()) return;
    if (stream === undefined) {
      this.#creditConnection(paddingBytes);
      return;
    }
    if (paddingBytes > 0) this.credit(stream, paddingBytes);
    if (ends) this.remoteEnd(stream, undefined);
  }

  #headers(bytes: Buffer, start: number, end: number): void {
    const { streamId, flags } = this.reader;
    const fragment = headersFragment(this.reader, bytes, start, end);
    if (fragment === undefined) {
      this.#failed('PROTOCOL_ERROR', 'padding or priority longer than the HEADERS frame (RFC 9113 §6.2)');
      return;
    }
    const plan = this.streams.has(streamId) ? DELIVER : this.planHeaders(streamId);
    if (typeof plan !== 'number') {
      this.fail(plan);
      return;
    }
    this.#blockPlan = fragment.selfDependent ? SELF_DEPENDENT : plan;
    this.#blockEndsStream = (flags & END_STREAM) !== 0;
    if ((flags & END_HEADERS) !== 0) this.#wholeBlock(streamId, bytes, fragment.start, fragment.end);
    else this.#block.begin(streamId, bytes.subarray(fragment.start, fragment.end));
  }

  #continuation(bytes: Buffer, start: number, end: number): void {
    const fault = this.#block.add(bytes.subarray(start, end));
    if (fault !== undefined) this.fail(fault);
    else if ((this.reader.flags & END_HEADERS) !== 0) {
      const whole = this.#block.finish();
      this.#wholeBlock(this.reader.streamId, whole, 0, whole.length);
    }
  }

  /** A whole header block. It is always decoded, whatever becomes of it, because the tables of both sides must stay the same. */
  #wholeBlock(streamId: number, bytes: Buffer, start: number, end: number): void {
    this.heads.begin();
    if (!this.#decoder.decode(bytes, start, end, this.heads.sink)) {
      this.#failed('COMPRESSION_ERROR', 'a header block that HPACK cannot decode (RFC 7541)');
      return;
    }
    switch (this.#blockPlan) {
      case DELIVER:
        this.onHead(streamId, this.#blockEndsStream);
        return;
      case REFUSE:
        this.refuse(streamId, 'REFUSED_STREAM', 'over the limit of concurrent streams, or opened after GOAWAY');
        return;
      case CLOSED_STREAM:
        this.refuse(streamId, 'STREAM_CLOSED', 'HEADERS after RST_STREAM (RFC 9113 §5.1)');
        return;
      case SELF_DEPENDENT:
        this.#resetForSelfDependency(streamId);
        return;
      default:
        this.#spend();
    }
  }

  #priority(bytes: Buffer, start: number, end: number): void {
    const { streamId } = this.reader;
    if (end - start !== 5)
      this.#resetFor(streamId, 'FRAME_SIZE_ERROR', `PRIORITY of ${end - start} bytes (RFC 9113 §6.3)`);
    else if ((bytes.readUInt32BE(start) & 0x7fff_ffff) === streamId) this.#resetForSelfDependency(streamId);
  }

  /** RFC 7540 §5.3.1; priorities are gone from RFC 9113, but a peer that gets this wrong is broken. */
  #resetForSelfDependency(streamId: number): void {
    this.#resetFor(streamId, 'PROTOCOL_ERROR', 'a stream that depends on itself (RFC 7540 §5.3.1)');
  }

  /** A stream error on a stream in whatever state. */
  #resetFor(streamId: number, name: Http2ErrorName, message: string): void {
    const stream = this.streams.get(streamId);
    if (stream !== undefined) this.malformed(stream, name, message);
    else this.refuse(streamId, name, message);
  }

  #settings(bytes: Buffer, start: number, end: number): void {
    if ((this.reader.flags & ACK) !== 0) {
      this.#settingsAcked = true;
      return;
    }
    this.#settingsSeen = true;
    const fault = this.applySettings(bytes, start, end);
    if (fault !== undefined) {
      this.fail(fault);
      return;
    }
    this.sender.writeSettingsAck(ACK);
    this.sender.pump();
  }

  /** Takes the peer's settings over, from a frame or from an upgrade's HTTP2-Settings. */
  protected applySettings(bytes: Uint8Array, start: number, end: number): Http2Fault | undefined {
    const before = this.peer.initialWindow;
    const fault = this.peer.apply(bytes, start, end);
    if (fault !== undefined) return fault;
    this.sender.setTableLimit(this.peer.headerTableSize);
    const change = this.peer.initialWindow - before;
    if (change === 0) return undefined;
    for (const stream of this.streams.values()) {
      stream.sendWindow += change;
      if (stream.sendWindow > MAX_WINDOW)
        return http2Fault(
          'FLOW_CONTROL_ERROR',
          'SETTINGS_INITIAL_WINDOW_SIZE overflows a stream window (RFC 9113 §6.9.2)',
        );
    }
    return undefined;
  }

  #ping(bytes: Buffer, start: number, end: number): void {
    if ((this.reader.flags & ACK) === 0) {
      this.sender.writePing(ACK, bytes, start);
      return;
    }
    if (bytes.compare(PING_OF_DRAIN, 0, 8, start, end) === 0) this.#endOfDrainRoundTrip();
    else this.#pingAcked?.();
  }

  #windowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) this.#failed('PROTOCOL_ERROR', 'WINDOW_UPDATE by 0 (RFC 9113 §6.9)');
      else if (!this.sender.widen(increment))
        this.#failed('FLOW_CONTROL_ERROR', 'WINDOW_UPDATE beyond 2^31-1 (RFC 9113 §6.9.1)');
      return;
    }
    if (this.isIdle(streamId)) {
      this.#failed('PROTOCOL_ERROR', `WINDOW_UPDATE on idle stream ${streamId} (RFC 9113 §5.1)`);
      return;
    }
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    if (increment === 0) this.malformed(stream, 'PROTOCOL_ERROR', 'WINDOW_UPDATE by 0 (RFC 9113 §6.9)');
    else if (stream.sendWindow + increment > MAX_WINDOW)
      this.malformed(stream, 'FLOW_CONTROL_ERROR', 'WINDOW_UPDATE beyond 2^31-1 (RFC 9113 §6.9.1)');
    else {
      stream.sendWindow += increment;
      if (this.sender.isWaiting(stream)) this.sender.pump();
    }
  }

  #rstStream(streamId: number, code: number): void {
    if (this.isIdle(streamId)) {
      this.#failed('PROTOCOL_ERROR', `RST_STREAM on idle stream ${streamId} (RFC 9113 §6.4)`);
      return;
    }
    if (!this.spendReset()) return;
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    this.#forget(stream, RESET_BY_PEER);
    const refused = code === HTTP2_ERRORS.REFUSED_STREAM;
    stream.emitReset({
      code,
      cause: refused ? 'refused' : 'peer',
      retryable: refused,
      message: `the peer reset stream ${streamId} with ${http2ErrorName(code)}`,
    });
    this.checkDrained();
  }

  #goAway(bytes: Buffer, start: number, end: number): void {
    const last = bytes.readUInt32BE(start) & 0x7fff_ffff;
    const code = bytes.readUInt32BE(start + 4);
    this.onPeerGoAway(last);
    this.#sink.onGoAway(
      code,
      `the peer goes away with ${http2ErrorName(code)}: ${bytes.toString('latin1', start + 8, end)}`,
    );
  }

  // Streams.

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
      this.#failed(name, `stream ${streamId}: ${message}`);
      return;
    }
    this.closedStreams.add(streamId, RESET_BY_US);
    this.sender.writeReset(streamId, HTTP2_ERRORS[name]);
    this.#sink.onRefused(streamId, message);
    this.spendReset();
  }

  /** A stream that the peer will not process: its request may be sent again elsewhere. */
  protected refusedByPeer(stream: Http2Stream, message: string): void {
    this.#forget(stream, RESET_BY_PEER);
    stream.emitReset({ code: HTTP2_ERRORS.REFUSED_STREAM, cause: 'refused', retryable: true, message });
    this.checkDrained();
  }

  reset(stream: Http2Stream, code: number): void {
    this.#forget(stream, RESET_BY_US);
    this.sender.writeReset(stream.id, code);
    this.checkDrained();
  }

  /** The last frame of our half is in the output. */
  protected localEnded(stream: Http2Stream): void {
    if (stream.remoteEnded && !stream.closed) this.#finish(stream);
  }

  flush(stream: Http2Stream): void {
    this.sender.flush(stream);
  }

  #finish(stream: Http2Stream): void {
    this.#forget(stream, FINISHED);
    this.#budgets.streamFinished();
    this.checkDrained();
  }

  #forget(stream: Http2Stream, how: number): void {
    stream.closed = true;
    this.streams.delete(stream.id);
    this.closedStreams.add(stream.id, how);
    this.sender.forget(stream);
    if (how === FINISHED || stream.unconsumed === 0) return;
    // Nobody will consume these any more, and other streams need the window.
    this.#creditConnection(stream.unconsumed);
    stream.unconsumed = 0;
  }

  /** Counts one stream that ended by a reset; false (and the connection failed) when there were too many. */
  protected spendReset(): boolean {
    if (this.#budgets.reset()) return true;
    return this.#failed('ENHANCE_YOUR_CALM', 'too many streams end by a reset');
  }

  #spend(): boolean {
    if (this.#budgets.idleFrame()) return true;
    return this.#failed('ENHANCE_YOUR_CALM', 'too many frames that make no progress');
  }

  // Windows.

  credit(stream: Http2Stream, bytes: number): void {
    this.#creditConnection(bytes);
    if (stream.closed || stream.remoteEnded) return;
    stream.uncredited += bytes;
    // Half a window at a time: enough to keep the peer sending, without a frame for every read.
    if (stream.uncredited * 2 < this.limits.streamWindowBytes) return;
    stream.receiveWindow += stream.uncredited;
    this.sender.writeWindowUpdate(stream.id, stream.uncredited);
    stream.uncredited = 0;
  }

  #creditConnection(bytes: number): void {
    const increment = this.#receiveWindow.credit(bytes);
    if (increment > 0) this.sender.writeWindowUpdate(0, increment);
  }

  /** What a new stream may receive: until our settings are acknowledged the peer may still go by the default. */
  protected get newReceiveWindow(): number {
    return this.#settingsAcked
      ? this.limits.streamWindowBytes
      : Math.max(this.limits.streamWindowBytes, DEFAULT_WINDOW);
  }

  // The end.

  /**
   * Stops taking new streams gracefully (RFC 9113 §6.8): servers announce it, wait for a PING to come back so that what was under
   * way arrives, then name the last stream. `onDrained` follows when the open streams are done.
   */
  drain(): void {
    if (this.draining || this.#fault !== undefined) return;
    this.draining = true;
    this.sender.writeGoAway(MAX_STREAM_ID, HTTP2_ERRORS.NO_ERROR, '');
    this.sender.writePing(0, PING_OF_DRAIN, 0);
  }

  #endOfDrainRoundTrip(): void {
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
    if (!this.#lastStreamNamed || this.streams.size > 0 || this.#drainedTold || this.#fault !== undefined) return;
    this.#drainedTold = true;
    this.#sink.onDrained();
  }

  protected fail(fault: Http2Fault): void {
    if (this.#fault !== undefined) return;
    this.#fault = fault;
    this.sender.writeGoAway(this.lastPeerStream, fault.code, fault.message.slice(0, 256));
    this.#abandonStreams(fault.code, fault.message);
  }

  #failed(name: Http2ErrorName, message: string): false {
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
