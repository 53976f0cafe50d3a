/** gRPC end to end: grpc-js on both sides of the proxy, every kind of call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { HTTP2_UPSTREAM as HTTP2, startEcho, message as text } from '../testing/grpc-echo.ts';
import { httpFilterConfig, httpListener, ROUTER, startProxy, staticCluster } from '../testing/harness.ts';

const ROUTES = [
  {
    match: { prefix: '/test.Echo' },
    route: { cluster: 'backend', timeout: '0s', max_stream_duration: { grpc_timeout_header_max: '0s' } },
  },
];

interface Failure {
  readonly code: number;
  readonly details: string;
}

function unary(client: grpc.Client, path: string, value: string, deadlineMs = 5000): Promise<string | Failure> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      text.serialize,
      text.deserialize,
      value,
      { deadline: Date.now() + deadlineMs },
      (error, answer) => resolve(error === null ? (answer ?? '') : { code: error.code, details: error.details }),
    );
  });
}

test('unary calls, client, server and two-way streams, and their failures pass through the proxy', async () => {
  using server = await startEcho();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [server.port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  assert.equal(await unary(client, '/test.Echo/Unary', 'one'), 'got one');
  assert.deepEqual(await unary(client, '/test.Echo/Unary', 'fail'), {
    code: grpc.status.FAILED_PRECONDITION,
    details: 'not now: 100 %',
  });
  const collected = await new Promise<string>((resolve, reject) => {
    const call = client.makeClientStreamRequest(
      '/test.Echo/Collect',
      text.serialize,
      text.deserialize,
      (error, answer) => (error === null ? resolve(answer ?? '') : reject(error)),
    );
    for (const value of ['a', 'b', 'c']) call.write(value);
    call.end();
  });
  assert.equal(collected, 'a,b,c');
  const spread: string[] = [];
  for await (const value of client.makeServerStreamRequest(
    '/test.Echo/Spread',
    text.serialize,
    text.deserialize,
    'x,y,z',
  ))
    spread.push(value);
  assert.deepEqual(spread, ['x', 'y', 'z']);
  const chat = client.makeBidiStreamRequest('/test.Echo/Chat', text.serialize, text.deserialize);
  const said: string[] = [];
  for (const value of ['hi', 'there']) chat.write(value);
  for await (const value of chat) {
    said.push(value);
    if (said.length === 2) chat.end();
  }
  assert.deepEqual(said, ['HI', 'THERE']);
  client.close();
});

test("the proxy's own answers are gRPC statuses", async () => {
  const server = await startEcho();
  server[Symbol.dispose]();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [server.port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  const unavailable = await unary(client, '/test.Echo/Unary', 'x');
  assert.ok(typeof unavailable !== 'string');
  assert.equal(unavailable.code, grpc.status.UNAVAILABLE);
  assert.match(unavailable.details, /upstream connect error/);
  const unknown = await unary(client, '/other.Service/Method', 'x');
  assert.ok(typeof unknown !== 'string');
  assert.equal(unknown.code, grpc.status.UNIMPLEMENTED);
  client.close();
});

test('a deadline of the client ends the call on both sides', async () => {
  using server = await startEcho();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [server.port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  const late = await unary(client, '/test.Echo/Unary', 'hang', 150);
  assert.ok(typeof late !== 'string');
  assert.equal(late.code, grpc.status.DEADLINE_EXCEEDED);
  client.close();
});

test("a route's bounds on grpc-timeout end a call with DEADLINE_EXCEEDED or UNAVAILABLE, whatever the client allows", async () => {
  using server = await startEcho();
  const routes = [
    {
      match: { prefix: '/test.Echo' },
      route: { cluster: 'backend', max_stream_duration: { grpc_timeout_header_max: '0.1s' } },
    },
  ];
  const capped = [{ match: { prefix: '/test.Echo' }, route: { cluster: 'backend', max_grpc_timeout: '0.1s' } }];
  for (const [rules, code, details] of [
    [routes, grpc.status.DEADLINE_EXCEEDED, 'downstream duration timeout'],
    [capped, grpc.status.UNAVAILABLE, 'upstream request timeout'],
  ] as const) {
    await using proxy = await startProxy([httpListener(rules)], [staticCluster('backend', [server.port], HTTP2)]);
    const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
    assert.deepEqual(await unary(client, '/test.Echo/Unary', 'hang', 30_000), { code, details });
    client.close();
  }
});

test('faults, direct responses and rate limits reach a gRPC client as one status', async () => {
  const fault = (abort: object): object =>
    httpFilterConfig('fault.v3.HTTPFault', { abort: { ...abort, percentage: { numerator: 100 } } });
  const limit = httpFilterConfig('local_ratelimit.v3.LocalRateLimit', {
    stat_prefix: 'limit',
    token_bucket: { max_tokens: 1, fill_interval: '3600s' },
    filter_enabled: { default_value: { numerator: 100 } },
    filter_enforced: { default_value: { numerator: 100 } },
    rate_limited_as_resource_exhausted: true,
  });
  const direct = [{ match: { prefix: '/' }, direct_response: { status: 403, body: { inline_string: 'no' } } }];
  const { UNAUTHENTICATED, ABORTED, PERMISSION_DENIED, RESOURCE_EXHAUSTED } = grpc.status;
  for (const [filters, code, times] of [
    [[fault({ http_status: 401 })], UNAUTHENTICATED, 1],
    [[fault({ grpc_status: 10 })], ABORTED, 1],
    [[], PERMISSION_DENIED, 1],
    [[limit], RESOURCE_EXHAUSTED, 2],
  ] as const) {
    await using proxy = await startProxy([httpListener(direct, { http_filters: [...filters, ROUTER] })], []);
    const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
    let last: string | Failure = '';
    for (let i = 0; i < times; i++) last = await unary(client, '/test.Echo/Unary', 'x');
    assert.ok(typeof last !== 'string');
    assert.equal(last.code, code);
    client.close();
  }
});
