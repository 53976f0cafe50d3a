import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { AccessRecord } from '../access-record.ts';
import { DEFAULT_FORMAT, parseFormat, textWriter } from './format.ts';
import { compileJsonFormat } from './json-format.ts';

const CONTEXT = {
  hostname: 'box',
  random: seededRandom(1),
  environment: (name: string) => (name === 'POD' ? 'orders-1' : undefined),
};

function record(fields: Partial<AccessRecord> = {}): AccessRecord {
  return Object.assign(new AccessRecord(), {
    startEpochMs: Date.UTC(2016, 3, 15, 20, 17, 0, 310),
    startMs: 1000,
    endMs: 1154.9,
    upstreamRxStartMs: 1100,
    method: 'POST',
    path: '/api/v1/locations?token=secret',
    authority: 'locations',
    protocol: 'HTTP/1.1',
    responseCode: 204,
    bytesReceived: 154,
    requestHeaders: ['x-request-id', 'cc21d9b0', 'user-agent', 'nsq2http'],
    responseHeaders: ['x-envoy-upstream-service-time', '100'],
    upstreamHost: '10.0.2.1:80',
    ...fields,
  });
}

function line(format: string, fields: Partial<AccessRecord> = {}): string {
  const parsed = parseFormat(format, CONTEXT, 'format');
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return textWriter(parsed.segments, '-')(record(fields));
}

function problems(format: string): string {
  const parsed = parseFormat(format, CONTEXT, 'format');
  assert.ok(!parsed.ok);
  return parsed.issues.map((issue) => `${issue.message} ${issue.hint ?? ''}`).join('; ');
}

test("Envoy's default format", () => {
  assert.equal(
    line(DEFAULT_FORMAT),
    '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations?token=secret HTTP/1.1" 204 - 154 0 154 100 "-" "nsq2http" "cc21d9b0" "locations" "10.0.2.1:80"\n',
  );
});

test('single operators', () => {
  const cases: readonly (readonly [string, string, Partial<AccessRecord>?])[] = [
    ['%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%', '/api/v1/locations?token=secret'],
    ['%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%', '/api/v1/locations'],
    ['%REQ(USER-AGENT):3%', 'nsq'],
    ['%RESPONSE_DURATION% %RESPONSE_TX_DURATION% %REQUEST_DURATION%', '100 54 -'],
    [
      '%RESPONSE_FLAGS% %RESPONSE_FLAGS_LONG%',
      'UF,URX UpstreamConnectionFailure,UpstreamRetryLimitExceeded',
      { responseFlags: 'UF,URX' },
    ],
    [
      '%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%',
      'short raw',
      { upstreamClusterStatName: 'short', upstreamCluster: 'raw' },
    ],
    [
      '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%',
      '::1 42',
      { downstreamRemoteAddress: '[::1]:42' },
    ],
    [
      '%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS_NUMBER%',
      'NotFound NOT_FOUND 5',
      { responseTrailers: ['grpc-status', '5'] },
    ],
    ['%START_TIME(%Y/%m/%dT%H:%M:%S%z %3f %s)%', '2016/04/15T20:17:00+0000 310 1460751420'],
    ['100%% %HOSTNAME% %ENVIRONMENT(POD)% %ENVIRONMENT(NONE)%', '100% box orders-1 -'],
    ['%STREAM_ID% %ACCESS_LOG_TYPE%', 'cc21d9b0 DownstreamEnd'],
    ['%PATH(NQ:PATH)% %PATH(WQ:ORIG)% %QUERY_PARAM(token)%', '/api/v1/locations - secret'],
    ['%COMMON_DURATION(DS_RX_BEG:US_RX_BEG:us)% %COMMON_DURATION(US_TX_BEG:DS_TX_END:ms)%', '100000 -'],
    ['%REQUEST_HEADERS_BYTES% %RESPONSE_TRAILERS_BYTES%', '110 12', { responseTrailers: ['grpc-status', '5'] }],
    [
      '%DYNAMIC_METADATA(ns:a:b)% %DYNAMIC_METADATA(ns:n)% %DYNAMIC_METADATA(ns)% %DYNAMIC_METADATA(other)%',
      'deep 7 {\\"a\\":{\\"b\\":\\"deep\\"},\\"n\\":7} -',
      { dynamicMetadata: { ns: { a: { b: 'deep' }, n: 7 } } },
    ],
    [
      '%CLUSTER_METADATA(istio:name)% %UPSTREAM_METADATA(istio:workload)% %METADATA(ROUTE:istio:config)%',
      'orders orders-v1 /apis/x',
      {
        clusterMetadata: { istio: { name: 'orders' } },
        upstreamMetadata: { istio: { workload: 'orders-v1' } },
        routeMetadata: { istio: { config: '/apis/x' } },
      },
    ],
    [
      '%FILTER_STATE(envoy.filters.http.grpc_stats:PLAIN)% %FILTER_STATE(envoy.filters.http.grpc_stats:FIELD:request_message_count)%',
      '3,2 3',
      { requestMessages: 3, responseMessages: 2 },
    ],
    ['%FILTER_STATE(envoy.filters.http.grpc_stats)%', '-'],
  ];
  for (const [format, expected, fields] of cases) assert.equal(line(format, fields), expected, format);
});

