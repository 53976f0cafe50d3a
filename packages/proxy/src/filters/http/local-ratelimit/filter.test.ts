import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import {
  answering,
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  onRoute,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';
import { TokenBucket } from './token-bucket.ts';

const TYPE = 'local_ratelimit.v3.LocalRateLimit';
const ALWAYS = { default_value: { numerator: 100 } };
const BUCKET = { max_tokens: 2, tokens_per_fill: 1, fill_interval: '1s' };
const LIMIT = {
  stat_prefix: 'limit',
  token_bucket: BUCKET,
  filter_enabled: ALWAYS,
  filter_enforced: ALWAYS,
  enable_x_ratelimit_headers: 'DRAFT_VERSION_03',
  response_headers_to_add: [{ header: { key: 'x-limited', value: 'yes' } }],
};
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

function listen(filter: object, route: object = {}): object {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', ...route } }];
  return httpListener(routes, { http_filters: [httpFilterConfig(TYPE, filter), ROUTER] });
}

function statusOf(answer: string): string {
  return answer.slice(9, 12);
}

test('tokens flow in evenly and never beyond the bucket', () => {
  const bucket = new TokenBucket({ maxTokens: 2, tokensPerFill: 2, fillIntervalMs: 1000 }, 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [true, true, false]);
  assert.equal(bucket.take(499), false);
  assert.equal(bucket.take(500), true);
  assert.equal(bucket.secondsToFull(500), 1);
  assert.deepEqual([bucket.take(9000), bucket.take(9000), bucket.take(9000)], [true, true, false]);
});

test('requests beyond the bucket are 429 with the headers that say when to come back', async () => {
  const clock = new FakeClock(1000);
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await startProxy([listen(LIMIT)], [staticCluster('backend', [upstream.port])], clock);
  const first = await exchangeOnce(proxy.port, GET);
  assert.match(
    first,
    /^HTTP\/1\.1 200 [\s\S]*x-ratelimit-limit: 2\r\nx-ratelimit-remaining: 1\r\nx-ratelimit-reset: 1\r\n/,
  );
  await exchangeOnce(proxy.port, GET);
  const limited = await exchangeOnce(proxy.port, GET);
  assert.match(limited, /^HTTP\/1\.1 429 [\s\S]*x-weft-error: LOCAL_RATE_LIMITED\r\n/);
  assert.match(limited, /\r\nx-limited: yes\r\n[\s\S]*x-ratelimit-remaining: 0\r\nx-ratelimit-reset: 2\r\n/);
  assert.match(limited, /local_rate_limited$/);
  clock.advance(1000);
  assert.equal(statusOf(await exchangeOnce(proxy.port, GET)), '200');
});

test('limits that are not enforced mark the request instead', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const watch = {
    ...LIMIT,
    token_bucket: { ...BUCKET, max_tokens: 1, fill_interval: '3600s' },
    filter_enforced: { default_value: { numerator: 0 } },
    request_headers_to_add_when_not_enforced: [{ header: { key: 'x-over', value: '1' } }],
  };
  await using proxy = await startProxy([listen(watch)], [staticCluster('backend', [upstream.port])]);
  await exchangeOnce(proxy.port, GET);
  assert.equal(statusOf(await exchangeOnce(proxy.port, GET)), '200');
  assert.match(upstream.received.join(''), /\r\nx-over: 1\r\n/);
});

test('a descriptor has a bucket of its own, chosen by the route actions', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const filter = {
    ...LIMIT,
    token_bucket: { max_tokens: 100, tokens_per_fill: 100, fill_interval: '60s' },
    descriptors: [
      {
        entries: [{ key: 'user', value: 'ann' }],
        token_bucket: { max_tokens: 1, tokens_per_fill: 1, fill_interval: '60s' },
      },
    ],
  };
  const rules = {
    rate_limits: [{ actions: [{ request_headers: { header_name: 'x-user', descriptor_key: 'user' } }] }],
  };
  await using proxy = await startProxy([listen(filter, rules)], [staticCluster('backend', [upstream.port])]);
  const as = async (user: string): Promise<string> =>
    statusOf(await exchangeOnce(proxy.port, `GET / HTTP/1.1\r\nHost: x\r\nx-user: ${user}\r\n\r\n`));
  assert.deepEqual([await as('ann'), await as('ann'), await as('bob'), await as('bob')], ['200', '429', '200', '200']);
});

test('a route limits by itself where the listener does not', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const routes = [
    {
      match: { prefix: '/limited' },
      route: { cluster: 'backend' },
      ...onRoute(TYPE, { ...LIMIT, token_bucket: { ...BUCKET, max_tokens: 1, fill_interval: '60s' } }),
    },
    { match: { prefix: '/' }, route: { cluster: 'backend' } },
  ];
  const filters = { http_filters: [httpFilterConfig(TYPE, { stat_prefix: 'limit' }), ROUTER] };
  await using proxy = await startProxy([httpListener(routes, filters)], [staticCluster('backend', [upstream.port])]);
  const get = async (path: string): Promise<string> =>
    statusOf(await exchangeOnce(proxy.port, `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`));
  assert.deepEqual(
    [await get('/limited'), await get('/limited'), await get('/'), await get('/')],
    ['200', '429', '200', '200'],
  );
});

test('what cannot be honoured is refused by name', async () => {
  const bad = { ...LIMIT, token_bucket: { ...BUCKET, fill_interval: '0.01s' }, local_cluster_rate_limit: {} };
  await assert.rejects(
    startProxy([listen(bad)], []),
    (error: Error) => /fill_interval/.test(error.message) && /local_cluster_rate_limit/.test(error.message),
  );
});
