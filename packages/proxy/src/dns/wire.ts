/**
 * DNS messages (RFC 1035 §4, RFC 6891), as far as a proxy needs them: queries in, answers with addresses out. No sockets, no clock; whatever
 * the bytes are, nothing is thrown and no loop depends on what a pointer says.
 */

export const TYPE = { A: 1, CNAME: 5, AAAA: 28, OPT: 41 } as const;
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NOTIMP: 4 } as const;
export type Rcode = (typeof RCODE)[keyof typeof RCODE];

const HEADER = 12;
const CLASS_IN = 1;
const MAX_NAME = 255;
/** What fits into a datagram unless the query says otherwise (RFC 1035 §4.2.1). */
const PLAIN_UDP = 512;
/** The most we say and believe: larger datagrams get fragmented (RFC 9715). */
const MAX_UDP = 1232;

const QR = 0x80;
const AA = 0x04;
const TC = 0x02;
const RD = 0x01;

/** A query that can be answered. */
export interface Query {
  readonly id: number;
  /** Lower case, without the last dot. Undefined when a label holds bytes that no host name has, such as a dot. */
  readonly name: string | undefined;
  readonly type: number;
  readonly isInternet: boolean;
  /** Recursion desired, which answers repeat. */
  readonly recursion: boolean;
  /** The question as it came, spelling included. */
  readonly question: Uint8Array;
  /** Undefined without EDNS. */
  readonly edns: { readonly udpSize: number } | undefined;
}

export type ReadQuery =
  | { readonly kind: 'query'; readonly query: Query }
  /** To be answered with `reply`, if at all: what is itself an answer, or shorter than a header, gets none. */
  | { readonly kind: 'refused'; readonly reply: Uint8Array | undefined };

/** Reads one message of a client. */
export function readQuery(bytes: Uint8Array): ReadQuery {
  if (bytes.length < HEADER) return { kind: 'refused', reply: undefined };
  const view = viewOf(bytes);
  const flags = bytes[2] ?? 0;
  if ((flags & QR) !== 0) return { kind: 'refused', reply: undefined };
  const refuse = (rcode: Rcode): ReadQuery => ({ kind: 'refused', reply: failureOf(bytes, rcode) });
  if (((flags >> 3) & 0xf) !== 0) return refuse(RCODE.NOTIMP);
  if (view.getUint16(4) !== 1 || view.getUint16(6) !== 0 || view.getUint16(8) !== 0) return refuse(RCODE.FORMERR);
  const name = readQuestionName(bytes);
  if (name === undefined || name.end + 4 > bytes.length) return refuse(RCODE.FORMERR);
  const edns = readEdns(bytes, name.end + 4, view.getUint16(10));
  if (edns === 'broken') return refuse(RCODE.FORMERR);
  const query: Query = {
    id: view.getUint16(0),
    name: name.text,
    type: view.getUint16(name.end),
    isInternet: view.getUint16(name.end + 2) === CLASS_IN,
    recursion: (flags & RD) !== 0,
    question: bytes.slice(HEADER, name.end + 4),
    edns,
  };
  return { kind: 'query', query };
}

/** How many bytes an answer by UDP may have. */
export function udpLimit(query: Query): number {
  return Math.min(MAX_UDP, Math.max(PLAIN_UDP, query.edns?.udpSize ?? 0));
}

interface QuestionName {
  readonly text: string | undefined;
  /** Where the bytes after the name begin. */
  readonly end: number;
}

/** A question comes first, so there is nothing before it that a pointer could mean. */
function readQuestionName(bytes: Uint8Array): QuestionName | undefined {
  const labels: string[] = [];
  let isText = true;
  let at = HEADER;
  for (;;) {
    const length = bytes[at];
    if (length === undefined || length > 63) return undefined;
    at++;
    if (length === 0) break;
    if (at + length > bytes.length || at + length - HEADER > MAX_NAME - 1) return undefined;
    let label = '';
    for (let i = at; i < at + length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte <= 0x20 || byte >= 0x7f || byte === 0x2e) isText = false;
      label += String.fromCharCode(byte);
    }
    labels.push(label.toLowerCase());
    at += length;
  }
  return { text: isText ? labels.join('.') : undefined, end: at };
}

/** The OPT record among `count` additional records; others are passed over. */
function readEdns(bytes: Uint8Array, from: number, count: number): Query['edns'] | 'broken' {
  const view = viewOf(bytes);
  let edns: Query['edns'];
  let at = from;
  for (let i = 0; i < count; i++) {
    const record = skipName(bytes, at);
    if (record === undefined || record + 10 > bytes.length) return 'broken';
    const end = record + 10 + view.getUint16(record + 8);
    if (end > bytes.length) return 'broken';
    if (view.getUint16(record) === TYPE.OPT) {
      // RFC 6891 §6.1.1: one at most, with the root as its name.
      if (edns !== undefined || record !== at + 1) return 'broken';
      edns = { udpSize: view.getUint16(record + 2) };
    }
    at = end;
  }
  return edns;
}

/** The end of a name; a pointer ends it and is not followed. */
function skipName(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  for (;;) {
    const length = bytes[at];
    if (length === undefined) return undefined;
    if ((length & 0xc0) === 0xc0) return at + 2 <= bytes.length ? at + 2 : undefined;
    if (length > 63 || at - from > MAX_NAME) return undefined;
    at += 1 + length;
    if (length === 0) return at;
  }
}

