import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@weft/base';
import { loadTexts, readConfigPaths } from '@weft/config';
import { buildSnapshot, proxyOf } from '@weft/mesh';
import { translate } from '@weft/translate';
import { explainCall } from './explain-call.ts';
import type { Explained } from './explained.ts';
import { printExplained } from './print-explained.ts';
import { syntheticNode } from './synthetic-node.ts';

const SHOP = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));

async function explain(from: string, url: string, headers: readonly string[] = []): Promise<Explained> {
  const { resources } = loadTexts(await readConfigPaths([SHOP], process.stdin));
  const node = syntheticNode(from, resources);
  const snapshot = buildSnapshot(resources);
  const view = { nodeId: node.id, ...translate(snapshot, proxyOf(snapshot, node)) };
  return explainCall(view, { method: 'GET', url: new URL(url), headers }, seededRandom(1));
}

test('from the gateway: the rule that wins, and why each other one loses, with file and line', async () => {
  const explained = await explain('gateway', 'http://api.example.com/orders', ['x-user-tier', 'premium']);
  assert.equal(explained.rule?.name, 'premium');
  assert.match(explained.rule.origin?.file ?? '', /orders\.yaml$/);
  assert.ok((explained.rule.origin?.line ?? 0) > 0);
  const { outcome } = explained;
  assert.ok(outcome.kind === 'forward');
  assert.equal(outcome.timeoutMs, 10_000);
  assert.equal(outcome.retries?.attempts, 3);
  assert.equal(outcome.retries.perTryTimeoutMs, 2000);
  assert.deepEqual(
    outcome.destinations.map((d) => [d.host, d.subset, d.port]),
    [['orders.default.svc.cluster.local', 'v1', 8080]],
  );
  const [canary, split] = explained.lostRules;
  assert.match(canary?.why ?? '', /canary/);
  assert.match(split?.why ?? '', /comes first/);
});

test('a split lists every destination with its share, and what is wrong with it', async () => {
  const { outcome } = await explain('gateway', 'http://api.example.com/orders');
  assert.ok(outcome.kind === 'forward');
  assert.deepEqual(
    outcome.destinations.map((d) => [d.subset, d.percent]),
    [
      ['v1', 90],
      ['v2', 10],
    ],
  );
  assert.match(outcome.destinations[0]?.problem ?? '', /503 UH/, 'the files alone have no workloads');
});

test('from a workload: its forward proxy and the virtual host of the service', async () => {
  const explained = await explain('storefront', 'http://orders:8080/orders', ['canary', 'true']);
  assert.equal(explained.listener?.routes, 'http_proxy');
  assert.equal(explained.rule?.name, 'canary');
});

test('a port that nothing listens on is a refused connection', async () => {
  const { outcome } = await explain('gateway', 'http://api.example.com:9999/orders');
  assert.ok(outcome.kind === 'reply');
  assert.match(outcome.reason, /no listener takes HTTP on port 9999/);
});

test('the text names winners, losers and places', async () => {
  const text = printExplained(await explain('gateway', 'http://api.example.com/orders', ['canary', 'true']), {
    colour: false,
  });
  assert.match(text, /^rule +canary: .*canary/m);
  assert.match(text, /orders\.yaml:\d+ \(VirtualService default\/orders spec\.http\[0\]/);
  assert.match(text, /Rules that lost\n {2}premium: /);
});
