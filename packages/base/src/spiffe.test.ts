import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSpiffeId, parseSpiffeId } from './spiffe.ts';

test('prints and parses as the same identity', () => {
  const id = { trustDomain: 'cluster.local', namespace: 'default', serviceAccount: 'orders' };
  assert.equal(formatSpiffeId(id), 'spiffe://cluster.local/ns/default/sa/orders');
  assert.deepEqual(parseSpiffeId(formatSpiffeId(id)), id);
});

test('anything else is no identity', () => {
  for (const text of ['', 'spiffe://td', 'spiffe://td/ns/a/sa/', 'http://td/ns/a/sa/b', 'spiffe://td/ns/a/sa/b/c']) {
    assert.equal(parseSpiffeId(text), undefined, text);
  }
});
