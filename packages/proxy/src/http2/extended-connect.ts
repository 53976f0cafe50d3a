import type { Random } from '@weft/base';
import { appendHeader, hasHeader, NO_BODY, type RequestHead } from '@weft/http';

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
