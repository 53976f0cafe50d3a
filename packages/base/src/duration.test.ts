import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDurationMs, parseDurationMs } from './duration.ts';

const READ: readonly (readonly [string, number | undefined])[] = [
  ['0', 0],
  ['0s', 0],
  ['2s', 2000],
  ['250ms', 250],
  ['1m0s', 60_000],
  ['1h2m3.5s', 3_723_500],
  ['.5s', 500],
  ['100us', 0.1],
  ['1ns', 1e-6],
  ['-30m0s', -1_800_000],
  ['', undefined],
  ['5', undefined],
  ['s', undefined],
  ['1 s', undefined],
  ['1s1', undefined],
  ['1d', undefined],
];

for (const [text, ms] of READ) {
  test(`${JSON.stringify(text)} is ${ms ?? 'no duration'}`, () => assert.equal(parseDurationMs(text), ms));
}

test('what is printed reads back as the same duration', () => {
  for (const ms of [0, 1, 250, 999, 1000, 1500, 60_000, 90_000, 3_600_000, 5_400_000]) {
    assert.equal(parseDurationMs(formatDurationMs(ms)), ms, formatDurationMs(ms));
  }
});
