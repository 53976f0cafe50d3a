/**
 * Envoy's access-log command operators (docs: configuration/observability/access_log/usage).
 * in: an operator's name and argument   out: a function from AccessRecord to its value
 */
import type { AccessRecord } from '../access-record.ts';
import { bytesOfHeaders, requestHeadBytes, responseHeadBytes } from '../head-bytes.ts';
import { camelGrpcStatus, grpcStatusOf, snakeGrpcStatus } from './grpc-status.ts';
import { headerOf } from './header-of.ts';
import { requestHeader } from './headers.ts';
import { filterStateOperator, metadata, typedMetadata } from './metadata-operators.ts';
import { type OperatorFactory as Factory, plain } from './operator.ts';
import { pathOperator, queryParameter } from './path-operators.ts';
import { longResponseFlags } from './response-flags.ts';
import { compileTimeFormat, isoTime } from './start-time.ts';

/** The address without its port: `10.0.0.1:80` → `10.0.0.1`, `[::1]:80` → `::1`. */
function withoutPort(address: string): string {
  const colon = address.lastIndexOf(':');
  if (colon === -1) return address;
  const host = address.slice(0, colon);
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
}

function portOf(address: string): number | undefined {
  const port = address.slice(address.lastIndexOf(':') + 1);
  return /^\d+$/.test(port) ? Number(port) : undefined;
}

/** Whole milliseconds between two points, when both were reached. */
function between(from: number, to: number): number | undefined {
  return from < 0 || to < 0 ? undefined : Math.max(0, Math.floor(to - from));
}

type HeaderSource = (record: AccessRecord, name: string) => string | undefined;

const responseHeader: HeaderSource = (record, name) =>
  name === ':status'
    ? record.responseCode === 0
      ? undefined
      : String(record.responseCode)
    : headerOf(record.responseHeaders, name);
const trailer: HeaderSource = (record, name) => headerOf(record.responseTrailers, name);

/** `(X?Y)`: header X, or Y when X is missing. */
function header(source: HeaderSource, edit: (value: string) => string = (value) => value): Factory {
  return (argument) => {
    const [first, second, ...more] = (argument ?? '').toLowerCase().split('?');
    if (first === undefined || first === '' || second === '' || more.length > 0) {
      return { problem: 'needs a header name: (NAME) or (NAME?ALTERNATIVE)' };
    }
    return (record) => {
      const value = source(record, first) ?? (second === undefined ? undefined : source(record, second));
      return value === undefined ? undefined : edit(value);
    };
  };
}

function dropQuery(path: string): string {
  const mark = path.indexOf('?');
  return mark === -1 ? path : path.slice(0, mark);
}

const startTime: Factory = (argument) => {
  if (argument === undefined) return (record) => isoTime(record.startEpochMs);
  const format = compileTimeFormat(argument);
  if (typeof format !== 'function') return { problem: `time format has an unknown conversion ${format.unknown}` };
  return (record) => format(record.startEpochMs);
};

const grpcStatus: Factory = (argument = 'CAMEL_STRING') => {
  const forms: Readonly<Record<string, (code: string) => string | number>> = {
    CAMEL_STRING: camelGrpcStatus,
    SNAKE_STRING: snakeGrpcStatus,
    NUMBER: Number,
  };
  const form = forms[argument];
  if (form === undefined) return { problem: `(${argument}) is none of ${Object.keys(forms).join(', ')}` };
  return (record) => {
    const code = grpcStatusOf(record);
    return code === undefined ? undefined : form(code);
  };
};

/** Points in time of an exchange by Envoy's names (docs: access_log, %COMMON_DURATION%). */
const TIME_POINTS: Readonly<Record<string, (record: AccessRecord) => number>> = {
  DS_RX_BEG: (r) => r.startMs,
  DS_RX_END: (r) => r.requestEndMs,
  US_TX_BEG: (r) => r.upstreamTxStartMs,
  US_TX_END: (r) => r.upstreamTxEndMs,
  US_RX_BEG: (r) => r.upstreamRxStartMs,
  US_RX_END: (r) => r.upstreamRxEndMs,
  DS_TX_END: (r) => r.endMs,
};
const PRECISION: Readonly<Record<string, number>> = { ms: 1, us: 1e3, ns: 1e6 };

/** `(FROM:TO:ms|us|ns)`. */
const commonDuration: Factory = (argument = '') => {
  const [fromName = '', toName = '', unit = '', ...more] = argument.split(':');
  const from = TIME_POINTS[fromName];
  const to = TIME_POINTS[toName];
  const scale = PRECISION[unit];
  if (from === undefined || to === undefined || scale === undefined || more.length > 0)
    return { problem: `needs (FROM:TO:ms|us|ns) with two of ${Object.keys(TIME_POINTS).join(', ')}` };
  return (record) => {
    const start = from(record);
    const end = to(record);
    return start < 0 || end < 0 ? undefined : Math.max(0, Math.floor((end - start) * scale));
  };
};

/** `(NAME)`: a variable of the process, read when the configuration arrives. */
const environment: Factory = (argument = '', context) => {
  if (argument === '') return { problem: 'needs the name of a variable: (NAME)' };
  const value = context.environment(argument);
  return () => value;
};

