import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeSplit, versionOf } from './load-generator.ts';

const counts = (v1: number, v2: number) => ({
  sent: v1 + v2,
  failed: 0,
  versions: new Map([
    ['v2', v2],
    ['v1', v1],
  ]),
});

test('finds a version however deep its service was called', () => {
  const answer = { service: 'storefront', version: 'v1', calls: [{ service: 'orders', version: 'v2', calls: [] }] };
  assert.equal(versionOf(answer, 'orders'), 'v2');
  assert.equal(versionOf(answer, 'payments'), undefined);
});

test('the split is that of the requests since the last look', () => {
  assert.equal(describeSplit(counts(190, 110), counts(100, 100)), 'orders v1 90 %, v2 10 %');
  assert.equal(describeSplit(counts(0, 0), undefined), 'no answers yet');
});