/** What is known about the name that was asked for. */
export interface Answer {
  /** Addresses in network byte order, of the family that was asked for. */
  readonly addresses: readonly Uint8Array[];
  /** The name is an alias: a search domain was put behind this one. */
  readonly canonical: string | undefined;
  readonly ttlS: number;
}

/** An authoritative answer of at most `limit` bytes; what does not fit is left out, and the client told to come by TCP. */
export function writeAnswer(query: Query, answer: Answer, limit: number): Uint8Array {
  const edns = query.edns === undefined ? 0 : OPT_SIZE;
  const out = new Writer(Math.min(limit, 0xffff) - edns);
  out.header(query, AA, RCODE.NOERROR);
  let owner = 0xc000 | HEADER;
  let count = 0;
  let fits = true;
  if (answer.canonical !== undefined && answer.addresses.length > 0) {
    const target = nameBytes(answer.canonical);
    const at = out.length + RECORD_HEAD;
    fits = target !== undefined && out.record(owner, TYPE.CNAME, answer.ttlS, target);
    if (fits) {
      owner = 0xc000 | at;
      count++;
    }
  }
  for (const address of answer.addresses) {
    if (!fits) break;
    fits = out.record(owner, address.length === 4 ? TYPE.A : TYPE.AAAA, answer.ttlS, address);
    if (fits) count++;
  }
  return out.finish(query, count, !fits);
}

/** An answer that says only what went wrong. */
export function writeFailure(query: Query, rcode: Rcode): Uint8Array {
  const out = new Writer(0xffff);
  out.header(query, 0, rcode);
  return out.finish(query, 0, false);
}

/** The question alone, marked as cut: the client comes again by TCP. */
export function writeTruncated(query: Query): Uint8Array {
  const out = new Writer(0xffff);
  out.header(query, 0, RCODE.NOERROR);
  return out.finish(query, 0, true);
}

/** Whether `bytes` answers `query` as it was sent with `id`. Names compare without regard to case. */
export function isAnswerTo(bytes: Uint8Array, query: Query, id: number): boolean {
  if (bytes.length < HEADER + query.question.length) return false;
  const view = viewOf(bytes);
  if (view.getUint16(0) !== id || ((bytes[2] ?? 0) & QR) === 0 || view.getUint16(4) !== 1) return false;
  return query.question.every((byte, i) => lower(bytes[HEADER + i] ?? 0) === lower(byte));
}

/** A copy of a message with another id. */
export function withId(bytes: Uint8Array, id: number): Uint8Array {
  const copy = bytes.slice();
  viewOf(copy).setUint16(0, id);
  return copy;
}

const RECORD_HEAD = 12;
const OPT_SIZE = 11;

class Writer {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #limit: number;
  length = 0;

  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(limit + OPT_SIZE, 0xffff));
    this.#view = viewOf(this.#bytes);
  }

  header({ id, recursion, question }: Query, flags: number, rcode: Rcode): void {
    this.#view.setUint16(0, id);
    this.#bytes[2] = QR | flags | (recursion ? RD : 0);
    // Recursion available: what is not known here is asked elsewhere.
    this.#bytes[3] = 0x80 | rcode;
    this.#view.setUint16(4, 1);
    this.#bytes.set(question, HEADER);
    this.length = HEADER + question.length;
  }

  /** False when the record does not fit. */
  record(owner: number, type: number, ttlS: number, data: Uint8Array): boolean {
    if (this.length + RECORD_HEAD + data.length > this.#limit) return false;
    const view = this.#view;
    view.setUint16(this.length, owner);
    view.setUint16(this.length + 2, type);
    view.setUint16(this.length + 4, CLASS_IN);
    view.setUint32(this.length + 6, ttlS);
    view.setUint16(this.length + 10, data.length);
    this.#bytes.set(data, this.length + RECORD_HEAD);
    this.length += RECORD_HEAD + data.length;
    return true;
  }

  finish(query: Query, answers: number, truncated: boolean): Uint8Array {
    this.#view.setUint16(6, answers);
    if (truncated) this.#bytes[2] = (this.#bytes[2] ?? 0) | TC;
    if (query.edns !== undefined) {
      this.#view.setUint16(10, 1);
      this.#view.setUint16(this.length + 1, TYPE.OPT);
      this.#view.setUint16(this.length + 3, MAX_UDP);
      this.length += OPT_SIZE;
    }
    return this.#bytes.slice(0, this.length);
  }
}

/** The header of `bytes` turned into an answer without a question. */
function failureOf(bytes: Uint8Array, rcode: Rcode): Uint8Array {
  const reply = new Uint8Array(HEADER);
  reply.set(bytes.subarray(0, 2));
  const flags = bytes[2] ?? 0;
  reply[2] = QR | (flags & 0x78) | (flags & RD);
  reply[3] = rcode;
  return reply;
}

function nameBytes(name: string): Uint8Array | undefined {
  const labels = name.split('.');
  if (name.length > MAX_NAME - 2 || labels.some((label) => label === '' || label.length > 63)) return undefined;
  const out = new Uint8Array(name.length + 2);
  let at = 0;
  for (const label of labels) {
    out[at++] = label.length;
    for (let i = 0; i < label.length; i++) out[at++] = label.charCodeAt(i);
  }
  return out;
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
