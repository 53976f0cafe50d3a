import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sleep } from './clock.ts';
import { FakeClock } from './fake-clock.ts';

test('timers fire in order of their due time, each seeing its own moment', () => {
  const clock = new FakeClock(1000);
  const seen: string[] = [];
  clock.after(20, () => seen.push(`b@${clock.now()}`));
  clock.after(10, () => seen.push(`a@${clock.now()}`));
  clock.advance(30);
  assert.deepEqual(seen, ['a@1010', 'b@1020']);
  assert.equal(clock.now(), 1030);
});

test('a cancelled timer does not fire, and cancelling again is harmless', () => {
  const clock = new FakeClock();
  const timer = clock.after(1, () => assert.fail('cancelled'));
  timer.cancel();
  timer.cancel();
  clock.advance(10);
  assert.equal(clock.pending, 0);
});

test('an interval fires every period until it is cancelled, also from inside', () => {
  const clock = new FakeClock();
  let count = 0;
  const timer = clock.every(10, () => {
    count += 1;
    if (count === 3) timer.cancel();
  });
  clock.advance(100);
  assert.equal(count, 3);
});

test('what a timer schedules within the advance fires within it', () => {
  const clock = new FakeClock();
  const seen: number[] = [];
  clock.after(5, () => clock.after(5, () => seen.push(clock.now())));
  clock.advance(10);
  assert.deepEqual(seen, [10]);
});

test('sleep resolves with the clock and rejects with the reason of an abort', async () => {
  const clock = new FakeClock();
  const done = sleep(clock, 50);
  clock.advance(50);
  await done;
  const stop = new AbortController();
  const cut = sleep(clock, 50, stop.signal);
  stop.abort(new Error('stopped'));
  await assert.rejects(cut, /stopped/);
  assert.equal(clock.pending, 0);
  await assert.rejects(sleep(clock, 1, stop.signal), /stopped/);
});
