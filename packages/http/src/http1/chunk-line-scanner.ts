import { HEX_VALUE, IS_FIELD_VALUE, IS_TOKEN } from './char-tables.ts';
import type { FaultCode } from './faults.ts';
import { COMPLETE, NEED_MORE, REFUSED } from './field-scanner.ts';

const SIZE_FIRST = 0;
const SIZE = 1;
const EXTENSION_NAME_FIRST = 2;
const EXTENSION_NAME = 3;
const EXTENSION_VALUE_FIRST = 4;
const EXTENSION_VALUE = 5;
const QUOTED = 6;
const QUOTED_PAIR = 7;
const AFTER_QUOTED = 8;
const LINE_LF = 9;

/** More digits than any size we can count with; also ends a flood of leading zeros. */
const MAX_DIGITS = 16;
const CR = 0x0d;
const SEMICOLON = 0x3b;
const QUOTE = 0x22;

/**
 * Reads `chunk-size [ chunk-ext ] CRLF` (RFC 9112 §7.1), resumable at any byte. Extensions are checked and dropped: a recipient
 * must ignore those it does not know, and forwarding what the next hop may parse differently is how they get abused.
 */
export class ChunkLineScanner {
  /** The size of the chunk after COMPLETE, in bytes. */
  size = 0;
  /** After a call: how many bytes of it were consumed; after REFUSED the offset of the offending byte in the line. */
  consumed = 0;
  refusal: FaultCode = 'BAD_CHUNK_SIZE';
  refusedByte = -1;
  /** Bytes of extensions since `beginMessage`. */
  extensionBytes = 0;
  #step = SIZE_FIRST;
  #digits = 0;
  #offset = 0;

  /** @hot */
  beginMessage(): void {
    this.extensionBytes = 0;
    this.beginLine();
  }

  /** @hot */
  beginLine(): void {
    this.#step = SIZE_FIRST;
    this.size = 0;
    this.#digits = 0;
    this.#offset = 0;
  }

  /** @hot Scans from `from`; COMPLETE, NEED_MORE or REFUSED. */
  scan(bytes: Uint8Array, from: number, maxExtensionBytes: number): number {
    const end = bytes.length;
    for (let i = from; i < end; i++) {
      const byte = bytes[i]!;
      if (this.#step === LINE_LF) {
        if (byte !== 0x0a) return this.#refuse('BAD_LINE_END', this.#offset + i - from - 1, CR);
        this.consumed = i + 1 - from;
        if (this.size > Number.MAX_SAFE_INTEGER) return this.#refuse('BAD_CHUNK_SIZE', 0, -1);
        return COMPLETE;
      }
      const next = this.#step <= SIZE ? this.#sizeByte(byte) : this.#extensionByte(byte);
      if (next < 0)
        return this.#refuse(
          this.#step <= SIZE ? 'BAD_CHUNK_SIZE' : 'BAD_CHUNK_EXTENSION',
          this.#offset + i - from,
          byte,
        );
      if (this.#step > SIZE && ++this.extensionBytes > maxExtensionBytes)
        return this.#refuse('CHUNK_EXTENSION_TOO_LONG', this.#offset + i - from, -1);
      this.#step = next;
    }
    this.consumed = end - from;
    this.#offset += end - from;
    return NEED_MORE;
  }

  #sizeByte(byte: number): number {
    const digit = HEX_VALUE[byte]!;
    if (digit !== 255) {
      this.size = this.size * 16 + digit;
      this.#digits++;
      return this.#digits > MAX_DIGITS ? REFUSED : SIZE;
    }
    if (this.#step === SIZE_FIRST) return REFUSED;
    if (byte === CR) return LINE_LF;
    return byte === SEMICOLON ? EXTENSION_NAME_FIRST : REFUSED;
  }

  #extensionByte(byte: number): number {
    const token = IS_TOKEN[byte] === 1;
    switch (this.#step) {
      case EXTENSION_NAME_FIRST:
        return token ? EXTENSION_NAME : REFUSED;
      case EXTENSION_NAME:
        return token ? EXTENSION_NAME : byte === 0x3d ? EXTENSION_VALUE_FIRST : endOfExtension(byte);
      case EXTENSION_VALUE_FIRST:
        return token ? EXTENSION_VALUE : byte === QUOTE ? QUOTED : REFUSED;
      case EXTENSION_VALUE:
        return token ? EXTENSION_VALUE : endOfExtension(byte);
      case QUOTED:
        if (byte === QUOTE) return AFTER_QUOTED;
        if (byte === 0x5c) return QUOTED_PAIR;
        return IS_FIELD_VALUE[byte] === 1 ? QUOTED : REFUSED;
      case QUOTED_PAIR:
        return IS_FIELD_VALUE[byte] === 1 ? QUOTED : REFUSED;
      default:
        return endOfExtension(byte);
    }
  }

  #refuse(code: FaultCode, offset: number, byte: number): number {
    this.refusal = code;
    this.refusedByte = byte;
    this.consumed = offset;
    return REFUSED;
  }
}

function endOfExtension(byte: number): number {
  return byte === CR ? LINE_LF : byte === SEMICOLON ? EXTENSION_NAME_FIRST : REFUSED;
}
