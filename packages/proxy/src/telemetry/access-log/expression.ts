/** CEL over the attributes of a finished request (Envoy, "Attributes"). Telemetry's `accessLogging.filter.expression` is this. */
import { type CelMap, type CelValue, celOf, compileCel } from '@weft/engine';
import type { AccessRecord } from '../access-record.ts';
import { requestHeadBytes, responseHeadBytes } from '../head-bytes.ts';
import { grpcStatusOf } from './grpc-status.ts';
import { headerOf } from './header-of.ts';
import { type FilterCompiling, type RecordFilter, refuse } from './record-filter.ts';

type Attribute = (record: AccessRecord) => CelValue | undefined;

function text(read: (record: AccessRecord) => string): Attribute {
  return (record) => read(record) || undefined;
}

function requestHeaderNamed(name: string): Attribute {
  return (record) => headerOf(record.requestHeaders, name);
}

/** Repeated headers are one, joined by commas. */
function headers(list: readonly string[]): CelMap {
  return {
    kind: 'map',
    get: (key) => {
      const name = key.toLowerCase();
      const values = list.filter((_value, i) => i % 2 === 1 && list[i - 1] === name);
      return values.length === 0 ? undefined : values.join(',');
    },
    keys: () => [...new Set(list.filter((_value, i) => i % 2 === 0))],
  };
}

function hostOf(address: string): string | undefined {
  return address.slice(0, Math.max(0, address.lastIndexOf(':'))).replace(/^\[|\]$/g, '') || undefined;
}

function portOf(address: string): number | undefined {
  const port = address.slice(address.lastIndexOf(':') + 1);
  return port === '' ? undefined : Number(port);
}

function lasted(from: number, to: number): CelValue | undefined {
  return from < 0 || to < 0 ? undefined : { kind: 'duration', ms: to - from };
}

/** Every attribute that is known; others are refused by name when the expression is configured. */
const ATTRIBUTES: Readonly<Record<string, Readonly<Record<string, Attribute>>>> = {
  request: {
    path: text((r) => r.path),
    url_path: (r) => r.path.split('?', 1)[0],
    query: (r) => (r.path.includes('?') ? r.path.slice(r.path.indexOf('?') + 1) : ''),
    host: text((r) => r.authority),
    scheme: text((r) => r.scheme),
    method: text((r) => r.method),
    protocol: text((r) => r.protocol),
    headers: (r) => headers(r.requestHeaders),
    referer: requestHeaderNamed('referer'),
    useragent: requestHeaderNamed('user-agent'),
    id: requestHeaderNamed('x-request-id'),
    time: (r) => ({ kind: 'timestamp', ms: r.startEpochMs }),
    duration: (r) => lasted(r.startMs, r.endMs),
    size: (r) => r.bytesReceived,
    total_size: (r) => r.bytesReceived + requestHeadBytes(r),
  },
  response: {
    code: (r) => (r.responseCode === 0 ? undefined : r.responseCode),
    code_details: text((r) => r.responseCodeDetails),
    grpc_status: (r) => {
      const status = grpcStatusOf(r);
      return status === undefined ? undefined : Number(status);
    },
    headers: (r) => headers(r.responseHeaders),
    trailers: (r) => headers(r.responseTrailers),
    size: (r) => r.bytesSent,
    total_size: (r) => r.bytesSent + responseHeadBytes(r),
    backend_latency: (r) => lasted(r.upstreamTxStartMs, r.upstreamRxEndMs),
  },
  source: {
    address: text((r) => r.downstreamRemoteAddress),
    port: (r) => portOf(r.downstreamRemoteAddress),
  },
  destination: {
    address: text((r) => r.downstreamLocalAddress),
    port: (r) => portOf(r.downstreamLocalAddress),
  },
  connection: {
    id: (r) => r.connectionId,
    mtls: (r) => r.downstreamPeerSubject !== '' || r.downstreamPeerUriSan !== '',
    requested_server_name: text((r) => r.requestedServerName),
    tls_version: text((r) => r.downstreamTlsVersion),
    subject_peer_certificate: text((r) => r.downstreamPeerSubject),
    uri_san_local_certificate: text((r) => r.downstreamLocalUriSan),
    uri_san_peer_certificate: text((r) => r.downstreamPeerUriSan),
    termination_details: text((r) => r.connectionTerminationDetails),
  },
  upstream: {
    address: text((r) => r.upstreamHost),
    host: (r) => hostOf(r.upstreamHost),
    port: (r) => portOf(r.upstreamHost),
    local_address: text((r) => r.upstreamLocalAddress),
    tls_version: text((r) => r.upstreamTlsVersion),
    uri_san_peer_certificate: text((r) => r.upstreamPeerUriSan),
    transport_failure_reason: text((r) => r.upstreamTransportFailureReason),
    request_attempt_count: (r) => r.requestAttempts,
  },
  xds: {
    cluster_name: text((r) => r.upstreamCluster),
    cluster_metadata: (r) => celOf({ filter_metadata: r.clusterMetadata ?? {} }),
    route_name: text((r) => r.routeName),
    route_metadata: (r) => celOf({ filter_metadata: r.routeMetadata ?? {} }),
    upstream_host_metadata: (r) => celOf({ filter_metadata: r.upstreamMetadata ?? {} }),
    filter_chain_name: text((r) => r.filterChainName),
  },
  metadata: { filter_metadata: (r) => celOf(r.dynamicMetadata ?? {}) },
};

const NAMES = Object.fromEntries(Object.entries(ATTRIBUTES).map(([name, group]) => [name, Object.keys(group)]));

/** What the names of an expression stand for in one record. */
function attributesOf(record: AccessRecord): CelMap {
  return {
    kind: 'map',
    get: (name) => {
      const group = Object.hasOwn(ATTRIBUTES, name) ? ATTRIBUTES[name] : undefined;
      if (group === undefined) return undefined;
      return {
        kind: 'map',
        get: (key) => (Object.hasOwn(group, key) ? group[key]?.(record) : undefined),
        keys: () => Object.keys(group),
      };
    },
    keys: () => Object.keys(ATTRIBUTES),
  };
}

export function expression(source: string, at: string, compiling: FilterCompiling): RecordFilter {
  const condition = compileCel(source, NAMES);
  if (typeof condition !== 'function') return refuse(compiling, at, condition.problem);
  return (record) => condition(attributesOf(record));
}
