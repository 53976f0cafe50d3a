/** Who the client is and how it came here: x-forwarded-for, -proto, -port (Envoy, "HTTP header sanitizing", "x-forwarded-for"). */
import { appendHeader, headerValue, setHeader } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';
import { isInternalAddress, removeUntrusted } from './internal-headers.ts';

/** The n-th address of `x-forwarded-for` from its end, 0 the last; undefined when there is none. */
function addressFromEnd(value: string, n: number): string | undefined {
  const parts = value.split(',');
  const address = parts[parts.length - 1 - n]?.trim();
  return address === undefined || address === '' ? undefined : address;
}

/** @hot Sets the scheme, forwarded headers and the record's client address. */
export function applyForwarded(exchange: Exchange): void {
  const { request, downstream, manager, record } = exchange;
  const { options } = manager;
  const { headers } = request;
  const { connection } = downstream;
  const connectionScheme = connection.tls === undefined ? 'http' : 'https';
  const xff = headerValue(headers, 'x-forwarded-for');
  const proto = headerValue(headers, 'x-forwarded-proto');
  let client: string | undefined;
  if (options.useRemoteAddress) {
    client = options.trustedHops === 0 || xff === undefined ? undefined : addressFromEnd(xff, options.trustedHops - 1);
    if (!options.skipXffAppend) {
      setHeader(
        headers,
        'x-forwarded-for',
        xff === undefined ? connection.remoteHost : `${xff},${connection.remoteHost}`,
      );
    }
    if (options.trustedHops === 0 || proto === undefined) setHeader(headers, 'x-forwarded-proto', connectionScheme);
  } else {
    client = xff === undefined ? undefined : addressFromEnd(xff, options.trustedHops);
    if (proto === undefined) appendHeader(headers, 'x-forwarded-proto', connectionScheme);
  }
  applyTrust(exchange, client, xff);
  if (options.appendForwardedPort && headerValue(headers, 'x-forwarded-port') === undefined) {
    appendHeader(headers, 'x-forwarded-port', String(connection.localPort));
  }
  const trusted = headerValue(headers, 'x-forwarded-proto');
  request.scheme = options.scheme ?? (trusted === 'https' || trusted === 'http' ? trusted : connectionScheme);
  record.scheme = request.scheme;
  if (client !== undefined) record.downstreamRemoteAddress = `${client}:0`;
}

/**
 * @hot A request is internal when the one address that is known of its way here is internal (Envoy, "x-envoy-internal"): with
 * `use_remote_address` the other end of the connection, else the only entry of `x-forwarded-for`.
 */
function applyTrust(
  { request, downstream, manager }: Exchange,
  client: string | undefined,
  xff: string | undefined,
): void {
  const { options } = manager;
  const { headers } = request;
  const address = client ?? (options.useRemoteAddress ? downstream.connection.remoteHost : undefined);
  const hops = options.useRemoteAddress ? Math.max(0, options.trustedHops - 1) : options.trustedHops;
  const direct = options.useRemoteAddress && options.trustedHops === 0;
  const single = direct ? xff === undefined : hops === 0 && xff?.includes(',') === false;
  const internal = single && address !== undefined && isInternalAddress(options.internalRanges, address);
  const edge = options.useRemoteAddress && !internal;
  removeUntrusted(headers, internal, edge);
  if (internal) headers.push('x-envoy-internal', 'true');
  else if (edge && address !== undefined) setHeader(headers, 'x-envoy-external-address', address);
}
