import { isFieldValue } from '../../http1/header-safety.ts';
import { DynamicTable, ENTRY_OVERHEAD } from './dynamic-table.ts';
import { huffmanDecode } from './huffman.ts';
import { STATIC_LENGTH, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** Bits of a field's note: what is wrong with it (RFC 9113 §8.2.1), so that an indexed field is checked once and not each time. */
export const BAD_NAME = 1;
export const BAD_VALUE = 2;

/** Five continuation bytes and a prefix reach beyond 2^31; no length or index that large is of use. */
const MAX_INTEGER = 0x7fff_ffff;

/** Receives the fields of a block in order. `note` is 0 for a well-formed field. */
export type FieldSink = (name: string, value: string, note: number) => void;

/**
 * Decodes header blocks of one connection direction (RFC 7541). After `decode` returned false the tables of both sides may
 * differ and the connection must end with COMPRESSION_ERROR.
 */
export class HpackDecoder {
  readonly #table: DynamicTable;
  /** What we allow by SETTINGS_HEADER_TABLE_SIZE. */
  readonly #tableLimit: number;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #integer = 0;
  #text = '';

  /** `tableLimit`: our SETTINGS_HEADER_TABLE_SIZE in bytes. */
  constructor(tableLimit: number) {
    this.#table = new DynamicTable(tableLimit);
    this.#tableLimit = tableLimit;
  }

  /** @hot Decodes a complete block; false when it is not valid. The sink has got the fields before the fault. */
  decode(bytes: Uint8Array, start: number, end: number, sink: FieldSink): boolean {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
    let fieldSeen = false;
    while (this.#at < end) {
      const byte = bytes[this.#at]!;
      if ((byte & 0xe0) === 0x20) {
        // Size updates stand at the beginning of a block only (§4.2).
        if (fieldSeen || !this.#readInteger(0x1f) || this.#integer > this.#tableLimit) return false;
        this.#table.resize(this.#integer);
        continue;
      }
      fieldSeen = true;
      if ((byte & 0x80) !== 0) {
        if (!this.#readInteger(0x7f) || !this.#emitIndexed(this.#integer, sink)) return false;
      } else if (!this.#literal((byte & 0x40) !== 0, sink)) return false;
    }
    this.#bytes = EMPTY;
    return true;
  }

  /** Bytes the dynamic table holds, as RFC 7541 §4.1 counts them. */
  get tableSize(): number {
    return this.#table.size;
  }

  #emitIndexed(index: number, sink: FieldSink): boolean {
    if (index === 0) return false;
    if (index <= STATIC_LENGTH) {
      sink(STATIC_NAMES[index]!, STATIC_VALUES[index]!, 0);
      return true;
    }
    const dynamic = index - STATIC_LENGTH;
    if (dynamic > this.#table.length) return false;
    sink(this.#table.name(dynamic), this.#table.value(dynamic), this.#table.note(dynamic));
    return true;
  }

  #literal(indexed: boolean, sink: FieldSink): boolean {
    if (!this.#readInteger(indexed ? 0x3f : 0x0f)) return false;
    const index = this.#integer;
    let name: string;
    let note: number;
    if (index === 0) {
      if (!this.#readString()) return false;
      name = this.#text;
      note = isLowerToken(name) ? 0 : BAD_NAME;
    } else if (index <= STATIC_LENGTH) {
      name = STATIC_NAMES[index]!;
      note = 0;
    } else {
      if (index - STATIC_LENGTH > this.#table.length) return false;
      name = this.#table.name(index - STATIC_LENGTH);
      note = this.#table.note(index - STATIC_LENGTH) & BAD_NAME;
    }
    if (!this.#readString()) return false;
    const value = this.#text;
    if (!isFieldValue(value) || hasOuterSpace(value)) note |= BAD_VALUE;
    if (indexed) this.#table.insert(name, value, note);
    sink(name, value, note);
    return true;
  }

  /** RFC 7541 §5.1. `mask` is the prefix, all ones. */
  #readInteger(mask: number): boolean {
    const bytes = this.#bytes;
    let value = bytes[this.#at++]! & mask;
    if (value === mask) {
      let shift = 1;
      for (;;) {
        if (this.#at >= this.#end) return false;
        const byte = bytes[this.#at++]!;
        value += (byte & 0x7f) * shift;
        // The bound on `shift` ends a run of 0x80, which adds nothing and could go on for ever.
        if (value > MAX_INTEGER || shift > MAX_INTEGER) return false;
        if (byte < 0x80) break;
        shift *= 128;
      }
    }
    this.#integer = value;
    return true;
  }

  /** RFC 7541 §5.2. */
  #readString(): boolean {
    if (this.#at >= this.#end) return false;
    const coded = (this.#bytes[this.#at]! & 0x80) !== 0;
    if (!this.#readInteger(0x7f)) return false;
    const start = this.#at;
    const end = start + this.#integer;
    if (end > this.#end) return false;
    this.#at = end;
    const text = coded ? huffmanDecode(this.#bytes, start, end) : latin1(this.#bytes, start, end);
    if (text === undefined) return false;
    this.#text = text;
    return true;
  }
}

const EMPTY = new Uint8Array(0);

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
}

/** @hot Field names are lower-case tokens (RFC 9113 §8.2.1); a pseudo-header has a colon in front. */
function isLowerToken(name: string): boolean {
  let i = name.charCodeAt(0) === 0x3a ? 1 : 0;
  if (i === name.length) return false;
  for (; i < name.length; i++) if (LOWER_TOKEN_ONLY[name.charCodeAt(i)] !== 1) return false;
  return true;
}

const LOWER_TOKEN_ONLY: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz".includes(String.fromCharCode(byte)) ? 1 : 0,
);

function hasOuterSpace(value: string): boolean {
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  return first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09;
}

/** What a field counts against a limit on the size of a header list (RFC 9113 §6.5.2). */
export function fieldSize(name: string, value: string): number {
  return name.length + value.length + ENTRY_OVERHEAD;
}
