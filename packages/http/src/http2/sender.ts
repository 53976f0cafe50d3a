import { isConnectionSpecific } from '../connection-specific.ts';
import {
  CONTINUATION,
  DATA,
  DEFAULT_WINDOW,
  END_HEADERS,
  END_STREAM,
  GOAWAY,
  HEADERS,
  MAX_WINDOW,
  PING,
  RST_STREAM,
  SETTINGS,
  WINDOW_UPDATE,
} from './frames.ts';
import { HpackEncoder } from './hpack/encoder.ts';
import type { Http2Limits } from './limits.ts';
import { FrameOutput } from './output.ts';
import { ownSettings, type PeerSettings } from './settings.ts';
import type { Http2Stream } from './stream.ts';

/** What the sender tells its connection. */
export interface SenderEvents {
  /** Output is there after there was none. */
  onOutput(): void;
  /** The last frame of our half of the stream is in the output. */
  onLocalEnd(stream: Http2Stream): void;
  /** DATA was sent. */
  onDataSent(): void;
}

/** The sending side of a connection: frames into the output, header compression, and DATA within both windows. */
export class Sender {
  readonly #output: FrameOutput = new FrameOutput();
  readonly #encoder: HpackEncoder;
  readonly #peer: PeerSettings;
  readonly #limits: Http2Limits;
  readonly #events: SenderEvents;
  #announced = false;
  #window: number = DEFAULT_WINDOW;
  /** Streams with something queued, in turn. */
  readonly #waiting: Set<Http2Stream> = new Set();

  constructor(limits: Http2Limits, peer: PeerSettings, events: SenderEvents) {
    this.#limits = limits;
    this.#peer = peer;
    this.#events = events;
    this.#encoder = new HpackEncoder(limits.headerTableBytes);
  }

  /** @hot Everything collected, for one write. */
  take(): Buffer[] {
    this.#announced = false;
    const taken = this.#output.take();
    this.pump();
    return taken;
  }

  /** Whether more answers to the peer wait than may: it sends but does not read. */
  get answersOverflow(): boolean {
    return this.#output.controlFrames > this.#limits.maxQueuedControlFrames;
  }

  setTableLimit(bytes: number): void {
    this.#encoder.setPeerLimit(bytes);
  }

