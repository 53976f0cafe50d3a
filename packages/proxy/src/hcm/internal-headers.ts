/** Headers that steer a proxy, and from whom they are taken (Envoy, "HTTP header sanitizing"; conn_manager_utility.cc). */
import { type IpRange, inRange, parseIp } from '@weft/engine';
import { cutHeaders } from '@weft/http';

/** Taken from internal addresses only. */
const INTERNAL: ReadonlySet<string> = new Set([
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
  'x-envoy-hedge-on-per-try-timeout',
  'x-envoy-is-timeout-retry',
  'x-envoy-upstream-alt-stat-name',
  'x-envoy-upstream-rq-timeout-ms',
  'x-envoy-upstream-rq-per-try-timeout-ms',
  'x-envoy-upstream-rq-timeout-alt-response',
  'x-envoy-expected-rq-timeout-ms',
  'x-envoy-force-trace',
  'x-envoy-ip-tags',
  'x-envoy-original-url',
]);

/** What tells of proxies and rewrites behind this one; from the edge of the mesh it could only be made up. */
const EDGE: ReadonlySet<string> = new Set([
  'x-envoy-decorator-operation',
  'x-envoy-downstream-service-cluster',
  'x-envoy-downstream-service-node',
  'x-envoy-original-path',
  'x-envoy-original-host',
]);

/** Whether `address` is in one of the ranges of `internal_address_config`. */
export function isInternalAddress(ranges: readonly IpRange[], address: string): boolean {
  if (ranges.length === 0) return false;
  const ip = parseIp(address);
  return ip !== undefined && ranges.some((range) => inRange(range, ip));
}

/** @hot Removes what the client may not say. `edge`: it is the first proxy of the mesh that sees the request. */
export function removeUntrusted(headers: string[], internal: boolean, edge: boolean): void {
  let kept = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    if (name.charCodeAt(0) === 0x78 && name.startsWith('x-envoy-') && isUntrusted(name, internal, edge)) continue;
    if (kept !== i) {
      headers[kept] = name;
      headers[kept + 1] = headers[i + 1]!;
    }
    kept += 2;
  }
  cutHeaders(headers, kept);
}

function isUntrusted(name: string, internal: boolean, edge: boolean): boolean {
  return name === 'x-envoy-internal' || (!internal && (INTERNAL.has(name) || (edge && EDGE.has(name))));
}
