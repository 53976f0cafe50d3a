import { FRAME_HEADER_BYTES } from './frames.ts';

/** Blocks are made about as large as a tick has needed lately, so that an idle connection holds little. */
const SMALLEST_BLOCK = 512;
const LARGEST_BLOCK = 16 * 1024;
/** Payloads up to here are copied next to their frame header; larger ones are passed on as they are. */
const COPY_BYTES = 4096;

/**
 * Collects frames until the owner of the socket takes them, so that everything of one tick leaves in one write. Bytes that were
 * taken are never written again: a socket may still be reading them.
 */
export class FrameOutput {
  #done: Buffer[] = [];
  #block: Buffer = Buffer.alloc(0);
  /** The part of the block not yet taken is [#from, #to). */
  #from = 0;
  #to = 0;
  #bytes = 0;
  #blockSize = SMALLEST_BLOCK;
  /** Frames since the last take that only answer the peer. */
  controlFrames = 0;

  /** Bytes waiting. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @hot Everything collected, in order, for one write; empty when there is nothing. */
  take(): Buffer[] {
    if (this.#to > this.#from) this.#done.push(this.#block.subarray(this.#from, this.#to));
    const taken = this.#done;
    this.#done = [];
    this.#from = this.#to;
    this.#blockSize = Math.min(LARGEST_BLOCK, Math.max(SMALLEST_BLOCK, this.#bytes * 2));
    this.#bytes = 0;
    this.controlFrames = 0;
    return taken;
  }

  /** @hot A frame header; the payload of `length` bytes follows by other calls. */
  header(length: number, type: number, flags: number, streamId: number): void {
    const at = this.#reserve(FRAME_HEADER_BYTES);
    const block = this.#block;
    block[at] = length >>> 16;
    block[at + 1] = length >>> 8;
    block[at + 2] = length;
    block[at + 3] = type;
    block[at + 4] = flags;
    block[at + 5] = streamId >>> 24;
    block[at + 6] = streamId >>> 16;
    block[at + 7] = streamId >>> 8;
    block[at + 8] = streamId;
  }

  uint16(value: number): void {
    const at = this.#reserve(2);
    this.#block.writeUInt16BE(value, at);
  }

  uint32(value: number): void {
    const at = this.#reserve(4);
    this.#block.writeUInt32BE(value, at);
  }

  /** @hot Bytes that may change after the call: copied. */
  copy(bytes: Uint8Array, start: number, end: number): void {
    const at = this.#reserve(end - start);
    this.#block.set(bytes.subarray(start, end), at);
  }

  /** @hot Bytes that stay as they are until they have been written. */
  payload(bytes: Buffer): void {
    if (bytes.length <= COPY_BYTES) {
      const at = this.#reserve(bytes.length);
      this.#block.set(bytes, at);
      return;
    }
    if (this.#to > this.#from) this.#done.push(this.#block.subarray(this.#from, this.#to));
    this.#from = this.#to;
    this.#done.push(bytes);
    this.#bytes += bytes.length;
  }

  #reserve(length: number): number {
    if (this.#to + length > this.#block.length) {
      if (this.#to > this.#from) this.#done.push(this.#block.subarray(this.#from, this.#to));
      this.#block = Buffer.allocUnsafe(Math.max(this.#blockSize, length));
      this.#from = 0;
      this.#to = 0;
    }
    const at = this.#to;
    this.#to += length;
    this.#bytes += length;
    return at;
  }
}
