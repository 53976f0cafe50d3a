import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from './suggest.ts';

const FIELDS = ['attempts', 'perTryTimeout', 'retryOn', 'retryRemoteLocalities'];

test('finds the field that was meant', () => {
  assert.equal(suggest('atempts', FIELDS), 'attempts');
  assert.equal(suggest('retryon', FIELDS), 'retryOn');
  assert.equal(suggest('pretryTimeout', FIELDS), 'perTryTimeout');
});

test('an adjacent swap is one mistake, so short names with one are found too', () => {
  assert.equal(suggest('hsot', ['host', 'port']), 'host');
});

test('says nothing when nothing is near', () => {
  assert.equal(suggest('timeout', FIELDS), undefined);
  assert.equal(suggest('x', []), undefined);
});
