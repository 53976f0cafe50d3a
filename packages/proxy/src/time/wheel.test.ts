import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { Deadline, TimerWheel } from './wheel.ts';

function recorder(): { fired: string[]; at(name: string): Deadline } {
  const fired: string[] = [];
  return { fired, at: (name) => new Deadline(() => fired.push(name)) };
}

test('deadlines fire in order, never early, at most a tick late', () => {
  const clock = new FakeClock(1_000_003);
  const wheel = new TimerWheel(clock);
  const { fired, at } = recorder();
  wheel.arm(at('b'), 250);
  wheel.arm(at('a'), 15);
  wheel.arm(at('c'), 60_000);
  clock.advance(14);
  assert.deepEqual(fired, []);
  clock.advance(11);
  assert.deepEqual(fired, ['a']);
  clock.advance(235);
  assert.deepEqual(fired, ['a', 'b']);
  clock.advance(59_000);
  assert.deepEqual(fired, ['a', 'b']);
  clock.advance(2000);
  assert.deepEqual(fired, ['a', 'b', 'c']);
});

test('a disarmed deadline stays silent and an idle wheel holds no timer', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const { fired, at } = recorder();
  const entry = at('x');
  wheel.arm(entry, 50);
  wheel.arm(entry, 500);
  assert.equal(clock.pending, 1);
  clock.advance(100);
  assert.deepEqual(fired, []);
  entry.disarm();
  entry.disarm();
  assert.equal(clock.pending, 0);
  clock.advance(1000);
  assert.deepEqual(fired, []);
});

test('a deadline longer than one round of the wheel waits its time', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const { fired, at } = recorder();
  wheel.arm(at('hour'), 3_600_000);
  clock.advance(3_599_000);
  assert.deepEqual(fired, []);
  clock.advance(2000);
  assert.deepEqual(fired, ['hour']);
});

test('firing may disarm a neighbour and arm itself again', () => {
  const clock = new FakeClock();
  const wheel = new TimerWheel(clock);
  const fired: string[] = [];
  const second = new Deadline(() => fired.push('second'));
  const first: Deadline = new Deadline(() => {
    fired.push('first');
    second.disarm();
    if (fired.length === 1) wheel.arm(first, 20);
  });
  wheel.arm(first, 20);
  wheel.arm(second, 20);
  clock.advance(60);
  assert.deepEqual(fired, ['first', 'first']);
});
