import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { Debounce } from './debounce.ts';

function harness(): { clock: FakeClock; debounce: Debounce; runs: string[] } {
  const clock = new FakeClock();
  const runs: string[] = [];
  const debounce = new Debounce(clock, 100, 1_000, (since) => runs.push(`at ${clock.now()} since ${since}`));
  return { clock, debounce, runs };
}

test('runs once it has been quiet', () => {
  const { clock, debounce, runs } = harness();
  debounce.call();
  clock.advance(60);
  debounce.call();
  clock.advance(99);
  assert.deepEqual(runs, []);
  clock.advance(1);
  assert.deepEqual(runs, ['at 160 since 0']);
});

test('runs at the latest after the longest delay, and starts anew', () => {
  const { clock, debounce, runs } = harness();
  for (let n = 0; n < 30; n++) {
    debounce.call();
    clock.advance(50);
  }
  assert.deepEqual(runs, ['at 1000 since 0']);
  clock.advance(100);
  assert.deepEqual(runs, ['at 1000 since 0', 'at 1550 since 1000']);
});

test('a call that cannot wait takes the others along', () => {
  const { clock, debounce, runs } = harness();
  debounce.call();
  clock.advance(80);
  debounce.call(30);
  clock.advance(30);
  assert.deepEqual(runs, ['at 110 since 0']);
});

test('does not run after it was disposed of', () => {
  const { clock, debounce, runs } = harness();
  debounce.call();
  debounce[Symbol.dispose]();
  clock.advance(5_000);
  assert.deepEqual(runs, []);
});
