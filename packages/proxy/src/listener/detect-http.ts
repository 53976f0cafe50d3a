/** What the HTTP inspector finds out: whether plaintext bytes begin a request (RFC 9112 §3, RFC 9113 §3.4). */
import { CLIENT_PREFACE } from '@weft/http';

export type HttpVerdict = 'http/1.0' | 'http/1.1' | 'h2c' | 'not-http';

/** A request line longer than this is not waited for. */
export const MAX_REQUEST_LINE_BYTES: number = 8 * 1024;
const MAX_METHOD_BYTES = 24;
const SPACE = 0x20;
const LF = 0x0a;
const REQUEST_LINE = /^[A-Z][A-Z-]* [\x21-\xff]+ HTTP\/1\.([01])\r?$/;

/** The verdict about a connection that began with `bytes`; undefined while more are needed. */
export function detectHttp(bytes: Buffer): HttpVerdict | undefined {
  const length = Math.min(bytes.length, CLIENT_PREFACE.length);
  if (bytes.compare(CLIENT_PREFACE, 0, length, 0, length) === 0) {
    return length === CLIENT_PREFACE.length ? 'h2c' : undefined;
  }
  const method = methodLength(bytes);
  if (method === 'none') return 'not-http';
  const end = bytes.subarray(0, MAX_REQUEST_LINE_BYTES).indexOf(LF);
  if (end === -1) return bytes.length >= MAX_REQUEST_LINE_BYTES ? 'not-http' : undefined;
  const line = REQUEST_LINE.exec(bytes.toString('latin1', 0, end));
  if (line === null) return 'not-http';
  return line[1] === '0' ? 'http/1.0' : 'http/1.1';
}

/** Whether the first bytes can be a method: capital letters, then a space. Most other protocols are known by their first byte. */
function methodLength(bytes: Buffer): 'some' | 'none' {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]!;
    if (byte === SPACE && i > 0) return 'some';
    const letter = (byte >= 0x41 && byte <= 0x5a) || byte === 0x2d;
    if (!letter || i >= MAX_METHOD_BYTES) return 'none';
  }
  return 'some';
}