test('no value can forge a line, close a quote or drive a terminal', () => {
  const evil = 'a"b\r\n[2030] \u001b[31m\u0085\u2028\\';
  const out = line('"%REQ(USER-AGENT)%"', { requestHeaders: ['user-agent', evil] });
  assert.equal(out, '"a\\"b\\u000d\\u000a[2030] \\u001b[31m\\u0085\\u2028\\\\"');
  assert.equal(JSON.parse(out), evil);
});

test('what is not known is refused, all of it at once', () => {
  const all = problems('%UPSTREAM_CLUSTR% %REQ% %PROTOCOL(x)% %START_TIME(%Q)% 100% %DYNAMIC_METADATA%');
  assert.match(all, /%UPSTREAM_CLUSTR%.*did you mean %UPSTREAM_CLUSTER%\?/);
  assert.match(all, /%REQ%: needs a header name/);
  assert.match(all, /%PROTOCOL%: takes no argument/);
  assert.match(all, /unknown conversion %Q/);
  assert.match(all, /write %% for a percent sign/);
  assert.match(all, /%DYNAMIC_METADATA%/);
});

test('operators say what their argument lacks', () => {
  for (const [format, problem] of [
    [
      '%FILTER_STATE(wasm.peer)%',
      /%FILTER_STATE%: nothing here sets wasm\.peer; known are envoy\.filters\.http\.grpc_stats/,
    ],
    ['%FILTER_STATE(envoy.filters.http.grpc_stats:FIELD:x)%', /has no field x/],
    ['%METADATA(LISTENER:a)%', /LISTENER is no type of metadata here: DYNAMIC, CLUSTER, ROUTE, UPSTREAM_HOST/],
    ['%UPSTREAM_METADATA(a::b)%', /needs a namespace/],
    ['%ENVIRONMENT%', /needs the name of a variable/],
    ['%COMMON_DURATION(A:B:ms)%', /needs \(FROM:TO:ms\|us\|ns\)/],
    ['%PATH(XX)%', /is not \(WQ\|NQ/],
  ] as const)
    assert.match(problems(format), problem);
});

test('JSON keeps numbers, sorts keys and nests', () => {
  const struct = {
    status: '%RESPONSE_CODE%',
    b: { ua: '%REQ(USER-AGENT)%', none: '%REQ(X-NONE)%' },
    a: 'took %DURATION%ms',
    list: ['%PROTOCOL%', 7, true],
  };
  const full = compileJsonFormat(struct, CONTEXT, 'json', false);
  assert.ok(full.ok);
  assert.equal(
    full.write(record()),
    '{"a":"took 154ms","b":{"none":null,"ua":"nsq2http"},"list":["HTTP/1.1",7,true],"status":204}\n',
  );
  const short = compileJsonFormat(struct, CONTEXT, 'json', true);
  assert.ok(short.ok);
  assert.deepEqual(JSON.parse(short.write(record())).b, { ua: 'nsq2http' });
});

test('JSON values are escaped once', () => {
  const compiled = compileJsonFormat({ p: '%REQ(:PATH)%', q: 'x "%REQ(:PATH)%"' }, CONTEXT, 'json', false);
  assert.ok(compiled.ok);
  const path = '/"\\\n';
  assert.deepEqual(JSON.parse(compiled.write(record({ path }))), { p: path, q: `x "${path}"` });
});
