import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeBootstrap } from './bootstrap/decode.ts';
import { concurrencyOf, readConcurrency } from './concurrency.ts';

const CPUS = (): number => 6;

function wished(metadata: object): number {
  const decoded = decodeBootstrap({ node: { id: 'sidecar~1.2.3.4~a.b~b.svc.cluster.local', metadata } });
  assert.ok(decoded.ok);
  return concurrencyOf(decoded.value, CPUS);
}

test('the option is a number of threads, or one for each CPU', () => {
  assert.deepEqual(
    ['1', '4', '0', 'auto'].map((text) => readConcurrency(text, CPUS)),
    [1, 4, 6, 6],
  );
  for (const text of ['-1', '1.5', 'many', '', '257']) {
    const value = readConcurrency(text, CPUS);
    assert.match(
      typeof value === 'number' ? String(value) : value.problem,
      /is not a number of threads, or auto/,
      text,
    );
  }
});

test('without it the ProxyConfig of the node counts, and else one thread serves', () => {
  assert.equal(wished({}), 1);
  assert.equal(wished({ PROXY_CONFIG: { concurrency: 3 } }), 3);
  assert.equal(wished({ PROXY_CONFIG: { concurrency: 0 } }), 6);
  assert.equal(wished({ PROXY_CONFIG: { concurrency: -2 } }), 1);
  assert.equal(wished({ PROXY_CONFIG: 'none' }), 1);
});
