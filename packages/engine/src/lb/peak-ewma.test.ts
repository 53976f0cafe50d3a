import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { observeLatency, peakEwma } from './peak-ewma.ts';
import { hosts, locality, spec } from './test-hosts.ts';

const DECAY_MS = 10_000;

function two(): readonly [Endpoint, Endpoint] {
  const [a, b] = hosts([locality([spec(1), spec(2)])]).endpoints;
  if (a === undefined || b === undefined) assert.fail('two endpoints were asked for');
  return [a, b];
}

function picked(endpoints: readonly Endpoint[], nowMs: number): ReadonlySet<Endpoint | undefined> {
  const picker = peakEwma({ endpoints, random: seededRandom(5), nowMs: () => nowMs }, DECAY_MS, 10);
  return new Set(Array.from({ length: 50 }, () => picker.pick(0, 0, 0)));
}

test('a latency that nothing confirms fades, so that an endpoint that was slow is tried again', () => {
  const [a, b] = two();
  observeLatency(a, 80, 0, DECAY_MS);
  observeLatency(b, 10, 0, DECAY_MS);
  assert.deepEqual(picked([a, b], 0), new Set([b]));
  // 80 ms fade to e^-2.1 of it in 21 s, less than 10; those of `b` are as fresh as its last answer.
  observeLatency(b, 10, 21_000, DECAY_MS);
  assert.deepEqual(picked([a, b], 21_000), new Set([a]));
});

test('a peak counts at once and a better answer as time passes', () => {
  const [a] = two();
  observeLatency(a, 10, 0, DECAY_MS);
  observeLatency(a, 100, 0, DECAY_MS);
  observeLatency(a, 10, 0, DECAY_MS);
  assert.equal(a.ewmaMs, 100);
  observeLatency(a, 10, DECAY_MS * Math.LN2, DECAY_MS);
  assert.ok(Math.abs(a.ewmaMs - 55) < 1e-9, 'half of each after the time that halves');
});

test('one that was never asked is asked first, by one request at a time', () => {
  const [a, b] = two();
  observeLatency(a, 2, 0, DECAY_MS);
  assert.deepEqual(picked([a, b], 0), new Set([b]));
  b.active = 1;
  assert.deepEqual(picked([a, b], 0), new Set([a]));
});
