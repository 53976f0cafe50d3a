import { BlockAssembler } from './block-assembler.ts';
import { RESET_BY_PEER, RESET_BY_US } from './closed-streams.ts';
import { HTTP2_ERRORS, type Http2ErrorName, type Http2Fault, http2ErrorName, http2Fault } from './errors.ts';
import { type FrameConsumer, FrameReader } from './frame-reader.ts';
import { frameShapeFault } from './frame-shape.ts';
import {
  ACK,
  CONTINUATION,
  DATA,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
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
import type { Http2Stream } from './stream.ts';
import { type Http2ConnectionSink, type Http2Options, PING_OF_DRAIN, StreamTable } from './stream-table.ts';

/** What to do with a header block once it is decoded. */
export const DELIVER = 0;
export const IGNORE = 1;
export const REFUSE = 2;
export const CLOSED_STREAM = 3;
const SELF_DEPENDENT = 4;

const PING_OF_OWNER: Buffer = Buffer.from('weftping', 'latin1');

/**
 * One HTTP/2 connection without its socket (RFC 9113): bytes in by `push`, events out by sinks, bytes out by `takeOutput`. What
 * servers and clients have in common; the sides differ in who opens streams.
 */
export abstract class Http2Connection extends StreamTable implements FrameConsumer {
  protected readonly reader: FrameReader;
  protected readonly heads: HeadReader;
  readonly #decoder: HpackDecoder;
  readonly #block: BlockAssembler;
  #blockEndsStream = false;
  #blockPlan = DELIVER;
  #settingsSeen = false;
  #pingAcked: (() => void) | undefined = undefined;

  protected constructor(sink: Http2ConnectionSink, options: Http2Options, isServer: boolean) {
    super(sink, options);
    this.reader = new FrameReader(this);
    this.heads = new HeadReader(this.limits, isServer);
    this.#decoder = new HpackDecoder(this.limits.headerTableBytes);
    this.#block = new BlockAssembler(this.limits);
  }

  /** A HEADERS frame for a stream that is not open: what to do with its block, or a fault. */
  protected abstract planHeaders(streamId: number): number | Http2Fault;
  /** A complete, decoded block in `heads` that starts or continues the messages of a stream. */
  protected abstract onHead(streamId: number, endStream: boolean): void;
  /** Streams with a higher id than `lastStream` will not be processed by the peer. */
  protected abstract onPeerGoAway(lastStream: number): void;

  /** Feeds bytes from the peer. A fault is final: write the output (it holds a GOAWAY), then close. */
  push(bytes: Buffer): Http2Fault | undefined {
    if (this.fault === undefined && !this.ended && bytes.length > 0) this.reader.read(bytes, 0);
    return this.fault;
  }

  /** @hot Bytes for the socket, for one write; empty when there are none. What waited for room in the output follows in the next take. */
  takeOutput(): Buffer[] {
    return this.sender.take();
  }

  /** Sends a PING; `acked` is called when the peer answers. One at a time: a second call before that replaces the first. */
  ping(acked: () => void): void {
    this.#pingAcked = acked;
    this.sender.writePing(0, PING_OF_OWNER, 0);
  }

  /** @hot */
  onFrameHeader(): boolean {
    const { type, streamId, length, flags } = this.reader;
    if (length > this.limits.maxFrameBytes) {
      return this.failWith(
        'FRAME_SIZE_ERROR',
        `a frame of ${length} bytes, above SETTINGS_MAX_FRAME_SIZE ${this.limits.maxFrameBytes} (RFC 9113 §4.2)`,
      );
    }
    if (!this.#settingsSeen && (type !== SETTINGS || (flags & ACK) !== 0)) {
      return this.failWith('PROTOCOL_ERROR', 'the first frame is not SETTINGS (RFC 9113 §3.4)');
    }
    const { openStream } = this.#block;
    if (openStream !== 0 && (type !== CONTINUATION || streamId !== openStream)) {
      return this.failWith('PROTOCOL_ERROR', `a header block of stream ${openStream} was interrupted (RFC 9113 §4.3)`);
    }
    if (type === CONTINUATION && openStream === 0)
      return this.failWith('PROTOCOL_ERROR', 'CONTINUATION without HEADERS (RFC 9113 §6.10)');
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
    if (this.isIdle(streamId))
      return this.failWith('PROTOCOL_ERROR', `DATA on idle stream ${streamId} (RFC 9113 §5.1)`);
    if (!this.receiveWindow.take(length))
      return this.failWith('FLOW_CONTROL_ERROR', 'more DATA than the connection window (RFC 9113 §6.9.1)');
    const stream = this.streams.get(streamId);
    if (stream === undefined) {
      const how = this.closedStreams.how(streamId);
      if (how === RESET_BY_US) return true;
      if (how !== RESET_BY_PEER)
        return this.failWith('STREAM_CLOSED', `DATA on closed stream ${streamId} (RFC 9113 §5.1)`);
      this.refuse(streamId, 'STREAM_CLOSED', 'DATA after RST_STREAM (RFC 9113 §5.1)');
    } else {
      stream.receiveWindow -= length;
      if (stream.remoteEnded) this.malformed(stream, 'STREAM_CLOSED', 'DATA after END_STREAM (RFC 9113 §5.1)');
      else if (stream.receiveWindow < 0)
        this.malformed(stream, 'FLOW_CONTROL_ERROR', 'more DATA than the stream window (RFC 9113 §6.9.1)');
    }
    return this.fault === undefined;
  }

  /** @hot */
  onDataBytes(bytes: Buffer): boolean {
    const stream = this.streams.get(this.reader.streamId);
    if (stream === undefined) {
      this.creditConnection(bytes.length);
      return true;
    }
    const { announced } = stream;
    if (announced >= 0 && bytes.length > announced) return this.#beyondLength(stream, bytes);
    if (announced >= 0) stream.announced -= bytes.length;
    stream.unconsumed += bytes.length;
    stream.emitBody(bytes);
    return this.fault === undefined;
  }

  // What still fits is reported first: where the bytes were cut must not decide how many are.
  #beyondLength(stream: Http2Stream, bytes: Buffer): boolean {
    const fits = stream.announced;
    stream.unconsumed += bytes.length;
    stream.announced = 0;
    if (fits > 0) stream.emitBody(bytes.subarray(0, fits));
    if (!stream.closed) this.malformed(stream, 'PROTOCOL_ERROR', 'more DATA than content-length (RFC 9113 §8.1.1)');
    return this.fault === undefined;
  }

  onBadPadding(): boolean {
    return this.failWith('PROTOCOL_ERROR', 'as much padding as payload, or more (RFC 9113 §6.1)');
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
        if (this.spendIdleFrame()) this.#settings(bytes, start, end);
        break;
      case PING:
        if (this.spendIdleFrame()) this.#ping(bytes, start, end);
        break;
      case WINDOW_UPDATE:
        if (this.spendIdleFrame()) this.#windowUpdate(streamId, bytes.readUInt32BE(start) & 0x7fff_ffff);
        break;
      case RST_STREAM:
        this.#rstStream(streamId, bytes.readUInt32BE(start));
        break;
      case GOAWAY:
        if (this.spendIdleFrame()) this.#goAway(bytes, start, end);
        break;
      case PRIORITY:
        if (this.spendIdleFrame()) this.#priority(bytes, start, end);
        break;
      default:
        // Unknown types are ignored (RFC 9113 §5.5), but not in any number.
        this.spendIdleFrame();
    }
    if (this.sender.answersOverflow)
      this.failWith('ENHANCE_YOUR_CALM', 'too many answers wait for a peer that does not read them');
    return this.fault === undefined && !this.ended;
  }

  #dataEnd(): void {
    const { streamId, length, paddingBytes, flags } = this.reader;
    const stream = this.streams.get(streamId);
    const ends = (flags & END_STREAM) !== 0;
    if (length > paddingBytes) this.budgets.dataMoved();
    else if (!ends && !this.spendIdleFrame()) return;
    if (stream === undefined) {
      this.creditConnection(paddingBytes);
      return;
    }
    if (paddingBytes > 0) this.credit(stream, paddingBytes);
    if (ends) this.remoteEnd(stream, undefined);
  }

  #headers(bytes: Buffer, start: number, end: number): void {
    const { streamId, flags } = this.reader;
    const fragment = headersFragment(this.reader, bytes, start, end);
    if (fragment === undefined) {
      this.failWith('PROTOCOL_ERROR', 'padding or priority longer than the HEADERS frame (RFC 9113 §6.2)');
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
      this.failWith('COMPRESSION_ERROR', 'a header block that HPACK cannot decode (RFC 7541)');
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
        this.spendIdleFrame();
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
      this.settingsAcked = true;
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
    if (bytes.compare(PING_OF_DRAIN, 0, 8, start, end) === 0) this.endOfDrainRoundTrip();
    else {
      const acked = this.#pingAcked;
      this.#pingAcked = undefined;
      acked?.();
    }
  }

  #windowUpdate(streamId: number, increment: number): void {
    if (streamId === 0) {
      if (increment === 0) this.failWith('PROTOCOL_ERROR', 'WINDOW_UPDATE by 0 (RFC 9113 §6.9)');
      else if (!this.sender.widen(increment))
        this.failWith('FLOW_CONTROL_ERROR', 'WINDOW_UPDATE beyond 2^31-1 (RFC 9113 §6.9.1)');
      return;
    }
    if (this.isIdle(streamId)) {
      this.failWith('PROTOCOL_ERROR', `WINDOW_UPDATE on idle stream ${streamId} (RFC 9113 §5.1)`);
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
      this.failWith('PROTOCOL_ERROR', `RST_STREAM on idle stream ${streamId} (RFC 9113 §6.4)`);
      return;
    }
    if (!this.spendReset()) return;
    const stream = this.streams.get(streamId);
    if (stream === undefined) return;
    this.forget(stream, RESET_BY_PEER);
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
    this.sink.onGoAway(
      code,
      `the peer goes away with ${http2ErrorName(code)}: ${bytes.toString('latin1', start + 8, end)}`,
    );
  }
}