/** Every operator this proxy prints. One that is not here is refused by name when the configuration arrives. */
export const OPERATORS: Readonly<Record<string, Factory>> = {
  START_TIME: startTime,
  REQ: header(requestHeader),
  REQ_WITHOUT_QUERY: header(requestHeader, dropQuery),
  RESP: header(responseHeader),
  TRAILER: header(trailer),
  PROTOCOL: plain((r) => r.protocol),
  UPSTREAM_PROTOCOL: plain((r) => r.upstreamProtocol),
  RESPONSE_CODE: plain((r) => r.responseCode),
  RESPONSE_CODE_DETAILS: plain((r) => r.responseCodeDetails.replaceAll(' ', '_')),
  CONNECTION_TERMINATION_DETAILS: plain((r) => r.connectionTerminationDetails),
  UPSTREAM_TRANSPORT_FAILURE_REASON: plain((r) => r.upstreamTransportFailureReason),
  RESPONSE_FLAGS: plain((r) => r.responseFlags),
  RESPONSE_FLAGS_LONG: plain((r) => longResponseFlags(r.responseFlags)),
  BYTES_RECEIVED: plain((r) => r.bytesReceived),
  BYTES_SENT: plain((r) => r.bytesSent),
  REQUEST_HEADERS_BYTES: plain(requestHeadBytes),
  RESPONSE_HEADERS_BYTES: plain(responseHeadBytes),
  RESPONSE_TRAILERS_BYTES: plain((r) => bytesOfHeaders(r.responseTrailers)),
  UPSTREAM_REQUEST_ATTEMPT_COUNT: plain((r) => r.requestAttempts),
  DURATION: plain((r) => between(r.startMs, r.endMs)),
  REQUEST_DURATION: plain((r) => between(r.startMs, r.requestEndMs)),
  REQUEST_TX_DURATION: plain((r) => between(r.startMs, r.upstreamTxEndMs)),
  RESPONSE_DURATION: plain((r) => between(r.startMs, r.upstreamRxStartMs)),
  RESPONSE_TX_DURATION: plain((r) => between(r.upstreamRxStartMs, r.endMs)),
  UPSTREAM_HOST: plain((r) => r.upstreamHost),
  UPSTREAM_REMOTE_ADDRESS: plain((r) => r.upstreamHost),
  UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: plain((r) => withoutPort(r.upstreamHost)),
  UPSTREAM_REMOTE_PORT: plain((r) => portOf(r.upstreamHost)),
  UPSTREAM_CLUSTER: plain((r) => r.upstreamClusterStatName || r.upstreamCluster),
  UPSTREAM_CLUSTER_RAW: plain((r) => r.upstreamCluster),
  UPSTREAM_LOCAL_ADDRESS: plain((r) => r.upstreamLocalAddress),
  UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: plain((r) => withoutPort(r.upstreamLocalAddress)),
  UPSTREAM_LOCAL_PORT: plain((r) => portOf(r.upstreamLocalAddress)),
  UPSTREAM_PEER_URI_SAN: plain((r) => r.upstreamPeerUriSan),
  UPSTREAM_LOCAL_URI_SAN: plain((r) => r.upstreamLocalUriSan),
  UPSTREAM_TLS_VERSION: plain((r) => r.upstreamTlsVersion),
  DOWNSTREAM_LOCAL_ADDRESS: plain((r) => r.downstreamLocalAddress),
  DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT: plain((r) => withoutPort(r.downstreamLocalAddress)),
  DOWNSTREAM_LOCAL_PORT: plain((r) => portOf(r.downstreamLocalAddress)),
  DOWNSTREAM_REMOTE_ADDRESS: plain((r) => r.downstreamRemoteAddress),
  DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT: plain((r) => withoutPort(r.downstreamRemoteAddress)),
  DOWNSTREAM_REMOTE_PORT: plain((r) => portOf(r.downstreamRemoteAddress)),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS: plain((r) => r.downstreamDirectRemoteAddress),
  DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT: plain((r) => withoutPort(r.downstreamDirectRemoteAddress)),
  DOWNSTREAM_DIRECT_REMOTE_PORT: plain((r) => portOf(r.downstreamDirectRemoteAddress)),
  DOWNSTREAM_PEER_URI_SAN: plain((r) => r.downstreamPeerUriSan),
  DOWNSTREAM_LOCAL_URI_SAN: plain((r) => r.downstreamLocalUriSan),
  DOWNSTREAM_PEER_SUBJECT: plain((r) => r.downstreamPeerSubject),
  DOWNSTREAM_TLS_VERSION: plain((r) => r.downstreamTlsVersion),
  DOWNSTREAM_TLS_CIPHER: plain((r) => r.downstreamTlsCipher),
  REQUESTED_SERVER_NAME: plain((r) => r.requestedServerName),
  ROUTE_NAME: plain((r) => r.routeName),
  VIRTUAL_CLUSTER_NAME: plain((r) => r.virtualCluster),
  FILTER_CHAIN_NAME: plain((r) => r.filterChainName),
  CONNECTION_ID: plain((r) => r.connectionId),
  GRPC_STATUS: grpcStatus,
  GRPC_STATUS_NUMBER: (_argument, context) => grpcStatus('NUMBER', context),
  HOSTNAME: (argument, context) => plain(() => context.hostname)(argument, context),
  ENVIRONMENT: environment,
  STREAM_ID: plain((r) => headerOf(r.requestHeaders, 'x-request-id')),
  PATH: pathOperator,
  QUERY_PARAM: queryParameter,
  ACCESS_LOG_TYPE: plain((r) => (r.protocol === '' ? 'TcpConnectionEnd' : 'DownstreamEnd')),
  COMMON_DURATION: commonDuration,
  DYNAMIC_METADATA: metadata('DYNAMIC_METADATA'),
  CLUSTER_METADATA: metadata('CLUSTER_METADATA'),
  UPSTREAM_METADATA: metadata('UPSTREAM_METADATA'),
  METADATA: typedMetadata,
  FILTER_STATE: filterStateOperator,
};
