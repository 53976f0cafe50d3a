import { IS_FIELD_VALUE, LOWER_TOKEN } from './char-tables.ts';
import type { FaultCode } from './faults.ts';
import { hashStep, internedName, internedSlot } from './known-names.ts';

/** What a scan step came to. */
export const COMPLETE = 1;
export const NEED_MORE = 0;
export const REFUSED = -1;

const LINE_START = 0;
const NAME = 1;
const LEADING_SPACE = 2;
const VALUE = 3;
const LINE_LF = 4;
const LAST_LF = 5;

/** Integers per field in the marks: slot of the interned name or -1, then the four offsets from the start of the section. */
const STRIDE = 5;

/**
 * Offsets of the fields of the section being scanned. Shared by all scanners: a scan is synchronous, and one that has to
 * wait for more bytes takes its marks away with it (`#saved`), so that thousands of idle connections hold none.
 */
let marks: Int32Array = new Int32Array(STRIDE * 128);

function growMarks(): void {
  const grown = new Int32Array(marks.length * 2);
  grown.set(marks);
  marks = grown;
}

/**
 * Finds the fields of one header or trailer section, up to and including its empty line, in one pass over the bytes; can stop
 * and go on at any byte. All offsets are relative to the start of the section's buffer (`base`), which may move between calls.
 */
export class FieldScanner {
  /** Fields found so far. */
  count = 0;
  /** Where the scan is, relative to `base`; after COMPLETE the first byte behind the section. */
  position = 0;
  /** Set with REFUSED. */
  refusal: FaultCode = 'BAD_HEADER_NAME';
  /** The offending byte, or -1. */
  refusedByte = -1;
  #step = LINE_START;
  #hash = 0;
  #slot = -1;
  #nameStart = 0;
  #nameEnd = 0;
  #valueStart = 0;
  #valueEnd = 0;
  #saved: Int32Array | undefined = undefined;

  /** @hot Begins a section at `position` (relative to `base`). */
  begin(position: number): void {
    this.count = 0;
    this.position = position;
    this.#step = LINE_START;
    this.#saved = undefined;
  }

  /** @hot Scans `bytes[base + position, end)`; at most `maxFields` fields. COMPLETE, NEED_MORE or REFUSED. */
  scan(bytes: Uint8Array, base: number, end: number, maxFields: number): number {
    if (this.#saved !== undefined) {
      if (marks.length < this.#saved.length) growMarks();
      marks.set(this.#saved);
      this.#saved = undefined;
    }
    let i = base + this.position;
    let step = this.#step;
    while (i < end) {
      const byte = bytes[i]!;
      switch (step) {
        case LINE_START:
          if (byte === 0x0d) {
            step = LAST_LF;
            i++;
            break;
          }
          if (byte === 0x20 || byte === 0x09) return this.refuse('OBSOLETE_FOLD', i - base, byte);
          if (byte === 0x0a) return this.refuse('BAD_LINE_END', i - base, byte);
          if (this.count === maxFields) return this.refuse('TOO_MANY_HEADERS', i - base, -1);
          this.#nameStart = i - base;
          this.#hash = 0;
          step = NAME;
          break;
        case NAME:
          i = this.#scanName(bytes, i, end);
          if (i === end) break;
          if (bytes[i] !== 0x3a || i - base === this.#nameStart)
            return this.refuse('BAD_HEADER_NAME', i - base, bytes[i]!);
          this.#nameEnd = i - base;
          this.#slot = internedSlot(this.#hash, bytes, base + this.#nameStart, i);
          i++;
          step = LEADING_SPACE;
          break;
        case LEADING_SPACE:
          if (byte === 0x20 || byte === 0x09) {
            i++;
            break;
          }
          this.#valueStart = i - base;
          step = VALUE;
          break;
        case VALUE:
          while (i < end && IS_FIELD_VALUE[bytes[i]!] === 1) i++;
          if (i === end) break;
          if (bytes[i] !== 0x0d)
            return this.refuse(bytes[i] === 0x0a ? 'BAD_LINE_END' : 'BAD_HEADER_VALUE', i - base, bytes[i]!);
          this.#valueEnd = i - base;
          i++;
          step = LINE_LF;
          break;
        case LINE_LF:
          if (byte !== 0x0a) return this.refuse('BAD_LINE_END', i - base - 1, 0x0d);
          this.#record(bytes, base);
          i++;
          step = LINE_START;
          break;
        default:
          if (byte !== 0x0a) return this.refuse('BAD_LINE_END', i - base - 1, 0x0d);
          this.position = i + 1 - base;
          return COMPLETE;
      }
    }
    this.#step = step;
    this.position = i - base;
    this.#saved = marks.slice(0, this.count * STRIDE);
    return NEED_MORE;
  }

  #scanName(bytes: Uint8Array, from: number, end: number): number {
    let hash = this.#hash;
    let i = from;
    while (i < end) {
      const lower = LOWER_TOKEN[bytes[i]!]!;
      if (lower === 0) break;
      hash = hashStep(hash, lower);
      i++;
    }
    this.#hash = hash;
    return i;
  }

  #record(bytes: Uint8Array, base: number): void {
    let valueEnd = this.#valueEnd;
    while (valueEnd > this.#valueStart && (bytes[base + valueEnd - 1] === 0x20 || bytes[base + valueEnd - 1] === 0x09))
      valueEnd--;
    const at = this.count * STRIDE;
    if (at + STRIDE > marks.length) growMarks();
    marks[at] = this.#slot;
    marks[at + 1] = this.#nameStart;
    marks[at + 2] = this.#nameEnd;
    marks[at + 3] = this.#valueStart;
    marks[at + 4] = valueEnd;
    this.count++;
  }

  /** Notes what is wrong with the section at `offset`; returns REFUSED. `byte` is -1 when no single byte is to blame. */
  refuse(code: FaultCode, offset: number, byte: number): number {
    this.refusal = code;
    this.refusedByte = byte;
    this.position = offset;
    return REFUSED;
  }

  // The readers below are valid from COMPLETE until any other scanner runs.

  /** @hot The slot of field `index`'s interned name, or -1. */
  slot(index: number): number {
    return marks[index * STRIDE]!;
  }
  /** Where field `index` starts in its section. */
  nameOffset(index: number): number {
    return marks[index * STRIDE + 1]!;
  }
  /** @hot The lower-case name of field `index`; common names are interned and cost no allocation. */
  name(text: string, index: number): string {
    const slot = marks[index * STRIDE]!;
    return slot < 0 ? this.rawName(text, index).toLowerCase() : internedName(slot);
  }
  /** @hot The name of field `index` as it stands in `text`, the section as a string. */
  rawName(text: string, index: number): string {
    return text.substring(marks[index * STRIDE + 1]!, marks[index * STRIDE + 2]!);
  }
  /** @hot The value of field `index`, without surrounding whitespace. */
  value(text: string, index: number): string {
    return text.substring(marks[index * STRIDE + 3]!, marks[index * STRIDE + 4]!);
  }
}
