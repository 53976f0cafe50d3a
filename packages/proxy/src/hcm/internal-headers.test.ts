/** Who may steer the proxy by `x-envoy-*` headers. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exchangeOnce,
  type Harness,
  httpListener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
  type Upstream,
} from '../testing/harness.ts';

const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
const LOOPBACK = { internal_address_config: { cidr_ranges: [{ address_prefix: '127.0.0.0', prefix_len: 8 }] } };
const STEERING = 'x-envoy-retry-on: 5xx\r\nx-envoy-max-retries: 2\r\nx-envoy-ip-tags: a\r\nx-envoy-internal: true\r\n';

function failing(): Promise<Upstream> {
  return startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 500 No\r\ncontent-length: 0\r\n\r\n');
  });
}

function behind(upstream: Upstream, manager: object): Promise<Harness> {
  return startProxy([httpListener(ROUTES, manager)], [staticCluster('backend', [upstream.port])]);
}

function attempts(upstream: Upstream): number {
  return upstream.received.join('').split('GET /').length - 1;
}

for (const [name, manager, more, trusted] of [
  ['nobody by default', {}, '', false],
  ['nobody by default, whatever x-forwarded-for says', {}, 'x-forwarded-for: 127.0.0.1\r\n', false],
  ['nobody at the edge by default', { use_remote_address: true }, '', false],
  ['internal addresses at the edge', { use_remote_address: true, ...LOOPBACK }, '', true],
  ['no one whose way is longer', { use_remote_address: true, ...LOOPBACK }, 'x-forwarded-for: 127.0.0.1\r\n', false],
  ['the only address of x-forwarded-for', LOOPBACK, 'x-forwarded-for: 127.0.0.9\r\n', true],
  ['no one of several', LOOPBACK, 'x-forwarded-for: 127.0.0.9, 127.0.0.1\r\n', false],
  ['nobody without x-forwarded-for', LOOPBACK, '', false],
] as const) {
  test(`x-envoy headers are taken from: ${name}`, async () => {
    await using upstream = await failing();
    await using proxy = await behind(upstream, manager);
    await exchangeOnce(proxy.port, `GET / HTTP/1.1\r\nHost: x\r\n${STEERING}${more}\r\n`);
    assert.equal(attempts(upstream), trusted ? 3 : 1);
    const received = upstream.received.join('');
    assert.equal(received.includes('x-envoy-internal: true'), trusted);
    assert.equal(received.includes('x-envoy-ip-tags'), trusted);
    assert.doesNotMatch(received, /x-envoy-retry-on|x-envoy-max-retries/);
    assert.equal(received.includes('x-envoy-external-address'), 'use_remote_address' in manager && !trusted);
  });
}

test('a trusted client bounds its request, and may ask for 204 when time is up', async () => {
  await using upstream = await startUpstream(() => undefined);
  await using proxy = await behind(upstream, { use_remote_address: true, ...LOOPBACK });
  const timeout = 'x-envoy-upstream-rq-timeout-ms: 30\r\n';
  const late = await exchangeOnce(proxy.port, `GET / HTTP/1.1\r\nHost: x\r\n${timeout}\r\n`);
  assert.match(late, /^HTTP\/1\.1 504 [\s\S]*x-weft-error: UPSTREAM_TIMEOUT/);
  const other = await exchangeOnce(
    proxy.port,
    `GET / HTTP/1.1\r\nHost: x\r\n${timeout}x-envoy-upstream-rq-timeout-alt-response: 1\r\n\r\n`,
  );
  assert.match(other, /^HTTP\/1\.1 204 /);
  assert.match(upstream.received[0] ?? '', /x-envoy-expected-rq-timeout-ms: 30\r\n/);
});

test('a route with a hedge policy is refused', async () => {
  const routes = [
    { match: { prefix: '/' }, route: { cluster: 'backend', hedge_policy: { hedge_on_per_try_timeout: true } } },
  ];
  await assert.rejects(startProxy([httpListener(routes)], [staticCluster('backend', [1])]), /hedge_policy/);
});

test('a range that is none is refused', async () => {
  const manager = { internal_address_config: { cidr_ranges: [{ address_prefix: 'ten', prefix_len: 8 }] } };
  await assert.rejects(startProxy([httpListener(ROUTES, manager)], []), /cidr_ranges\[0\]: ten\/8/);
});

test('suppress_envoy_headers leaves out what the router would say of itself', async () => {
  await using upstream = await failing();
  const router = {
    name: 'envoy.filters.http.router',
    typed_config: {
      '@type': 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router',
      suppress_envoy_headers: true,
    },
  };
  const timed = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '9s', prefix_rewrite: '/new/' } }];
  await using proxy = await startProxy(
    [httpListener(timed, { http_filters: [router] })],
    [staticCluster('backend', [upstream.port])],
  );
  using client = new RawClient(proxy.port);
  client.send('GET /old HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.doesNotMatch(await client.untilClosed(), /x-envoy-/);
  assert.doesNotMatch(upstream.received[0] ?? '', /x-envoy-/);
});
