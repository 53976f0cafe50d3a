import type { Random } from '@weft/base';
import { appendHeader, type HeaderBlock, hasHeader, NO_BODY, type RequestHead, type ResponseHead } from '@weft/http';
import { nodeCrypto } from '../tls/node-crypto.ts';

const KEY_BYTES = 16;

/**
 * An extended CONNECT (RFC 8441) as the HTTP/1.1 upgrade that servers know: GET with Upgrade, Connection and, for WebSockets, the key
 * that RFC 6455 §4.1 demands and HTTP/2 leaves out. Edits the head in place.
 */
export function upgradeOfExtendedConnect(head: RequestHead, random: Random): void {
  head.method = 'GET';
  head.framing = NO_BODY;
  appendHeader(head.headers, 'connection', 'upgrade');
  appendHeader(head.headers, 'upgrade', head.upgrade ?? '');
  if (head.upgrade !== 'websocket' || hasHeader(head.headers, 'sec-websocket-key')) return;
  const key = Buffer.from(Array.from({ length: KEY_BYTES }, () => random.below(256)));
  appendHeader(head.headers, 'sec-websocket-key', key.toString('base64'));
}

/** RFC 6455 §1.3: what a server appends to the key that it was sent. */
const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const NOT_IN_HTTP2: ReadonlySet<string> = new Set(['connection', 'upgrade', 'http2-settings', 'host']);

/** The headers of an HTTP/1.1 upgrade as an extended CONNECT carries them. The key of a WebSocket stays, for who turns it back. */
export function extendedConnectHeaders(headers: HeaderBlock): HeaderBlock {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (!NOT_IN_HTTP2.has(name)) kept.push(name, headers[i + 1]!);
  }
  return kept;
}

/**
 * The answer that accepts an extended CONNECT, as the 101 that whoever asked for an upgrade waits for. Edits the head in place. A server of
 * HTTP/2 has no need to prove that it understood the key of a WebSocket (RFC 8441 §5.1), a client of HTTP/1.1 wants the proof.
 */
export function upgradeAnswer(head: ResponseHead, protocol: string, key: string | undefined): void {
  head.status = 101;
  head.reason = 'Switching Protocols';
  head.framing = NO_BODY;
  appendHeader(head.headers, 'connection', 'upgrade');
  appendHeader(head.headers, 'upgrade', protocol);
  if (protocol !== 'websocket' || key === undefined || hasHeader(head.headers, 'sec-websocket-accept')) return;
  const proof = nodeCrypto()
    .createHash('sha1')
    .update(key + WEBSOCKET_GUID)
    .digest('base64');
  appendHeader(head.headers, 'sec-websocket-accept', proof);
}
