import type { HttpVersion } from '../head.ts';

/**
 * @hot The version of `HTTP/d.d` at `bytes[start, end)`: 10, 11 (also for 1.2 to 1.9: the highest minor version we know,
 * RFC 9110 §2.5), 0 when it is no HTTP version at all, -1 when its major version is not 1.
 */
export function protocolVersion(bytes: Uint8Array, start: number, end: number): number {
  if (
    end - start !== 8 ||
    bytes[start] !== 0x48 ||
    bytes[start + 1] !== 0x54 ||
    bytes[start + 2] !== 0x54 ||
    bytes[start + 3] !== 0x50 ||
    bytes[start + 4] !== 0x2f ||
    bytes[start + 6] !== 0x2e
  ) {
    return 0;
  }
  const major = bytes[start + 5]! - 0x30;
  const minor = bytes[start + 7]! - 0x30;
  if (major < 0 || major > 9 || minor < 0 || minor > 9) return 0;
  if (major !== 1) return -1;
  return minor === 0 ? 10 : 11;
}

/** Methods that only RTSP has (RFC 2326 §10, FLUSH from RAOP). */
const RTSP_METHODS: readonly string[] =
  `DESCRIBE ANNOUNCE SETUP PLAY PAUSE TEARDOWN GET_PARAMETER SET_PARAMETER REDIRECT RECORD FLUSH`.split(' ');

/** Methods of the protocols that look like HTTP: RTSP, and Icecast's source protocol. */
const FOREIGN_METHODS: Readonly<Record<string, readonly string[]>> = {
  'RTSP/1.0': [...RTSP_METHODS, 'OPTIONS', 'GET', 'POST'],
  'ICE/1.0': ['SOURCE'],
};

/** Servers name their own version, whatever they were asked in. */
const FOREIGN_ANSWERS: Readonly<Record<string, HttpVersion>> = {
  'RTSP/1.0': 10,
  'RTSP/1.1': 11,
  'RTSP/2.0': 20,
  'ICE/1.0': 10,
  'ICE/1.1': 11,
};

/** Whether a method belongs to another protocol than HTTP. */
export function isForeignMethod(method: string): boolean {
  return RTSP_METHODS.includes(method);
}

/**
 * The version to treat a message as that names another protocol or an HTTP version without this message syntax.
 * Requests of RTSP and ICE count only with a method of theirs; responses pass no method.
 */
export function otherProtocolVersion(text: string, method: string | undefined): HttpVersion | undefined {
  if (text === 'HTTP/0.9') return 9;
  if (text === 'HTTP/2.0') return 20;
  if (method === undefined) return FOREIGN_ANSWERS[text];
  return FOREIGN_METHODS[text]?.includes(method) === true ? 10 : undefined;
}
