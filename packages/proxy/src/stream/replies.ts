/**
 * Every answer this proxy makes itself, in one table: status, Envoy's response flag and details, the body, whether a try that failed so may be
 * repeated. The code goes out as `x-weft-error`. A new code does not compile until someone decides its reply.
 */

export interface Reply {
  readonly status: number;
  /** Envoy's short flag (docs: access log, RESPONSE_FLAGS); empty for none. */
  readonly flag: string;
  /** Envoy's RESPONSE_CODE_DETAILS. */
  readonly details: string;
  readonly body: string;
  /** `always`: nothing reached the upstream. `if-policy`: the route's retry policy decides. */
  readonly retry: 'never' | 'if-policy' | 'always';
}

function reply(status: number, flag: string, details: string, body: string, retry: Reply['retry'] = 'never'): Reply {
  return { status, flag, details, body, retry };
}

export const REPLY_CODES = [
  'ROUTE_NOT_FOUND',
  'NON_FORWARDING_ROUTE',
  'NO_CLUSTER',
  'NO_HEALTHY_UPSTREAM',
  'DROP_OVERLOAD',
  'UPSTREAM_OVERFLOW',
  'CONNECT_FAILURE',
  'CONNECT_TIMEOUT',
  'DNS_FAILURE',
  'UPSTREAM_RESET',
  'UPSTREAM_STREAM_RESET',
  'UPSTREAM_REFUSED_STREAM',
  'UPSTREAM_PROTOCOL_ERROR',
  'UPSTREAM_TIMEOUT',
  'PER_TRY_TIMEOUT',
  'PER_TRY_IDLE_TIMEOUT',
  'UPSTREAM_DURATION_TIMEOUT',
  'STREAM_IDLE_TIMEOUT',
  'REQUEST_TIMEOUT',
  'REQUEST_HEADERS_TIMEOUT',
  'DURATION_TIMEOUT',
  'REQUEST_TOO_LARGE',
  'PROTOCOL_ERROR',
  'HEAD_TOO_LARGE',
  'UNSUPPORTED_VERSION',
  'UNSUPPORTED_CODING',
  'HTTP10_REFUSED',
  'MISSING_HOST',
  'BAD_PATH',
  'PATH_REDIRECT',
  'BAD_HEADER',
  'UPGRADE_REFUSED',
  'CONNECT_REFUSED',
  'FAULT_ABORT',
  'BAD_GRPC_WEB',
  'CORS_PREFLIGHT',
  'DIRECT_RESPONSE',
  'REDIRECT',
  'TLS_REQUIRED',
  'LOCAL_RATE_LIMITED',
  'RATE_LIMITED',
  'RATE_LIMITER_ERROR',
  'HEALTH_CHECK',
  'HEALTH_CHECK_FAILED',
  'OVERLOADED',
  'FILTER_FAULT',
] as const;
export type ReplyCode = (typeof REPLY_CODES)[number];

