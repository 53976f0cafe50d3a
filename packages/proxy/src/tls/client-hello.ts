/**
 * Reads what a TLS client says before anything is encrypted: its server name and protocols (RFC 8446 §4.1.2, RFC 6066 §3, RFC 7301 §3.1).
 * in: bytes, split anywhere   out: a verdict, once   bound: `limitBytes`
 */

/** What routing needs of a ClientHello. */
export interface ClientHello {
  /** Lower-case, without a final dot; empty when the client names no server. */
  readonly serverName: string;
  /** ALPN, in the client's order. */
  readonly applicationProtocols: readonly string[];
}

export type HelloVerdict = ClientHello | 'not-tls' | 'too-large';

/** Envoy's default for `max_client_hello_size`. */
export const DEFAULT_HELLO_LIMIT_BYTES: number = 16 * 1024;

const RECORD_HEADER_BYTES = 5;
const MAX_RECORD_BYTES = 1 << 14;
const HANDSHAKE_HEADER_BYTES = 4;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const HOST_NAME = 0;
const ALPN = 16;
const RANDOM_BYTES = 32;

const HOST = /^[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?$/;

export class ClientHelloReader {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limitBytes: number = DEFAULT_HELLO_LIMIT_BYTES) {
    this.#limit = limitBytes;
  }

  /** Takes the next bytes; undefined while more are needed. Does not keep `chunk`. */
  push(chunk: Uint8Array): HelloVerdict | undefined {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    return readClientHello(this.#bytes, this.#limit);
  }
}

/** The verdict about a connection that began with `bytes`; undefined while more are needed. */
export function readClientHello(
  bytes: Buffer,
  limitBytes: number = DEFAULT_HELLO_LIMIT_BYTES,
): HelloVerdict | undefined {
  const message = handshakeMessage(bytes, limitBytes);
  if (message === undefined || typeof message === 'string') return message;
  return parseHello(message);
}

/** The first handshake message, put together from its records. */
function handshakeMessage(bytes: Buffer, limit: number): Buffer | 'not-tls' | 'too-large' | undefined {
  const fragments: Buffer[] = [];
  let have = 0;
  let want = HANDSHAKE_HEADER_BYTES;
  let at = 0;
  while (have < want) {
    const broken = brokenRecord(bytes, at);
    if (broken) return 'not-tls';
    if (bytes.length - at < RECORD_HEADER_BYTES) return at >= limit ? 'too-large' : undefined;
    const length = bytes.readUInt16BE(at + 3);
    const start = at + RECORD_HEADER_BYTES;
    const fragment = bytes.subarray(start, start + length);
    if (have === 0 && fragment.length > 0 && fragment[0] !== CLIENT_HELLO) return 'not-tls';
    fragments.push(fragment);
    have += fragment.length;
    if (have >= HANDSHAKE_HEADER_BYTES && want === HANDSHAKE_HEADER_BYTES) {
      want += Buffer.concat(fragments).readUIntBE(1, 3);
      if (want > limit) return 'too-large';
    }
    if (have < want && fragment.length < length) return bytes.length >= limit ? 'too-large' : undefined;
    at = start + length;
  }
  return Buffer.concat(fragments).subarray(0, want);
}

/** Whether what is there of the record header at `at` cannot begin a handshake record. */
function brokenRecord(bytes: Buffer, at: number): boolean {
  const left = bytes.length - at;
  if (left > 0 && bytes[at] !== HANDSHAKE_RECORD) return true;
  if (left > 1 && bytes[at + 1] !== 3) return true;
  if (left < RECORD_HEADER_BYTES) return false;
  const length = bytes.readUInt16BE(at + 3);
  return length === 0 || length > MAX_RECORD_BYTES;
}

/** A read position in bytes; a read beyond the end sets `failed` and gives nothing. */
class Cursor {
  readonly #bytes: Buffer;
  #at = 0;
  failed = false;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.failed ? 0 : this.#bytes.length - this.#at;
  }

  number(bytes: 1 | 2): number {
    const taken = this.take(bytes);
    return this.failed ? 0 : taken.readUIntBE(0, bytes);
  }

  take(length: number): Buffer {
    if (length > this.left) this.failed = true;
    if (this.failed) return Buffer.alloc(0);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A vector whose length stands before it. */
  vector(lengthBytes: 1 | 2): Cursor {
    const inner = new Cursor(this.take(this.number(lengthBytes)));
    inner.failed = this.failed;
    return inner;
  }
}

function parseHello(message: Buffer): ClientHello | 'not-tls' {
  const cursor = new Cursor(message);
  cursor.take(HANDSHAKE_HEADER_BYTES);
  const major = cursor.number(1);
  cursor.number(1);
  cursor.take(RANDOM_BYTES);
  const sessionId = cursor.vector(1);
  const ciphers = cursor.vector(2);
  const compressions = cursor.vector(1);
  const wellFormed = major === 3 && sessionId.left <= 32 && ciphers.left >= 2 && ciphers.left % 2 === 0;
  if (cursor.failed || !wellFormed || compressions.left === 0) return 'not-tls';
  if (cursor.left === 0) return { serverName: '', applicationProtocols: [] };
  const extensions = cursor.vector(2);
  if (cursor.failed || cursor.left > 0) return 'not-tls';
  return parseExtensions(extensions);
}

function parseExtensions(extensions: Cursor): ClientHello | 'not-tls' {
  let serverName: string | undefined = '';
  let applicationProtocols: readonly string[] | undefined = [];
  const seen = new Set<number>();
  while (extensions.left > 0) {
    const type = extensions.number(2);
    const body = extensions.vector(2);
    // "There MUST NOT be more than one extension of the same type" (RFC 8446 §4.2): the two sides could read different ones.
    if (extensions.failed || seen.has(type)) return 'not-tls';
    seen.add(type);
    if (type === SERVER_NAME) serverName = parseServerName(body);
    else if (type === ALPN) applicationProtocols = parseProtocols(body);
  }
  if (serverName === undefined || applicationProtocols === undefined) return 'not-tls';
  return { serverName, applicationProtocols };
}

function parseServerName(body: Cursor): string | undefined {
  const list = body.vector(2);
  if (body.failed || body.left > 0) return undefined;
  let name = '';
  while (list.left > 0) {
    const type = list.number(1);
    const text = list.vector(2);
    if (list.failed) return undefined;
    if (type !== HOST_NAME) continue;
    if (name !== '') return undefined;
    name = text.take(text.left).toString('latin1').toLowerCase().replace(/\.$/, '');
    if (!HOST.test(name)) return undefined;
  }
  return name;
}

function parseProtocols(body: Cursor): readonly string[] | undefined {
  const list = body.vector(2);
  if (body.failed || body.left > 0) return undefined;
  const protocols: string[] = [];
  while (list.left > 0) {
    const name = list.vector(1);
    if (list.failed || name.left === 0) return undefined;
    protocols.push(name.take(name.left).toString('latin1'));
  }
  return protocols;
}
