import { DATA, FRAME_HEADER_BYTES, PADDED } from './frames.ts';

/** Receives frames; each method returns false to stop reading (the connection failed). */
export interface FrameConsumer {
  /** `type`, `flags`, `streamId` and `length` of the reader are set. */
  onFrameHeader(): boolean;
  /** A piece of the body in a DATA frame, padding removed. */
  onDataBytes(bytes: Buffer): boolean;
  /** A whole frame is read: its payload for all but DATA, an empty range for DATA. */
  onFrame(bytes: Buffer, start: number, end: number): boolean;
  /** A DATA frame with as much padding as payload, or more. */
  onBadPadding(): boolean;
}

const EMPTY: Buffer = Buffer.alloc(0);

/**
 * Cuts bytes into frames (RFC 9113 §4.1), resumable at any byte. DATA is handed on as it comes; of other frames the payload is
 * gathered first, which the consumer bounds by refusing too large a `length` in `onFrameHeader`.
 */
export class FrameReader {
  type = 0;
  flags = 0;
  streamId = 0;
  length = 0;
  /** Bytes of padding and of its length field, of the current DATA frame. */
  paddingBytes = 0;
  readonly #consumer: FrameConsumer;
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #gathered: Buffer = EMPTY;
  #gatheredBytes = 0;
  /** DATA: bytes of body and of padding still to come; the pad length itself while `#padUnread`. */
  #bodyLeft = 0;
  #padLeft = 0;
  #padUnread = false;

  constructor(consumer: FrameConsumer) {
    this.#consumer = consumer;
  }

  /** True between frames. */
  get atFrameStart(): boolean {
    return this.#headerBytes === 0;
  }

  /** @hot Reads `bytes` from `start`; false when the consumer stopped. */
  read(bytes: Buffer, start: number): boolean {
    const end = bytes.length;
    let i = start;
    while (i < end) {
      if (this.#headerBytes < FRAME_HEADER_BYTES) {
        i = this.#readHeader(bytes, i, end);
        if (this.#headerBytes < FRAME_HEADER_BYTES) return true;
        if (!this.#begin()) return false;
        if (this.length > 0) continue;
        this.#headerBytes = 0;
        if (!this.#consumer.onFrame(EMPTY, 0, 0)) return false;
      } else {
        i = this.type === DATA ? this.#readData(bytes, i, end) : this.#readPayload(bytes, i, end);
        if (i < 0) return false;
      }
    }
    return true;
  }

  #readHeader(bytes: Buffer, from: number, end: number): number {
    if (this.#headerBytes === 0 && end - from >= FRAME_HEADER_BYTES) {
      this.#setHeader(bytes, from);
      return from + FRAME_HEADER_BYTES;
    }
    let i = from;
    while (i < end && this.#headerBytes < FRAME_HEADER_BYTES) this.#header[this.#headerBytes++] = bytes[i++]!;
    if (this.#headerBytes === FRAME_HEADER_BYTES) this.#setHeader(this.#header, 0);
    return i;
  }

  #setHeader(bytes: Uint8Array, at: number): void {
    this.length = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!;
    this.type = bytes[at + 3]!;
    this.flags = bytes[at + 4]!;
    this.streamId = ((bytes[at + 5]! & 0x7f) << 24) | (bytes[at + 6]! << 16) | (bytes[at + 7]! << 8) | bytes[at + 8]!;
    this.#headerBytes = FRAME_HEADER_BYTES;
  }

  #begin(): boolean {
    this.paddingBytes = 0;
    this.#bodyLeft = this.length;
    this.#padLeft = 0;
    this.#padUnread = this.type === DATA && (this.flags & PADDED) !== 0;
    this.#gatheredBytes = 0;
    if (!this.#consumer.onFrameHeader()) return false;
    // A padded frame has at least the byte that says how much padding.
    return !(this.#padUnread && this.length === 0) || this.#consumer.onBadPadding();
  }

  #readData(bytes: Buffer, from: number, end: number): number {
    let i = from;
    if (this.#padUnread) {
      const pad = bytes[i++]!;
      this.#padUnread = false;
      if (pad >= this.length) return this.#consumer.onBadPadding() ? i : -1;
      this.#padLeft = pad;
      this.#bodyLeft = this.length - 1 - pad;
      this.paddingBytes = pad + 1;
    }
    const body = Math.min(this.#bodyLeft, end - i);
    if (body > 0) {
      this.#bodyLeft -= body;
      const chunk = body === bytes.length ? bytes : bytes.subarray(i, i + body);
      i += body;
      if (!this.#consumer.onDataBytes(chunk)) return -1;
    }
    const pad = Math.min(this.#padLeft, end - i);
    this.#padLeft -= pad;
    i += pad;
    if (this.#bodyLeft > 0 || this.#padLeft > 0) return i;
    this.#headerBytes = 0;
    return this.#consumer.onFrame(EMPTY, 0, 0) ? i : -1;
  }

  #readPayload(bytes: Buffer, from: number, end: number): number {
    const { length } = this;
    if (this.#gatheredBytes === 0 && end - from >= length) {
      this.#headerBytes = 0;
      return this.#consumer.onFrame(bytes, from, from + length) ? from + length : -1;
    }
    if (this.#gathered.length < length) this.#gathered = Buffer.allocUnsafeSlow(length);
    const taken = Math.min(length - this.#gatheredBytes, end - from);
    bytes.copy(this.#gathered, this.#gatheredBytes, from, from + taken);
    this.#gatheredBytes += taken;
    if (this.#gatheredBytes < length) return from + taken;
    const whole = this.#gathered;
    this.#gathered = EMPTY;
    this.#headerBytes = 0;
    return this.#consumer.onFrame(whole, 0, length) ? from + taken : -1;
  }
}
