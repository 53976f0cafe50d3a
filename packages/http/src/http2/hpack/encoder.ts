import { DynamicTable, ENTRY_OVERHEAD } from './dynamic-table.ts';
import { huffmanEncode, huffmanLength } from './huffman.ts';
import { STATIC_LENGTH, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** What is worth a place in the table, by name. */
const INDEX = 0;
/** Values differ from message to message: indexing them would only push others out. */
const PASS = 1;
/** Never indexed by any hop (RFC 7541 §7.1.3), so that no table can be probed for it. */
const SECRET = 2;

const VOLATILE = `:path content-length content-range etag last-modified if-match if-none-match if-modified-since
if-unmodified-since location age expires date link referer range set-cookie x-request-id traceparent tracestate
x-b3-traceid x-b3-spanid x-b3-parentspanid x-envoy-upstream-service-time x-envoy-expected-rq-timeout-ms grpc-timeout
x-envoy-attempt-count x-forwarded-for x-real-ip retry-after sec-websocket-key sec-websocket-accept`.split(/\s+/);
const SECRETS = ['authorization', 'proxy-authorization'];

/** What the encoder knows about one name: its policy, its static index, and where it stands in the tables with which value. */
class NameEntry {
  policy: number = INDEX;
  staticIndex = 0;
  readonly staticValues: string[] = [];
  readonly staticIndices: number[] = [];
  /** Numbers of the dynamic table's entries with this name, oldest first, and their values. */
  readonly numbers: number[] = [];
  readonly values: string[] = [];
}

function initialNames(): Map<string, NameEntry> {
  const names = new Map<string, NameEntry>();
  const entryOf = (name: string): NameEntry => {
    const entry = names.get(name) ?? new NameEntry();
    names.set(name, entry);
    return entry;
  };
  for (let index = 1; index <= STATIC_LENGTH; index++) {
    const entry = entryOf(STATIC_NAMES[index]!);
    if (entry.staticIndex === 0) entry.staticIndex = index;
    entry.staticValues.push(STATIC_VALUES[index]!);
    entry.staticIndices.push(index);
  }
  for (const name of VOLATILE) entryOf(name).policy = PASS;
  for (const name of SECRETS) entryOf(name).policy = SECRET;
  return names;
}

const SHORT_COOKIE = 20;

/** Encodes header blocks of one connection direction (RFC 7541). */
export class HpackEncoder {
  readonly #names = initialNames();
  readonly #table: DynamicTable;
  /** Size updates to announce at the start of the next block: the smallest since the last block, and the final one. */
  #announceSmallest = -1;
  #announceFinal = -1;
  #out: Buffer = Buffer.allocUnsafeSlow(4096);
  #at = 0;
  readonly #ownLimit: number;

  /** `ownLimit`: bytes we are willing to spend on the table, whatever the peer allows. */
  constructor(ownLimit = 4096) {
    this.#ownLimit = ownLimit;
    this.#table = new DynamicTable(Math.min(4096, ownLimit), (name, number) => this.#forget(name, number));
    if (this.#table.maxSize !== 4096) this.#announceFinal = this.#announceSmallest = this.#table.maxSize;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE changed (RFC 7541 §4.2). */
  setPeerLimit(limit: number): void {
    const size = Math.min(limit, this.#ownLimit);
    if (size === this.#table.maxSize) return;
    this.#table.resize(size);
    this.#announceSmallest = this.#announceSmallest < 0 ? size : Math.min(this.#announceSmallest, size);
    this.#announceFinal = size;
  }

  get tableSize(): number {
    return this.#table.size;
  }

  /** @hot Starts a block. */
  begin(): void {
    this.#at = 0;
    if (this.#announceFinal < 0) return;
    this.#reserve(16);
    if (this.#announceSmallest < this.#announceFinal) this.#writeInteger(0x20, 0x1f, this.#announceSmallest);
    this.#writeInteger(0x20, 0x1f, this.#announceFinal);
    this.#announceSmallest = -1;
    this.#announceFinal = -1;
  }

  /** @hot Adds a field; name in lower case, both latin1. */
  field(name: string, value: string): void {
    this.#reserve(name.length + value.length + 16);
    // A name gets its place in the map with its first entry in the table, so the table's size bounds the map too.
    const entry = this.#names.get(name) ?? new NameEntry();
    const index = this.#indexOf(entry, value);
    if (index > 0) {
      this.#writeInteger(0x80, 0x7f, index);
      return;
    }
    const nameIndex = this.#nameIndexOf(entry);
    const policy = name === 'cookie' && value.length < SHORT_COOKIE ? SECRET : entry.policy;
    if (policy !== INDEX || name.length + value.length + ENTRY_OVERHEAD > this.#table.maxSize >> 1) {
      if (policy === SECRET) this.#literal(0x10, 0x0f, nameIndex, name, value);
      else this.#literal(0x00, 0x0f, nameIndex, name, value);
      return;
    }
    this.#literal(0x40, 0x3f, nameIndex, name, value);
    const number = this.#table.inserted;
    this.#table.insert(name, value, 0);
    this.#names.set(name, entry);
    entry.numbers.push(number);
    entry.values.push(value);
  }

  /** @hot The block: a view of the encoder's own memory, valid until the next `begin`. */
  end(): Buffer {
    return this.#out.subarray(0, this.#at);
  }

  #indexOf(entry: NameEntry, value: string): number {
    for (let i = 0; i < entry.staticValues.length; i++)
      if (entry.staticValues[i] === value) return entry.staticIndices[i]!;
    for (let i = entry.values.length - 1; i >= 0; i--) {
      if (entry.values[i] === value) return STATIC_LENGTH + this.#table.inserted - entry.numbers[i]!;
    }
    return 0;
  }

  #nameIndexOf(entry: NameEntry): number {
    if (entry.staticIndex > 0) return entry.staticIndex;
    const newest = entry.numbers.length - 1;
    return newest < 0 ? 0 : STATIC_LENGTH + this.#table.inserted - entry.numbers[newest]!;
  }

  #forget(name: string, number: number): void {
    const entry = this.#names.get(name);
    if (entry === undefined || entry.numbers[0] !== number) return;
    entry.numbers.shift();
    entry.values.shift();
    if (entry.numbers.length === 0 && entry.staticIndex === 0 && entry.policy === INDEX) this.#names.delete(name);
  }

  #literal(pattern: number, mask: number, nameIndex: number, name: string, value: string): void {
    this.#writeInteger(pattern, mask, nameIndex);
    if (nameIndex === 0) this.#writeString(name);
    this.#writeString(value);
  }

  #writeString(text: string): void {
    const coded = huffmanLength(text);
    if (coded < text.length) {
      this.#writeInteger(0x80, 0x7f, coded);
      this.#at = huffmanEncode(text, this.#out, this.#at);
      return;
    }
    this.#writeInteger(0x00, 0x7f, text.length);
    this.#at += this.#out.write(text, this.#at, 'latin1');
  }

  #writeInteger(pattern: number, mask: number, value: number): void {
    const out = this.#out;
    if (value < mask) {
      out[this.#at++] = pattern | value;
      return;
    }
    out[this.#at++] = pattern | mask;
    let rest = value - mask;
    while (rest >= 0x80) {
      out[this.#at++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    out[this.#at++] = rest;
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#out.length * 2, this.#at + bytes));
    this.#out.copy(grown, 0, 0, this.#at);
    this.#out = grown;
  }
}
