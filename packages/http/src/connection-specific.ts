/**
 * @hot Whether `name` (lower-case) speaks about one HTTP/1 connection: not for the next hop (RFC 9110 §7.6.1), and without a place in
 * HTTP/2 (RFC 9113 §8.2.2; `http2-settings` by RFC 7540 §3.2.1). `te`, which may stay for trailers, is the caller's to judge. Told by
 * length first.
 */
export function isConnectionSpecific(name: string): boolean {
  switch (name.length) {
    case 7:
      return name === 'upgrade';
    case 10:
      return name === 'connection' || name === 'keep-alive';
    case 14:
      return name === 'http2-settings';
    case 16:
      return name === 'proxy-connection';
    case 17:
      return name === 'transfer-encoding';
    default:
      return false;
  }
}
