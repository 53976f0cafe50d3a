import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  ROUTER,
  startProxy,
  staticCluster,
} from '../../../testing/harness.ts';

function manager(clusters: Readonly<Record<string, { readonly value: number }>>): object {
  const filter = httpFilterConfig('health_check.v3.HealthCheck', {
    pass_through_mode: false,
    headers: [{ name: ':path', string_match: { exact: '/healthz' } }],
    ...(Object.keys(clusters).length === 0 ? {} : { cluster_min_healthy_percentages: clusters }),
  });
  return { http_filters: [filter, ROUTER] };
}

async function ask(clusters: Readonly<Record<string, { readonly value: number }>>): Promise<string> {
  const there = [staticCluster('half', [1, 2]), staticCluster('empty', [])];
  await using proxy = await startProxy([httpListener([], manager(clusters))], there);
  return await exchangeOnce(proxy.port, 'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
}

test('a proxy without conditions is healthy; other paths go on', async () => {
  assert.match(await ask({}), /^HTTP\/1\.1 200/);
  await using proxy = await startProxy([httpListener([], manager({}))], []);
  assert.match(await exchangeOnce(proxy.port, 'GET /other HTTP/1.1\r\nHost: x\r\n\r\n'), /^HTTP\/1\.1 404/);
});

test('clusters decide: enough endpoints, none, or no such cluster', async () => {
  assert.match(await ask({ half: { value: 100 } }), /^HTTP\/1\.1 200/);
  assert.match(await ask({ empty: { value: 0 } }), /^HTTP\/1\.1 200/);
  for (const bad of [{ empty: { value: 1 } }, { missing: { value: 1 } }]) {
    assert.match(await ask(bad), /^HTTP\/1\.1 503 [\s\S]*x-weft-error: HEALTH_CHECK_FAILED/);
  }
});

test('pass-through mode is refused by name', async () => {
  const filter = httpFilterConfig('health_check.v3.HealthCheck', { pass_through_mode: true, cache_time: '1s' });
  await assert.rejects(
    startProxy([httpListener([], { http_filters: [filter, ROUTER] })], []),
    (error: Error) => /pass_through_mode/.test(error.message) && /cache_time/.test(error.message),
  );
});
