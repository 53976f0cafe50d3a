import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@weft/base';
import {
  ADMIN,
  adminStats,
  answering,
  exchangeOnce,
  type Harness,
  HCM_TYPE,
  httpFilterConfig,
  listener,
  onRoute,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const POLICY = 'cors.v3.CorsPolicy';
const ORIGIN = { allow_origin_string_match: [{ exact: 'http://shop.example' }] };

interface Levels {
  readonly host?: object;
  readonly routes: Readonly<Record<string, object>>;
}

function withCors(port: number, { host, routes }: Levels): Promise<Harness> {
  const manager = {
    '@type': HCM_TYPE,
    stat_prefix: 'test',
    route_config: {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          ...(host === undefined ? {} : onRoute(POLICY, host)),
          routes: Object.entries(routes).map(([prefix, policy]) => ({
            match: { prefix },
            route: { cluster: 'backend' },
            ...onRoute(POLICY, policy),
          })),
        },
      ],
    },
    http_filters: [httpFilterConfig('cors.v3.Cors', {}), ROUTER],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager };
  return startProxy([listener([filter])], [staticCluster('backend', [port])], systemClock, [], ADMIN);
}

function preflight(path: string, origin: string, more = ''): string {
  return `OPTIONS ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: PUT\r\n${more}\r\n`;
}

function get(path: string, origin: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${origin}\r\n\r\n`;
}

test('every field comes from the most specific level that sets it', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await withCors(upstream.port, {
    host: { ...ORIGIN, allow_methods: 'GET,PUT', max_age: '60', allow_credentials: true, expose_headers: 'x-host' },
    routes: { '/own': { max_age: '5', expose_headers: 'x-route' } },
  });
  const answer = await exchangeOnce(proxy.port, preflight('/own', 'http://shop.example'));
  assert.match(answer, /^HTTP\/1\.1 200/);
  assert.match(answer, /access-control-allow-origin: http:\/\/shop\.example\r\n/);
  assert.match(answer, /access-control-allow-methods: GET,PUT\r\n/);
  assert.match(answer, /access-control-max-age: 5\r\n/);
  assert.match(answer, /access-control-allow-credentials: true\r\n/);
  assert.match(await exchangeOnce(proxy.port, get('/own', 'http://shop.example')), /expose-headers: x-route\r\n/);
  assert.equal(upstream.connections(), 1);
});

test('stars stand for what was asked for, and private networks are allowed where they may be', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await withCors(upstream.port, {
    routes: {
      '/open': {
        allow_origin_string_match: [{ exact: '*' }],
        allow_methods: '*',
        allow_headers: '*',
        allow_private_network_access: true,
      },
      '/closed': ORIGIN,
    },
  });
  const more = 'Access-Control-Request-Headers: x-one, x-two\r\nAccess-Control-Request-Private-Network: true\r\n';
  const answer = await exchangeOnce(proxy.port, preflight('/open', 'http://any.example', more));
  assert.match(answer, /allow-origin: http:\/\/any\.example\r\n/);
  assert.match(answer, /allow-methods: PUT\r\n/);
  assert.match(answer, /allow-headers: x-one, x-two\r\n/);
  assert.match(answer, /allow-private-network: true\r\n/);
  const closed = await exchangeOnce(proxy.port, preflight('/closed', 'http://shop.example', more));
  assert.doesNotMatch(closed, /private-network/);
});

test('preflights of other origins are forwarded, or answered without the origin', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await withCors(upstream.port, {
    routes: {
      '/forward': ORIGIN,
      '/ignore': { ...ORIGIN, allow_methods: 'GET', forward_not_matching_preflights: false },
    },
  });
  const forwarded = await exchangeOnce(proxy.port, preflight('/forward', 'http://evil.example'));
  assert.match(forwarded, /ok$/);
  assert.equal(upstream.connections(), 1);
  const answered = await exchangeOnce(proxy.port, preflight('/ignore', 'http://evil.example'));
  assert.match(answered, /^HTTP\/1\.1 200 [\s\S]*access-control-allow-methods: GET/);
  assert.doesNotMatch(answered, /allow-origin/);
  assert.equal(upstream.connections(), 1);
});

test('a policy may hold for a share of requests, or be tried out', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const share = (numerator: number): object => ({ default_value: { numerator, denominator: 'HUNDRED' } });
  await using proxy = await withCors(upstream.port, {
    routes: {
      '/half': { ...ORIGIN, filter_enabled: share(50) },
      '/shadow': { ...ORIGIN, filter_enabled: share(0), shadow_enabled: share(100) },
      '/off': { ...ORIGIN, filter_enabled: share(0) },
    },
  });
  let marked = 0;
  for (let i = 0; i < 40; i++) {
    const answer = await exchangeOnce(proxy.port, get('/half', 'http://shop.example'));
    if (answer.includes('access-control-allow-origin')) marked++;
  }
  assert.ok(marked > 5 && marked < 35, String(marked));
  const before = await adminStats(proxy);
  assert.equal(before.get('http.test.cors.origin_valid'), marked);
  for (const origin of ['http://shop.example', 'http://evil.example']) {
    assert.doesNotMatch(await exchangeOnce(proxy.port, get('/shadow', origin)), /access-control/);
    assert.doesNotMatch(await exchangeOnce(proxy.port, get('/off', origin)), /access-control/);
  }
  const after = await adminStats(proxy);
  assert.equal(after.get('http.test.cors.origin_valid'), marked + 1);
  assert.equal(after.get('http.test.cors.origin_invalid'), 1);
});
