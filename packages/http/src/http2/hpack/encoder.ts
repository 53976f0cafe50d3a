import { DynamicTable, ENTRY_OVERHEAD } from './dynamic-table.ts';
import { huffmanEncode, huffmanLength } from './huffman.ts';
import { STATIC_LENGTH, STATIC_NAMES, STATIC_VALUES } from './static-table.ts';

/** What is worth a place in the table, by name. */
const INDEX = 0;
/**
 * Values differ from message to message: indexing them would only push others out. They are not Huffman-coded either: that takes a fifth off
 * their length and, since it is done anew for every message, was the dearest part of a block (docs/decisions/0212).
 */
const PASS = 1;
/** Never indexed by any hop (RFC 7541 §7.1.3), so that no table can be probed for it. */
const SECRET = 2;

const VOLATILE = `:path content-length content-range etag last-modified if-match if-none-match if-modified-since
if-unmodified-since location age expires link referer range set-cookie x-request-id traceparent tracestate
x-b3-traceid x-b3-spanid x-b3-parentspanid x-envoy-upstream-service-time grpc-timeout
x-envoy-attempt-count x-forwarded-for x-real-ip retry-after sec-websocket-key sec-websocket-accept`.split(/\s+/);
const SECRETS = ['authorization', 'proxy-authorization'];

/** What is the same for every connection about a name: its policy and its places in the static table. */
interface KnownName {
  policy: number;
  /** 0 when it is not in the static table. */
  staticIndex: number;
  readonly values: string[];
  readonly indices: number[];
}

const KNOWN: ReadonlyMap<string, KnownName> = knownNames();
const UNKNOWN: KnownName = { policy: INDEX, staticIndex: 0, values: [], indices: [] };

function knownNames(): Map<string, KnownName> {
  const names = new Map<string, KnownName>();
  const known = (name: string): KnownName => {
    const entry = names.get(name) ?? { policy: INDEX, staticIndex: 0, values: [], indices: [] };
    names.set(name, entry);
    return entry;
  };
  for (let index = 1; index <= STATIC_LENGTH; index++) {
    const entry = known(STATIC_NAMES[index]!);
    if (entry.staticIndex === 0) entry.staticIndex = index;
    entry.values.push(STATIC_VALUES[index]!);
    entry.indices.push(index);
  }
  for (const name of VOLATILE) known(name).policy = PASS;
  for (const name of SECRETS) known(name).policy = SECRET;
  return names;
}

/** Where a name stands in the dynamic table: the numbers of its entries, oldest first, and their values. */
class Places {
  readonly numbers: number[] = [];
  readonly values: string[] = [];
}

/** Blocks are built here by all encoders: a block is sent, that is copied, before the next one begins. */
let out: Buffer = Buffer.allocUnsafeSlow(8192);

const SHORT_COOKIE = 20;

/** Encodes header blocks of one connection direction (RFC 7541). */
export class HpackEncoder {
  /** Names in the dynamic table; its size bounds this map too. */
  readonly #places = new Map<string, Places>();
  readonly #table: DynamicTable;
  /** Size updates to announce at the start of the next block: the smallest since the last block, and the final one. */
  #announceSmallest = -1;
  #announceFinal = -1;
  #at = 0;
  readonly #ownLimit: number;

  /** `ownLimit`: bytes we are willing to spend on the table, whatever the peer allows. */
  constructor(ownLimit = 4096) {
    this.#ownLimit = ownLimit;
    this.#table = new DynamicTable(Math.min(4096, ownLimit), (name) => this.#forget(name));
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
    const known = KNOWN.get(name) ?? UNKNOWN;
    const places = this.#places.get(name);
    const index = this.#indexOf(known, places, value);
    if (index > 0) {
      this.#writeInteger(0x80, 0x7f, index);
      return;
    }
    const nameIndex = this.#nameIndexOf(known, places);
    const policy = name === 'cookie' && value.length < SHORT_COOKIE ? SECRET : known.policy;
    if (policy !== INDEX || name.length + value.length + ENTRY_OVERHEAD > this.#table.maxSize >> 1) {
      this.#literal(policy === SECRET ? SECRET : PASS, nameIndex, name, value);
      return;
    }
    this.#literal(INDEX, nameIndex, name, value);
    const number = this.#table.inserted;
    this.#table.insert(name, value, 0);
    this.#remember(name, number, value);
  }

  /** @hot The block: a view of memory that all encoders share, valid until any of them begins another. */
  end(): Buffer {
    return out.subarray(0, this.#at);
  }

  #indexOf(known: KnownName, places: Places | undefined, value: string): number {
    for (let i = 0; i < known.values.length; i++) if (known.values[i] === value) return known.indices[i]!;
    if (places === undefined) return 0;
    for (let i = places.values.length - 1; i >= 0; i--) {
      if (places.values[i] === value) return STATIC_LENGTH + this.#table.inserted - places.numbers[i]!;
    }
    return 0;
  }

  #nameIndexOf(known: KnownName, places: Places | undefined): number {
    if (known.staticIndex > 0) return known.staticIndex;
    return places === undefined ? 0 : STATIC_LENGTH + this.#table.inserted - places.numbers.at(-1)!;
  }

  #remember(name: string, number: number, value: string): void {
    let places = this.#places.get(name);
    if (places === undefined) {
      places = new Places();
      this.#places.set(name, places);
    }
    places.numbers.push(number);
    places.values.push(value);
  }

  #forget(name: string): void {
    const places = this.#places.get(name);
    if (places === undefined) return;
    places.numbers.shift();
    places.values.shift();
    if (places.numbers.length === 0) this.#places.delete(name);
  }

  #literal(policy: number, nameIndex: number, name: string, value: string): void {
    if (policy === INDEX) this.#writeInteger(0x40, 0x3f, nameIndex);
    else this.#writeInteger(policy === SECRET ? 0x10 : 0x00, 0x0f, nameIndex);
    if (policy === PASS) {
      if (nameIndex === 0) this.#writePlain(name);
      this.#writePlain(value);
      return;
    }
    if (nameIndex === 0) this.#writeText(name);
    this.#writeText(value);
  }

  /** Huffman-coded where that is shorter. */
  #writeText(text: string): void {
    const coded = huffmanLength(text);
    if (coded >= text.length) {
      this.#writePlain(text);
      return;
    }
    this.#writeInteger(0x80, 0x7f, coded);
    this.#at = huffmanEncode(text, out, this.#at);
  }

  #writePlain(text: string): void {
    this.#writeInteger(0x00, 0x7f, text.length);
    this.#at += out.write(text, this.#at, 'latin1');
  }

  #writeInteger(pattern: number, mask: number, value: number): void {
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
    if (this.#at + bytes <= out.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(out.length * 2, this.#at + bytes));
    out.copy(grown, 0, 0, this.#at);
    out = grown;
  }
}
