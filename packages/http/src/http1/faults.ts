/** Why bytes are not a message we accept. One table owns status and RFC clause, so a new code cannot lack either. */
const FAULTS = {
  BAD_METHOD: { status: 400, section: 'RFC 9112 §3.1', expected: 'a method of token characters and one space' },
  BAD_TARGET: {
    status: 400,
    section: 'RFC 9112 §3.2',
    expected: 'a request-target without spaces or control bytes, in a form the method allows',
  },
  BAD_VERSION: { status: 400, section: 'RFC 9112 §2.3', expected: '"HTTP/1.0" or "HTTP/1.1"' },
  UNSUPPORTED_VERSION: { status: 505, section: 'RFC 9110 §15.6.6', expected: 'major version 1' },
  BAD_STATUS_LINE: { status: 502, section: 'RFC 9112 §4', expected: 'a three-digit status code and a space' },
  BAD_LINE_END: {
    status: 400,
    section: 'RFC 9112 §2.2',
    expected: 'CR LF at the end of a line, and neither byte alone',
  },
  BAD_HEADER_NAME: {
    status: 400,
    section: 'RFC 9112 §5.1',
    expected: 'a field name of token characters directly followed by a colon',
  },
  BAD_HEADER_VALUE: { status: 400, section: 'RFC 9110 §5.5', expected: 'a field value without control bytes' },
  OBSOLETE_FOLD: { status: 400, section: 'RFC 9112 §5.2', expected: 'no whitespace at the start of a line (obs-fold)' },
  HEAD_TOO_LARGE: { status: 431, section: 'RFC 6585 §5', expected: 'a head within the byte limit' },
  TOO_MANY_HEADERS: { status: 431, section: 'RFC 6585 §5', expected: 'fewer header fields' },
  MISSING_HOST: { status: 400, section: 'RFC 9112 §3.2', expected: 'a Host header in an HTTP/1.1 request' },
  REPEATED_HOST: { status: 400, section: 'RFC 9112 §3.2', expected: 'one Host header' },
  BAD_HOST: { status: 400, section: 'RFC 9112 §3.2', expected: 'a host name or address with an optional port' },
  BAD_CONTENT_LENGTH: { status: 400, section: 'RFC 9112 §6.3', expected: 'one Content-Length of digits only' },
  AMBIGUOUS_FRAMING: {
    status: 400,
    section: 'RFC 9112 §6.1',
    expected: 'Content-Length or Transfer-Encoding, not both',
  },
  BAD_TRANSFER_ENCODING: {
    status: 400,
    section: 'RFC 9112 §6.1',
    expected: 'transfer codings ending in one "chunked", on HTTP/1.1 only',
  },
  UNSUPPORTED_CODING: { status: 501, section: 'RFC 9112 §6.1', expected: 'no transfer coding but "chunked"' },
  BAD_CHUNK_SIZE: { status: 400, section: 'RFC 9112 §7.1', expected: 'a chunk size of hexadecimal digits' },
  BAD_CHUNK_EXTENSION: { status: 400, section: 'RFC 9112 §7.1.1', expected: '";" token ["=" token or quoted string]' },
  CHUNK_EXTENSION_TOO_LONG: {
    status: 400,
    section: 'RFC 9112 §7.1.1',
    expected: 'chunk extensions within the byte limit',
  },
  BAD_CHUNK_END: { status: 400, section: 'RFC 9112 §7.1', expected: 'CR LF after the data of a chunk' },
  BAD_TRAILER: {
    status: 400,
    section: 'RFC 9110 §6.5.1',
    expected: 'trailer fields that do not frame, route or authenticate',
  },
  PIPELINE_TOO_LONG: {
    status: 400,
    section: 'RFC 9112 §9.3.2',
    expected: 'fewer pipelined bytes ahead of their answers',
  },
  DATA_AFTER_CLOSE: {
    status: 400,
    section: 'RFC 9112 §9.6',
    expected: 'no bytes after a message that closes the connection',
  },
  UNEXPECTED_RESPONSE: {
    status: 502,
    section: 'RFC 9112 §9.2',
    expected: 'no bytes from the server without an outstanding request',
  },
  INCOMPLETE: { status: 400, section: 'RFC 9112 §8', expected: 'the whole message before the connection ends' },
} as const;

export type FaultCode = keyof typeof FAULTS;

/** One refused message. The connection cannot go on after it: answer `status` if an answer is possible, then close. */
export interface HttpFault {
  readonly code: FaultCode;
  /** What a server answers: 400, 431, 501 or 505. A proxy that gets a fault from its upstream answers 502 whatever this says. */
  readonly status: number;
  /** For people: which byte, where, what was expected instead, and which clause says so. */
  readonly message: string;
  /** Offset in bytes from the first byte of the message's head, or of the current chunk line or trailer section. */
  readonly offset: number;
}

/** `byte` is the offending byte (0–255), or -1 when no single byte is to blame. */
export function httpFault(code: FaultCode, offset: number, byte = -1): HttpFault {
  const { status, section, expected } = FAULTS[code];
  const found = byte < 0 ? '' : `found ${nameOfByte(byte)} at byte ${offset}; `;
  return { code, status, offset, message: `${code}: ${found}expected ${expected} (${section})` };
}

function nameOfByte(byte: number): string {
  if (byte === 0x0a) return 'a bare LF';
  if (byte === 0x0d) return 'a bare CR';
  if (byte > 0x20 && byte < 0x7f) return JSON.stringify(String.fromCharCode(byte));
  return byte === 0x20 ? 'a space' : `0x${byte.toString(16).padStart(2, '0')}`;
}
