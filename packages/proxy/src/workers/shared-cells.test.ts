import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedBreaker } from '../cluster/shared-breaker.ts';
import { TokenBucket } from '../filters/http/local-ratelimit/token-bucket.ts';
import { createSharedTable, SharedCells } from './shared-cells.ts';

const THRESHOLDS = {
  maxConnections: 4,
  maxPendingRequests: 4,
  maxRequests: 4,
  maxRetries: 3,
  retryBudget: undefined,
  trackRemaining: false,
  perHostMaxConnections: 10,
};

/** The same table as two threads see it; the second one's clock began a second later. */
function twoThreads(): readonly [SharedCells, SharedCells] {
  const table = createSharedTable();
  return [new SharedCells(table, 0), new SharedCells(table, 1000)];
}

test('a key leads every thread to the same cell, and another key to another one', () => {
  const [a, b] = twoThreads();
  const offsets = ['x', 'y', 'z'].map((key) => a.claim(key)?.byteOffset);
  assert.equal(new Set(offsets).size, 3);
  assert.deepEqual(
    ['x', 'y', 'z'].map((key) => b.claim(key)?.byteOffset),
    offsets,
  );
});

test('a table that is full gives no cell, and whoever asked counts for itself', () => {
  const [a] = twoThreads();
  const claimed = Array.from({ length: 9000 }, (_, i) => a.claim(`key ${i}`));
  assert.equal(claimed.at(-1), undefined);
  const offsets = claimed.flatMap((cell) => (cell === undefined ? [] : [cell.byteOffset]));
  assert.equal(new Set(offsets).size, offsets.length);
});

test('breakers of two threads count together', () => {
  const [one, two] = twoThreads().map((cells) => {
    const cell = cells.claim('breaker default orders');
    assert.ok(cell);
    return new SharedBreaker('default', THRESHOLDS, cell);
  });
  assert.ok(one && two);
  one.requests++;
  two.requests++;
  two.requests++;
  one.pending += 2;
  assert.deepEqual([one.requests, two.requests, two.pending, two.connections], [3, 3, 2, 0]);
  one.requests--;
  two.pending -= 2;
  assert.deepEqual([one.requests, one.pending], [2, 0]);
  assert.equal(one.maxRetries, 3);
});

test('threads take tokens from one bucket, each by its own clock', () => {
  const spec = { maxTokens: 3, tokensPerFill: 3, fillIntervalMs: 3000 };
  const [a, b] = twoThreads();
  const first = new TokenBucket(spec, 5000, a.instant('bucket'));
  const second = new TokenBucket(spec, 4000, b.instant('bucket'));
  assert.deepEqual([first.take(5000), second.take(4000), first.take(5000)], [true, true, true]);
  assert.deepEqual([first.take(5000), second.take(4000)], [false, false]);
  assert.deepEqual([second.take(5000), first.take(6000)], [true, false]);
});
