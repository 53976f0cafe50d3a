import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMesh } from '@weft/testing';

const mesh = await loadMesh(new URL('./config', import.meta.url));
const shop = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  ({ from: 'outside', url: `http://shop.example.com${path}`, headers }) as const;

test('the configuration has no errors', () => {
  const errors = mesh.diagnostics().filter(({ severity }) => severity === 'error');
  assert.deepEqual(errors, []);
});

test('beta users get the new version, and wait no longer than two seconds', async () => {
  await mesh.expect(shop('/orders', { 'x-beta': 'yes' }), { service: 'orders', subset: 'v2', timeoutMs: 2000 });
});

test('one in twenty of the others does, too', async () => {
  const spread = await mesh.distribution(shop('/orders'), 2000);
  const share = spread.share({ service: 'orders', subset: 'v2' });
  assert.ok(Math.abs(share - 0.05) < 0.02, String(spread));
});

test('a failed order is tried again, not more than twice', async () => {
  const answer = await mesh.expect(shop('/orders'), { retries: { attempts: 2, perTryTimeoutMs: 2000 } });
  assert.ok(answer.kind === 'forward');
  assert.ok(answer.endpoints.length > 1, 'there is another instance to try');
});

test('old addresses still work', async () => {
  await mesh.expect(shop('/v1/orders'), { kind: 'redirect', status: 308, location: 'http://shop.example.com/orders' });
});

test('reports say when they are back', async () => {
  await mesh.expect(shop('/reports/today'), { kind: 'reply', status: 503, body: 'back at nine' });
});

test('nobody else is served', async () => {
  await mesh.expect({ from: 'outside', url: 'http://other.example.com/' }, { kind: 'reply', status: 404, flag: 'NR' });
});

test('inside the mesh the split of the gateway does not count', async () => {
  const caller = { labels: { app: 'billing' } };
  const answer = await mesh.expect({ from: caller, url: 'http://orders:8080/' }, { service: 'orders', subset: '' });
  assert.equal(answer.workload?.labels['app'], 'orders');
});