export const REPLIES: Readonly<Record<ReplyCode, Reply>> = {
  ROUTE_NOT_FOUND: reply(404, 'NR', 'route_not_found', ''),
  NON_FORWARDING_ROUTE: reply(404, 'NR', 'route_not_found', 'this route is not meant for a proxy'),
  NO_CLUSTER: reply(503, 'NC', 'cluster_not_found', ''),
  NO_HEALTHY_UPSTREAM: reply(503, 'UH', 'no_healthy_upstream', 'no healthy upstream'),
  DROP_OVERLOAD: reply(503, 'UO', 'drop_overload', 'drop overload'),
  UPSTREAM_OVERFLOW: reply(
    503,
    'UO',
    'upstream_reset_before_response_started{overflow}',
    'upstream connect error or disconnect/reset before headers. reset reason: overflow',
  ),
  CONNECT_FAILURE: reply(
    503,
    'UF',
    'upstream_reset_before_response_started{remote_connection_failure}',
    'upstream connect error or disconnect/reset before headers. reset reason: remote connection failure',
    'always',
  ),
  CONNECT_TIMEOUT: reply(
    503,
    'UF',
    'upstream_reset_before_response_started{connection_timeout}',
    'upstream connect error or disconnect/reset before headers. reset reason: connection timeout',
    'always',
  ),
  // Envoy's dynamic forward proxy answers so before the router, which could try again, has the request.
  DNS_FAILURE: reply(503, 'DF', 'dns_resolution_failure', 'DNS resolution failure'),
  UPSTREAM_RESET: reply(
    503,
    'UC',
    'upstream_reset_before_response_started{connection_termination}',
    'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    'if-policy',
  ),
  UPSTREAM_STREAM_RESET: reply(
    503,
    'UR',
    'upstream_reset_before_response_started{remote_reset}',
    'upstream connect error or disconnect/reset before headers. reset reason: remote reset',
    'if-policy',
  ),
  UPSTREAM_REFUSED_STREAM: reply(
    503,
    'UR',
    'upstream_reset_before_response_started{remote_refused_stream_reset}',
    'upstream connect error or disconnect/reset before headers. reset reason: remote refused stream reset',
    'always',
  ),
  UPSTREAM_PROTOCOL_ERROR: reply(
    502,
    'UPE',
    'upstream_reset_before_response_started{protocol_error}',
    'upstream connect error or disconnect/reset before headers. reset reason: protocol error',
    'if-policy',
  ),
  UPSTREAM_TIMEOUT: reply(504, 'UT', 'response_timeout', 'upstream request timeout'),
  PER_TRY_TIMEOUT: reply(504, 'UT', 'upstream_per_try_timeout', 'upstream request timeout', 'if-policy'),
  PER_TRY_IDLE_TIMEOUT: reply(504, 'UT', 'upstream_per_try_idle_timeout', 'upstream request timeout', 'if-policy'),
  UPSTREAM_DURATION_TIMEOUT: reply(
    504,
    'UMSDR',
    'upstream_max_stream_duration_reached',
    'upstream max stream duration reached',
  ),
  STREAM_IDLE_TIMEOUT: reply(408, 'SI', 'stream_idle_timeout', 'stream timeout'),
  REQUEST_TIMEOUT: reply(408, 'DT', 'request_overall_timeout', 'request timeout'),
  REQUEST_HEADERS_TIMEOUT: reply(408, 'DT', 'request_header_timeout', 'request header timeout'),
  DURATION_TIMEOUT: reply(408, 'DT', 'max_duration_timeout', 'downstream duration timeout'),
  REQUEST_TOO_LARGE: reply(413, '', 'request_payload_too_large', 'Payload Too Large'),
  PROTOCOL_ERROR: reply(400, 'DPE', 'http1.codec_error', 'Bad Request'),
  HEAD_TOO_LARGE: reply(431, 'DPE', 'request_headers_too_large', 'Request Header Fields Too Large'),
  UNSUPPORTED_VERSION: reply(505, 'DPE', 'http1.unsupported_version', 'HTTP Version Not Supported'),
  UNSUPPORTED_CODING: reply(501, 'DPE', 'http1.invalid_transfer_encoding', 'Not Implemented'),
  HTTP10_REFUSED: reply(426, 'DPE', 'low_version', ''),
  MISSING_HOST: reply(400, 'DPE', 'missing_host_header', 'Bad Request'),
  BAD_PATH: reply(400, 'DPE', 'path_normalization_failed', 'Bad Request'),
  PATH_REDIRECT: reply(307, '', 'path_normalization_redirect', ''),
  BAD_HEADER: reply(400, 'DPE', 'unexpected_underscore', 'Bad Request'),
  UPGRADE_REFUSED: reply(403, '', 'upgrade_failed', ''),
  CONNECT_REFUSED: reply(404, 'NR', 'connect_not_supported', 'CONNECT is not supported here'),
  FAULT_ABORT: reply(503, 'FI', 'fault_filter_abort', 'fault filter abort'),
  BAD_GRPC_WEB: reply(400, '', 'grpc_base_64_decode_failed', 'Bad gRPC-web request, invalid base64 data.'),
  CORS_PREFLIGHT: reply(200, '', 'cors_response', ''),
  DIRECT_RESPONSE: reply(200, '', 'direct_response', ''),
  REDIRECT: reply(301, '', 'direct_response', ''),
  TLS_REQUIRED: reply(301, '', 'direct_response', ''),
  LOCAL_RATE_LIMITED: reply(429, 'RL', 'local_rate_limited', 'local_rate_limited'),
  RATE_LIMITED: reply(429, 'RL', 'request_rate_limited', ''),
  RATE_LIMITER_ERROR: reply(500, 'RLSE', 'rate_limiter_error', ''),
  HEALTH_CHECK: reply(200, '', 'health_check_ok', ''),
  HEALTH_CHECK_FAILED: reply(503, 'LH', 'health_check_failed', ''),
  OVERLOADED: reply(503, 'OM', 'overload', 'overloaded'),
  FILTER_FAULT: reply(500, '', 'filter_exception', 'Internal Server Error'),
};

/** Timeouts for which the client is to blame while it still owes a part of its request (Envoy, maybeRequestTimeoutCode). */
const TIMEOUTS: ReadonlySet<ReplyCode> = new Set<ReplyCode>([
  'STREAM_IDLE_TIMEOUT',
  'REQUEST_TIMEOUT',
  'DURATION_TIMEOUT',
  'UPSTREAM_DURATION_TIMEOUT',
]);

/** The status of a reply with `code`: that of its row, or for timeouts 408 and 504 according to whose turn it was. */
export function statusOfReply(code: ReplyCode, requestDone: boolean): number {
  if (!TIMEOUTS.has(code)) return REPLIES[code].status;
  return requestDone ? 504 : 408;
}

/** Codes whose gRPC status is another than their HTTP status stands for (Envoy, onStreamMaxDurationReached). */
const GRPC_STATUS: Readonly<Partial<Record<ReplyCode, number>>> = { DURATION_TIMEOUT: 4 };

export function grpcStatusOfReply(code: ReplyCode): number | undefined {
  return GRPC_STATUS[code];
}

/** Codes that are answers in their own right, not errors: they carry no `x-weft-error`. */
const NOT_ERRORS: ReadonlySet<ReplyCode> = new Set<ReplyCode>([
  'CORS_PREFLIGHT',
  'HEALTH_CHECK',
  'DIRECT_RESPONSE',
  'REDIRECT',
  'PATH_REDIRECT',
  'TLS_REQUIRED',
]);

export function isError(code: ReplyCode): boolean {
  return !NOT_ERRORS.has(code);
}

/** The body for a request whose last try failed so, worded as Envoy words it: a reset after other tries says that there were some. */
export function bodyOfFailure(code: ReplyCode, attempts: number): string {
  const { body } = REPLIES[code];
  return attempts > 1 ? body.replace('reset reason:', 'retried and the latest reset reason:') : body;
}