  /** The peer widened the connection window; false when it overflows. */
  widen(increment: number): boolean {
    if (this.#window + increment > MAX_WINDOW) return false;
    this.#window += increment;
    this.pump();
    return true;
  }

  // Header blocks. Fields are checked by `assertHttp2Fields` before the first goes in: what a block that throws half-way has put
  // into the table would be lost to the peer.

  /** @hot */
  beginHeaders(): void {
    this.#encoder.begin();
  }

  /** @hot */
  field(name: string, value: string): void {
    this.#encoder.field(name, value);
  }

  /** @hot The fields of a checked list, but those that HTTP/2 does not have. */
  fields(headers: readonly string[]): void {
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i]!;
      const value = headers[i + 1]!;
      // `host` went out as :authority.
      if (name === 'host' || isConnectionSpecific(name) || (name === 'te' && value !== 'trailers')) continue;
      this.#encoder.field(name, value);
    }
  }

  /** @hot Sends the block, cut into frames as the peer wants them. */
  writeHeaders(streamId: number, endStream: boolean): void {
    const block = this.#encoder.end();
    const { maxFrame } = this.#peer;
    const first = Math.min(block.length, maxFrame);
    const flags = (endStream ? END_STREAM : 0) | (first === block.length ? END_HEADERS : 0);
    this.#output.header(first, HEADERS, flags, streamId);
    this.#output.copy(block, 0, first);
    for (let at = first; at < block.length; at += maxFrame) {
      const next = Math.min(block.length, at + maxFrame);
      this.#output.header(next - at, CONTINUATION, next === block.length ? END_HEADERS : 0, streamId);
      this.#output.copy(block, at, next);
    }
    this.#announce();
  }

  // Bodies.

  /** @hot Sends what the stream has queued as far as windows and output allow, and its end after that. */
  flush(stream: Http2Stream): void {
    if (this.#sendQueued(stream)) this.#waiting.delete(stream);
    else this.#waiting.add(stream);
  }

  /** Whether the stream waits for a window or for the socket. */
  isWaiting(stream: Http2Stream): boolean {
    return this.#waiting.has(stream);
  }

  /** Drops what a stream has queued. */
  forget(stream: Http2Stream): void {
    this.#waiting.delete(stream);
    stream.queue.length = 0;
    stream.queuedBytes = 0;
  }

  /** Sends of all waiting streams a frame each in turn, as far as windows and output allow. */
  pump(): void {
    let progress = this.#waiting.size > 0;
    while (progress) {
      progress = false;
      for (const stream of [...this.#waiting]) {
        if (stream.closed || !this.#waiting.has(stream)) continue;
        const before = stream.queuedBytes;
        if (before > 0) this.#sendFrame(stream);
        if (stream.queuedBytes === 0 && this.#sendQueued(stream)) this.#waiting.delete(stream);
        progress ||= stream.queuedBytes < before;
        if (stream.queuedBytes === 0 && stream.drainOwed && !stream.closed) stream.emitDrain();
      }
    }
  }

  /** True when nothing of the stream waits. */
  #sendQueued(stream: Http2Stream): boolean {
    while (stream.queuedBytes > 0) if (!this.#sendFrame(stream)) return false;
    if (stream.endQueued && !stream.localEnded) this.#sendEnd(stream);
    return true;
  }

  /** One DATA frame from the queue; false when a window or the output is full. */
  #sendFrame(stream: Http2Stream): boolean {
    const chunk = stream.queue[0]!;
    const length = Math.min(chunk.length, stream.sendWindow, this.#window, this.#peer.maxFrame);
    if (length <= 0 || this.#output.bytes >= this.#limits.maxOutputBytes) return false;
    const whole = length === chunk.length;
    if (whole) stream.queue.shift();
    else stream.queue[0] = chunk.subarray(length);
    stream.queuedBytes -= length;
    stream.sendWindow -= length;
    this.#window -= length;
    const last = stream.queuedBytes === 0 && stream.endQueued && stream.trailersQueued === undefined;
    this.#output.header(length, DATA, last ? END_STREAM : 0, stream.id);
    this.#output.payload(whole ? chunk : chunk.subarray(0, length));
    this.#announce();
    this.#events.onDataSent();
    if (last) this.#localEnd(stream);
    return true;
  }

  #sendEnd(stream: Http2Stream): void {
    if (stream.trailersQueued === undefined) {
      this.#output.header(0, DATA, END_STREAM, stream.id);
      this.#announce();
    } else {
      this.beginHeaders();
      this.fields(stream.trailersQueued);
      this.writeHeaders(stream.id, true);
    }
    this.#localEnd(stream);
  }

  #localEnd(stream: Http2Stream): void {
    stream.localEnded = true;
    this.#events.onLocalEnd(stream);
  }

  // Other frames.

  /** Our SETTINGS, and the connection window we grant beyond the default. */
  writePreface(role: 'server' | 'client', extendedConnect: boolean): void {
    const settings = ownSettings(this.#limits, role, extendedConnect);
    this.#output.header(settings.length * 6, SETTINGS, 0, 0);
    for (const [id, value] of settings) {
      this.#output.uint16(id);
      this.#output.uint32(value);
    }
    this.#announce();
    const more = this.#limits.connectionWindowBytes - DEFAULT_WINDOW;
    if (more > 0) this.writeWindowUpdate(0, more);
  }

  /** Bytes that are no frame: the client's preface. */
  writeRaw(bytes: Buffer): void {
    this.#output.payload(bytes);
  }

  writeWindowUpdate(streamId: number, increment: number): void {
    this.#output.header(4, WINDOW_UPDATE, 0, streamId);
    this.#output.uint32(increment);
    this.#announce();
  }

  writePing(flags: number, bytes: Buffer, start: number): void {
    this.#answer(PING, flags, 0, 8);
    this.#output.copy(bytes, start, start + 8);
  }

  writeSettingsAck(flags: number): void {
    this.#answer(SETTINGS, flags, 0, 0);
  }

  writeReset(streamId: number, code: number): void {
    this.#answer(RST_STREAM, 0, streamId, 4);
    this.#output.uint32(code);
  }

  writeGoAway(last: number, code: number, message: string): void {
    const debug = Buffer.from(message, 'latin1');
    this.#output.header(8 + debug.length, GOAWAY, 0, 0);
    this.#output.uint32(last);
    this.#output.uint32(code);
    this.#output.payload(debug);
    this.#announce();
  }

  #answer(type: number, flags: number, streamId: number, length: number): void {
    this.#output.header(length, type, flags, streamId);
    this.#output.controlFrames++;
    this.#announce();
  }

  #announce(): void {
    if (this.#announced) return;
    this.#announced = true;
    this.#events.onOutput();
  }
}
