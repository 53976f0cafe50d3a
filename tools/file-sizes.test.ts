import assert from 'node:assert/strict';
import { test } from 'node:test';
import { percentile, tooLong } from './file-sizes.ts';

test('long files need a reason, very long ones a split', () => {
  const sizes = [
    { path: 'a.ts', lines: 400 },
    { path: 'b.ts', lines: 401 },
    { path: 'c.ts', lines: 500 },
    { path: 'd.ts', lines: 601 },
    { path: 'e.test.ts', lines: 800 },
    { path: 'f.test.ts', lines: 801 },
  ];
  assert.deepEqual(
    tooLong(sizes, { 'c.ts': 'one table', 'd.ts': 'one table' }).map((problem) =>
      problem.slice(0, problem.indexOf(':')),
    ),
    ['b.ts', 'd.ts', 'f.test.ts'],
  );
});

test('percentiles of few values', () => {
  assert.equal(percentile([1, 2, 3], 0.5), 2);
  assert.equal(percentile([1], 0.9), 1);
  assert.equal(percentile([], 0.5), 0);
});
