import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, seededRandom } from '@weft/base';
import { type ConsulAnswer, follow, nextIndex } from './blocking-query.ts';

test('the index never falls below 1, and starts anew when it goes backwards', () => {
  assert.equal(nextIndex(0, '7'), 7);
  assert.equal(nextIndex(7, '7'), 7);
  assert.equal(nextIndex(7, '6'), 0);
  assert.equal(nextIndex(7, '0'), 1);
  assert.equal(nextIndex(7, undefined), 1);
  assert.equal(nextIndex(7, 'x'), 1);
});

/** Answers from a list; an Error is a failure, and the end of the list ends the test. */
async function play(
  answers: readonly (ConsulAnswer | Error)[],
): Promise<{ asked: string[]; seen: unknown[]; retries: number[] }> {
  const clock = new FakeClock();
  const stop = new AbortController();
  const asked: string[] = [];
  const seen: unknown[] = [];
  const retries: number[] = [];
  let at = 0;
  const running = follow({
    path: '/v1/health/service/orders?dc=dc1',
    ask: async (path) => {
      asked.push(path.replace('/v1/health/service/orders?dc=dc1', ''));
      const answer = answers[at++];
      if (at > answers.length) stop.abort();
      if (answer instanceof Error) throw answer;
      return answer ?? { index: '1', body: undefined };
    },
    clock,
    random: seededRandom(1),
    signal: stop.signal,
    changed: (body) => seen.push(body),
    failed: (_cause, retryInMs) => retries.push(retryInMs),
    answered: () => undefined,
  });
  while (!stop.signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(60_000);
  }
  await running;
  return { asked, seen, retries };
}

test('a value is told when its index moved, and waited for behind it', async () => {
  const { asked, seen } = await play([
    { index: '5', body: 'a' },
    { index: '5', body: 'a' },
    { index: '9', body: 'b' },
    { index: '3', body: 'c' },
    { index: '4', body: 'd' },
  ]);
  assert.deepEqual(seen, ['a', 'b', 'c', 'd']);
  assert.deepEqual(asked, ['', '&index=5&wait=60s', '&index=5&wait=60s', '&index=9&wait=60s', '', '&index=4&wait=60s']);
});

test('failures are tried again, later and later, from the value as it is', async () => {
  const { asked, seen, retries } = await play([
    { index: '5', body: 'a' },
    ...Array.from({ length: 9 }, () => new Error('refused')),
    { index: '2', body: 'b' },
  ]);
  assert.deepEqual(seen, ['a', 'b']);
  assert.deepEqual(asked.slice(2, 11), new Array<string>(9).fill(''));
  const [first = 0] = retries;
  assert.ok(first >= 250 && first <= 500, String(first));
  assert.ok((retries.at(-1) ?? 0) >= 15_000 && (retries.at(-1) ?? 0) <= 30_000);
});
