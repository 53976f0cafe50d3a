import { RequestMethod } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type {
  HealthCheck,
  HealthCheck_HttpHealthCheck,
  HealthCheck_Payload,
} from '@weft/xds/gen/envoy/config/core/v3/health_check_pb';
import { CodecClientType } from '@weft/xds/gen/envoy/type/v3/http_pb';
import type { Int64Range } from '@weft/xds/gen/envoy/type/v3/range_pb';
import type { Issues } from '../decode/issues.ts';
import { durationOr, metadataPairs } from '../decode/scalars.ts';
import { checkHeaderName, compileHeaderOps, compileOption, type HeaderOp, sealOps } from '../format/header-ops.ts';
import { compileStringMatch } from '../match/string-match.ts';
import type { HealthCheckConfig, HealthChecker } from './health-check.ts';

const DEFAULT_RESPONSE_BUFFER = 1024;
const METHODS_WITH_BODY: readonly string[] = ['POST', 'PUT', 'PATCH', 'OPTIONS'];

export function compileHealthCheck(message: HealthCheck, at: string, issues: Issues): HealthCheckConfig {
  const ms = (duration: Parameters<typeof durationOr>[0], or: number, field: string): number =>
    durationOr(duration, or, `${at}.${field}`, issues);
  const intervalMs = ms(message.interval, 0, 'interval');
  const timeoutMs = ms(message.timeout, 0, 'timeout');
  if (intervalMs <= 0) issues.error(`${at}.interval`, 'missing-field', 'is not given', 'more than zero');
  if (timeoutMs <= 0) issues.error(`${at}.timeout`, 'missing-field', 'is not given', 'more than zero');
  const unhealthyIntervalMs = ms(message.unhealthyInterval, intervalMs, 'unhealthy_interval');
  return {
    timeoutMs,
    intervalMs,
    initialJitterMs: ms(message.initialJitter, 0, 'initial_jitter'),
    intervalJitterMs: ms(message.intervalJitter, 0, 'interval_jitter'),
    intervalJitterPercent: message.intervalJitterPercent,
    unhealthyThreshold: threshold(message.unhealthyThreshold, `${at}.unhealthy_threshold`, issues),
    healthyThreshold: threshold(message.healthyThreshold, `${at}.healthy_threshold`, issues),
    // HealthCheck.no_traffic_interval: "The default value is 60 seconds"; the others default to what they refine.
    noTrafficIntervalMs: ms(message.noTrafficInterval, 60_000, 'no_traffic_interval'),
    noTrafficHealthyIntervalMs: ms(
      message.noTrafficHealthyInterval,
      ms(message.noTrafficInterval, 60_000, 'no_traffic_interval'),
      'no_traffic_healthy_interval',
    ),
    unhealthyIntervalMs,
    unhealthyEdgeIntervalMs: ms(message.unhealthyEdgeInterval, unhealthyIntervalMs, 'unhealthy_edge_interval'),
    healthyEdgeIntervalMs: ms(message.healthyEdgeInterval, intervalMs, 'healthy_edge_interval'),
    altPort: message.altPort,
    reuseConnection: message.reuseConnection ?? true,
    alpn: message.tlsOptions?.alpnProtocols ?? [],
    transportSocketMatch:
      message.transportSocketMatchCriteria === undefined
        ? undefined
        : metadataPairs(message.transportSocketMatchCriteria),
    check: compileChecker(message, at, issues),
  };
}

function threshold(value: number | undefined, at: string, issues: Issues): number {
  if (value === undefined) issues.error(at, 'missing-field', 'is not given', 'at least 1');
  return Math.max(1, value ?? 1);
}

function compileChecker(message: HealthCheck, at: string, issues: Issues): HealthChecker {
  const form = message.healthChecker;
  switch (form.case) {
    case 'httpHealthCheck':
      return compileHttp(form.value, `${at}.http_health_check`, issues);
    case 'tcpHealthCheck': {
      const where = `${at}.tcp_health_check`;
      const { send, receive } = form.value;
      return {
        kind: 'tcp',
        send: send === undefined ? undefined : payload(send, `${where}.send`, issues),
        receive: receive.map((part, i) => payload(part, `${where}.receive[${i}]`, issues)),
      };
    }
    case 'grpcHealthCheck': {
      const { serviceName, authority, initialMetadata } = form.value;
      const where = `${at}.grpc_health_check.initial_metadata`;
      const metadata = initialMetadata.map((option, i): HeaderOp => {
        const op = compileOption(option, `${where}[${i}]`, issues);
        checkHeaderName(op.name, `${where}[${i}].header.key`, 'modified', issues);
        return op;
      });
      return { kind: 'grpc', service: serviceName, authority, metadata: sealOps([metadata]) };
    }
    default:
      issues.error(
        at,
        'missing-field',
        'says what to check nowhere',
        'one of http_health_check, tcp_health_check, grpc_health_check',
      );
      return { kind: 'tcp', send: undefined, receive: [] };
  }
}

function compileHttp(http: HealthCheck_HttpHealthCheck, where: string, issues: Issues): HealthChecker {
  if (http.path === '') issues.error(`${where}.path`, 'missing-field', 'is empty', 'a path');
  const codec = http.codecClientType;
  if (codec === CodecClientType.HTTP3)
    issues.error(`${where}.codec_client_type`, 'unsupported-field', 'HTTP/3 is not supported');
  const method = http.method === RequestMethod.METHOD_UNSPECIFIED ? 'GET' : (RequestMethod[http.method] ?? 'GET');
  if (http.send !== undefined && !METHODS_WITH_BODY.includes(method))
    issues.error(`${where}.send`, 'invalid-value', `${method} has no body`, METHODS_WITH_BODY.join(', '));
  const receive = http.receive.map((part, i) => payload(part, `${where}.receive[${i}]`, issues));
  const responseBufferBytes = Number(http.responseBufferSize ?? BigInt(DEFAULT_RESPONSE_BUFFER)) || Infinity;
  if (receive.reduce((sum, { length }) => sum + length, 0) > responseBufferBytes)
    issues.error(`${where}.receive`, 'invalid-value', 'is longer than `response_buffer_size`', 'what fits into it');
  return {
    kind: 'http',
    host: http.host,
    path: http.path,
    method,
    http2: codec === CodecClientType.HTTP2,
    expected: http.expectedStatuses.length === 0 ? [[200, 201]] : http.expectedStatuses.map(statusRange),
    retriable: http.retriableStatuses.map(statusRange),
    requestHeaders: sealOps([
      compileHeaderOps(http.requestHeadersToAdd, http.requestHeadersToRemove, where, 'request', issues),
    ]),
    send: http.send === undefined ? undefined : payload(http.send, `${where}.send`, issues),
    receive,
    responseBufferBytes,
    serviceName:
      http.serviceNameMatcher === undefined
        ? undefined
        : compileStringMatch(http.serviceNameMatcher, `${where}.service_name_matcher`, issues),
  };
}

function statusRange(range: Int64Range): readonly [number, number] {
  return [Number(range.start), Number(range.end)];
}

/** `text` is hex (HealthCheck.Payload). */
function payload(message: HealthCheck_Payload, at: string, issues: Issues): Uint8Array {
  const form = message.payload;
  if (form.case === 'binary') return form.value;
  const hex = form.case === 'text' ? form.value : '';
  if (hex === '' || hex.length % 2 !== 0 || !/^[0-9a-fA-F]+$/.test(hex)) {
    issues.error(at, 'invalid-value', `\`${hex}\``, 'pairs of hexadecimal digits');
    return new Uint8Array();
  }
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
