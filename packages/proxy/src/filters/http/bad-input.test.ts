/** Requests that mean no good, through every filter at once: each is answered or forwarded, none breaks a filter or the proxy. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, seededRandom, systemClock } from '@weft/base';
import {
  ADMIN,
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  onRoute,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../testing/harness.ts';

const ALWAYS = { default_value: { numerator: 100 } };
const FILTERS = [
  httpFilterConfig('grpc_web.v3.GrpcWeb', {}),
  httpFilterConfig('grpc_stats.v3.FilterConfig', { stats_for_all_methods: true, emit_filter_state: true }),
  httpFilterConfig('cors.v3.Cors', {}),
  httpFilterConfig('fault.v3.HTTPFault', {
    delay: { header_delay: {}, percentage: { numerator: 1 } },
    abort: { header_abort: {}, percentage: { numerator: 50 } },
  }),
  httpFilterConfig('health_check.v3.HealthCheck', {
    pass_through_mode: false,
    headers: [{ name: ':path', string_match: { exact: '/health' } }],
  }),
  httpFilterConfig('local_ratelimit.v3.LocalRateLimit', {
    stat_prefix: 'limit',
    token_bucket: { max_tokens: 100_000, tokens_per_fill: 1, fill_interval: '1s' },
    filter_enabled: ALWAYS,
    filter_enforced: ALWAYS,
    enable_x_ratelimit_headers: 'DRAFT_VERSION_03',
  }),
  httpFilterConfig('buffer.v3.Buffer', { max_request_bytes: 64 }),
  httpFilterConfig('compressor.v3.Compressor', {
    compressor_library: {
      name: 'gzip',
      typed_config: { '@type': 'type.googleapis.com/envoy.extensions.compression.gzip.compressor.v3.Gzip' },
    },
  }),
  ROUTER,
];

/** Names that filters look at, with values that suit none of them. */
const NAMES = [
  'content-type',
  'accept',
  'accept-encoding',
  'origin',
  'access-control-request-method',
  'access-control-request-headers',
  'grpc-timeout',
  'grpc-status',
  'te',
  'x-envoy-fault-delay-request',
  'x-envoy-fault-delay-request-percentage',
  'x-envoy-fault-abort-request',
  'x-envoy-fault-abort-request-percentage',
  'x-envoy-fault-abort-grpc-request',
  'x-envoy-max-retries',
  'x-envoy-retry-on',
  'x-request-id',
  'x-forwarded-for',
  'x-forwarded-proto',
  'cookie',
] as const;
const VALUES = [
  '',
  '*',
  ',',
  '-1',
  '0',
  '1e309',
  '99999999999999999999',
  'NaN',
  '[object Object]',
  '__proto__',
  'constructor',
  'application/grpc',
  'application/grpc-web',
  'application/grpc-web-text',
  'application/grpc-web-text+proto',
  'gzip;q=9, *;q=0, ;;',
  '"\\',
  '%00%ff%',
  '\u00fc\u00ff',
  'http://[',
  '1.2.3.4, ::1, x',
  '9'.repeat(400),
  ','.repeat(300),
] as const;
const PATHS = [
  '/',
  '/health',
  '/a/b',
  '//',
  '/%',
  '/?&&==',
  '/__proto__/toString',
  '/test.Echo/Unary?x',
  '/../..',
  '/cors',
];

function oneOf<T>(list: readonly T[], random: Random): T {
  return list[random.below(list.length)]!;
}

function request(random: Random): string {
  const method = oneOf(['GET', 'POST', 'OPTIONS', 'HEAD', 'PUT'], random);
  let text = `${method} ${oneOf(PATHS, random)} HTTP/1.1\r\nHost: x\r\n`;
  for (let i = random.below(7); i > 0; i--) text += `${oneOf(NAMES, random)}: ${oneOf(VALUES, random)}\r\n`;
  if (method !== 'POST' && method !== 'PUT') return `${text}\r\n`;
  let body = '';
  for (let i = random.below(80); i > 0; i--) body += String.fromCharCode(random.below(256));
  return `${text}Content-Length: ${body.length}\r\n\r\n${body}`;
}

test('no request breaks a filter', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (!soFar.includes('\r\n\r\n')) return;
    socket.end(
      `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nconnection: close\r\ncontent-length: 40\r\n\r\n${'x'.repeat(40)}`,
    );
  });
  const policy = { allow_origin_string_match: [{ prefix: 'http' }], allow_methods: '*', allow_headers: '*' };
  const routes = [
    { match: { prefix: '/cors' }, route: { cluster: 'backend' }, ...onRoute('cors.v3.CorsPolicy', policy) },
    { match: { prefix: '/' }, route: { cluster: 'backend', max_stream_duration: { grpc_timeout_header_max: '1s' } } },
  ];
  await using proxy = await startProxy(
    [httpListener(routes, { http_filters: FILTERS })],
    [staticCluster('backend', [upstream.port])],
    systemClock,
    [],
    ADMIN,
  );
  const random = seededRandom(20_26);
  for (let i = 0; i < 400; i++) {
    const sent = request(random);
    const answer = await exchangeOnce(proxy.port, sent);
    assert.match(answer, /^HTTP\/1\.1 [2-5]\d\d /, JSON.stringify(sent));
    assert.doesNotMatch(answer, /FILTER_FAULT/, JSON.stringify(sent));
  }
});
