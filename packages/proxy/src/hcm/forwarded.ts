/** Who the client is and how it came here: x-forwarded-for, -proto, -port (Envoy, "HTTP header sanitizing", "x-forwarded-for"). */
import { appendHeader, headerValue, removeHeader, setHeader } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';

/** Headers that steer this proxy; an untrusted client must not send them (Envoy, "HTTP header sanitizing"). */
const INTERNAL_HEADERS: readonly string[] = [
  'x-envoy-internal',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
  'x-envoy-original-path',
  'x-envoy-original-host',
  'x-envoy-decorator-operation',
];

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
    for (let i = 0; i < headers.length; i += 2) {
      if (headers[i]!.charCodeAt(0) === 0x78 && headers[i]!.startsWith('x-envoy-')) {
        removeInternal(headers);
        break;
      }
    }
    setHeader(headers, 'x-envoy-external-address', client ?? connection.remoteHost);
  } else {
    client = xff === undefined ? undefined : addressFromEnd(xff, options.trustedHops);
    if (proto === undefined) appendHeader(headers, 'x-forwarded-proto', connectionScheme);
  }
  if (options.appendForwardedPort && headerValue(headers, 'x-forwarded-port') === undefined) {
    appendHeader(headers, 'x-forwarded-port', String(connection.localPort));
  }
  const trusted = headerValue(headers, 'x-forwarded-proto');
  request.scheme = options.scheme ?? (trusted === 'https' || trusted === 'http' ? trusted : connectionScheme);
  record.scheme = request.scheme;
  if (client !== undefined) record.downstreamRemoteAddress = `${client}:0`;
}

function removeInternal(headers: string[]): void {
  for (const name of INTERNAL_HEADERS) removeHeader(headers, name);
}
