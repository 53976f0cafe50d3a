import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FakeClock } from '@weft/base';
import {
  RateLimitResponse_Code as Code,
  type RateLimitRequest,
  RateLimitRequestSchema,
  RateLimitResponseSchema,
  RateLimitResponse_RateLimit_Unit as Unit,
} from '@weft/xds/gen/envoy/service/ratelimit/v3/rls_pb';
import { frameMessage } from '../../../ads/grpc-frames.ts';
import {
  answering,
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const GET = 'GET /a?k=1 HTTP/1.1\r\nHost: x\r\nx-user: ann\r\n\r\n';
const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};

interface Service extends AsyncDisposable {
  readonly port: number;
  readonly asked: RateLimitRequest[];
}

type Answer = MessageInitShape<typeof RateLimitResponseSchema> | undefined;

/** A rate limit service made of node:http2; undefined answers nothing. */
async function startService(answer: (request: RateLimitRequest) => Answer): Promise<Service> {
  const asked: RateLimitRequest[] = [];
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream: ServerHttp2Stream) => {
    const chunks: Buffer[] = [];
    stream.on('error', () => undefined);
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.on('end', () => {
      const request = fromBinary(RateLimitRequestSchema, Buffer.concat(chunks).subarray(5));
      asked.push(request);
      const init = answer(request);
      if (init === undefined) return;
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
      stream.end(frameMessage(toBinary(RateLimitResponseSchema, create(RateLimitResponseSchema, init))));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function limited(filter: object): object {
  const rate_limits = [
    { actions: [{ destination_cluster: {} }, { generic_key: { descriptor_value: 'g' } }] },
    { actions: [{ request_headers: { header_name: 'x-user', descriptor_key: 'user' } }, { remote_address: {} }] },
    { actions: [{ request_headers: { header_name: 'x-missing', descriptor_key: 'none' } }] },
    { stage: 1, actions: [{ generic_key: { descriptor_value: 'other stage' } }] },
  ];
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', rate_limits } }];
  const config = {
    domain: 'shop',
    rate_limit_service: { grpc_service: { envoy_grpc: { cluster_name: 'limits' } }, transport_api_version: 'V3' },
    ...filter,
  };
  return httpListener(routes, { http_filters: [httpFilterConfig('ratelimit.v3.RateLimit', config), ROUTER] });
}

function clusters(upstream: number, service: number): readonly object[] {
  return [staticCluster('backend', [upstream]), staticCluster('limits', [service], HTTP2)];
}

test('the service is asked about the descriptors of the route, and its headers are added', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using service = await startService(() => ({
    overallCode: Code.OK,
    statuses: [
      {
        code: Code.OK,
        currentLimit: { requestsPerUnit: 10, unit: Unit.MINUTE, name: 'per-ip' },
        limitRemaining: 7,
        durationUntilReset: { seconds: 30n },
      },
    ],
    requestHeadersToAdd: [{ key: 'x-checked', value: '1' }],
    responseHeadersToAdd: [{ key: 'x-quota', value: 'left' }],
  }));
  const filter = { timeout: '5s', enable_x_ratelimit_headers: 'DRAFT_VERSION_03' };
  await using proxy = await startProxy([limited(filter)], clusters(upstream.port, service.port));
  const answer = await exchangeOnce(proxy.port, GET);
  assert.match(answer, /^HTTP\/1\.1 200 [\s\S]*x-quota: left\r\n/);
  assert.match(
    answer,
    /x-ratelimit-limit: 10, 10;w=60;name="per-ip"\r\nx-ratelimit-remaining: 7\r\nx-ratelimit-reset: 30\r\n/,
  );
  assert.match(upstream.received[0] ?? '', /\r\nx-checked: 1\r\n/);
  const pairs = service.asked[0]?.descriptors.map((descriptor) =>
    descriptor.entries.map(({ key, value }) => [key, value]),
  );
  assert.equal(service.asked[0]?.domain, 'shop');
  assert.deepEqual(pairs, [
    [
      ['destination_cluster', 'backend'],
      ['generic_key', 'g'],
    ],
    [
      ['user', 'ann'],
      ['remote_address', '127.0.0.1'],
    ],
  ]);
});

test('over the limit is 429 with the body of the service', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using service = await startService(() => ({ overallCode: Code.OVER_LIMIT, rawBody: Buffer.from('slow down') }));
  await using proxy = await startProxy([limited({ timeout: '5s' })], clusters(upstream.port, service.port));
  const answer = await exchangeOnce(proxy.port, GET);
  assert.match(
    answer,
    /^HTTP\/1\.1 429 [\s\S]*x-weft-error: RATE_LIMITED\r\n[\s\S]*x-envoy-ratelimited: true\r\n[\s\S]*slow down$/,
  );
  assert.equal(upstream.connections(), 0);
});

for (const [deny, expected] of [
  [false, /^HTTP\/1\.1 200/],
  [true, /^HTTP\/1\.1 500 [\s\S]*x-weft-error: RATE_LIMITER_ERROR/],
] as const) {
  test(`a service that does not answer in time, failure_mode_deny ${deny}`, async () => {
    const clock = new FakeClock(1000);
    let arrived: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await using upstream = await startUpstream(answering('ok'));
    await using service = await startService(() => {
      arrived();
      return undefined;
    });
    const listener = limited({ failure_mode_deny: deny });
    await using proxy = await startProxy([listener], clusters(upstream.port, service.port), clock);
    using client = new RawClient(proxy.port);
    client.send(GET);
    await asked;
    assert.equal(client.received, '');
    clock.advance(50);
    assert.match(await client.until('\r\n\r\n'), expected);
  });
}

test('a configuration without a service, or with a target this proxy has not, is refused by name', async () => {
  const google = { rate_limit_service: { grpc_service: { google_grpc: { target_uri: 'a:1', stat_prefix: 'x' } } } };
  await assert.rejects(startProxy([limited(google)], []), /google_grpc/);
});
