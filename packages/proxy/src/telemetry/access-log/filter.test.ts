import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRegistry, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { type Issue, seededRandom } from '@weft/base';
import { AccessLogFilterSchema } from '@weft/xds/gen/envoy/config/accesslog/v3/accesslog_pb';
import { ExpressionFilterSchema } from '@weft/xds/gen/envoy/extensions/access_loggers/filters/cel/v3/cel_pb';
import { AccessRecord } from '../access-record.ts';
import { compileFilter } from './filter.ts';
import type { RecordFilter } from './record-filter.ts';

const registry = createRegistry(ExpressionFilterSchema);

function compile(json: JsonObject): { readonly filter: RecordFilter; readonly problems: readonly string[] } {
  const issues: Issue[] = [];
  const message = fromJson(AccessLogFilterSchema, json, { registry });
  const filter = compileFilter(message, 'filter', { random: seededRandom(1), issues });
  return { filter, problems: issues.map(({ at, message: text }) => `${at}: ${text}`) };
}

function record(more: Partial<AccessRecord> = {}): AccessRecord {
  return Object.assign(new AccessRecord(), {
    protocol: 'HTTP/1.1',
    path: '/orders?id=1',
    authority: 'shop',
    responseCode: 503,
    startMs: 0,
    endMs: 250,
    requestHeaders: ['x-request-id', '0000002a-aaaa-4aaa-8aaa-aaaaaaaaaaaa', 'x-user', 'ann'],
    dynamicMetadata: { 'envoy.common': { access_log_hint: true, score: 7, tags: ['a', 'b'] } },
    ...more,
  });
}

function expression(text: string): JsonObject {
  const type = 'type.googleapis.com/envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter';
  return { extension_filter: { name: 'cel', typed_config: { '@type': type, expression: text } } };
}

function metadata(key: string, value: JsonObject, more: JsonObject = {}): JsonObject {
  const matcher = { filter: 'envoy.common', path: [{ key }], value };
  return { metadata_filter: { matcher, ...more } };
}

test('each filter keeps what it names and drops the rest', () => {
  const cases: readonly (readonly [JsonObject, Partial<AccessRecord>, Partial<AccessRecord>])[] = [
    [{ not_health_check_filter: {} }, {}, { healthCheck: true }],
    [{ header_filter: { header: { name: 'x-user', string_match: { exact: 'ann' } } } }, {}, { requestHeaders: [] }],
    [{ header_filter: { header: { name: ':path', string_match: { prefix: '/orders' } } } }, {}, { path: '/x' }],
    [{ grpc_status_filter: { statuses: ['UNAVAILABLE'] } }, {}, { responseTrailers: ['grpc-status', '0'] }],
    [{ grpc_status_filter: { statuses: ['OK'], exclude: true } }, {}, { responseTrailers: ['grpc-status', '0'] }],
    [{ log_type_filter: { types: ['DownstreamEnd'] } }, {}, { protocol: '' }],
    [{ log_type_filter: { types: ['DownstreamEnd'], exclude: true } }, { protocol: '' }, {}],
    [
      metadata('access_log_hint', { bool_match: true }),
      {},
      { dynamicMetadata: { 'envoy.common': { access_log_hint: false } } },
    ],
    [
      metadata('score', { double_match: { range: { start: 7, end: 8 } } }, { match_if_key_not_found: false }),
      {},
      { dynamicMetadata: undefined },
    ],
    [
      metadata('tags', { list_match: { one_of: { string_match: { exact: 'b' } } } }),
      {},
      { dynamicMetadata: { 'envoy.common': { tags: ['c'] } } },
    ],
    [
      { duration_filter: { comparison: { op: 'GE', value: { default_value: 250, runtime_key: 'x' } } } },
      {},
      { endMs: 249 },
    ],
    [expression('response.code >= 400'), {}, { responseCode: 200 }],
    [expression('request.url_path == "/orders" && request.headers["x-user"] == "ann"'), {}, { requestHeaders: [] }],
    [
      expression('connection.mtls && source.port > 1000'),
      { downstreamPeerUriSan: 'spiffe://a', downstreamRemoteAddress: '10.0.0.1:4000' },
      {},
    ],
    [expression('request.duration > duration("200ms") || xds.cluster_name.startsWith("outbound")'), {}, { endMs: 1 }],
    [expression('metadata.filter_metadata["envoy.common"].score > 6'), {}, { dynamicMetadata: undefined }],
    [
      expression('xds.cluster_metadata.filter_metadata.istio.services[0].name == "orders"'),
      { clusterMetadata: { istio: { services: [{ name: 'orders' }] } } },
      {},
    ],
    [
      expression('!has(response.grpc_status) || response.grpc_status != 0'),
      {},
      { responseTrailers: ['grpc-status', '0'] },
    ],
  ];
  for (const [json, kept, dropped] of cases) {
    const { filter, problems } = compile(json);
    assert.deepEqual(problems, []);
    assert.ok(filter(record(kept)), `keeps: ${JSON.stringify(json)}`);
    assert.ok(!filter(record(dropped)), `drops: ${JSON.stringify(json)}`);
  }
});

test('a share of requests is the same share on every proxy that sees their ids', () => {
  const share = { runtime_filter: { runtime_key: 'x', percent_sampled: { numerator: 43 } } };
  assert.ok(compile(share).filter(record()), '0x2a is 42, below 43');
  const less = { runtime_filter: { runtime_key: 'x', percent_sampled: { numerator: 42 } } };
  assert.ok(!compile(less).filter(record()));
  const { filter } = compile({ runtime_filter: { ...less.runtime_filter, use_independent_randomness: true } });
  let kept = 0;
  for (let i = 0; i < 1000; i++) if (filter(record())) kept++;
  assert.ok(kept > 340 && kept < 500, String(kept));
});

test('what cannot be decided is said where it stands', () => {
  const cases: readonly (readonly [JsonObject, string])[] = [
    [{ traceable_filter: {} }, 'filter: this proxy cannot decide traceableFilter'],
    [
      { and_filter: { filters: [{ header_filter: {} }] } },
      'filter.and_filter.filters[0].header_filter.header: is missing',
    ],
    [metadata('x', {}), 'filter.metadata_filter.matcher.value: says nothing about the value'],
    [expression('request.pth == ""'), 'filter.extension_filter.typed_config.expression: request has no pth'],
    [expression('response.code >='), 'filter.extension_filter.typed_config.expression: found `the end`'],
    [{ response_flag_filter: { flags: ['UX'] } }, 'filter.response_flag_filter.flags: UX is no response flag'],
  ];
  for (const [json, problem] of cases) {
    const { problems } = compile(json);
    assert.equal(problems[0]?.slice(0, problem.length), problem);
  }
});
