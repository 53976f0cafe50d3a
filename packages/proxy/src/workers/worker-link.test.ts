import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceKind } from '@weft/xds/client';
import type { ToWorker } from './messages.ts';
import { shareOf } from './share-overload.ts';
import { SubscriptionUnion } from './subscription-union.ts';
import { WorkerLink, type WorkerNews } from './worker-link.ts';

function linkTo(sent: ToWorker[], news: WorkerNews[] = []): WorkerLink {
  return new WorkerLink(0, { postMessage: (message) => void sent.push(message) }, (message) => void news.push(message));
}

test('answers find their questions, in whatever order they come; news go their own way', async () => {
  const sent: ToWorker[] = [];
  const news: WorkerNews[] = [];
  const link = linkTo(sent, news);
  const bound = link.ask('bound', null);
  const failures = link.ask('static', []);
  const ids = sent.map((message) => (message.type === 'ask' ? message.id : 0));
  link.receive({ type: 'answer', id: ids[1] ?? 0, answer: ['wrong'] });
  link.receive({ type: 'progress' });
  link.receive({ type: 'failed', id: ids[0] ?? 0, stack: 'Error: a bug' });
  assert.deepEqual(await failures, ['wrong']);
  await assert.rejects(bound, /a bug/);
  assert.deepEqual(news, [{ type: 'progress' }]);
});

test('who waits for a worker that is gone learns why, and nobody writes to it any more', async () => {
  const sent: ToWorker[] = [];
  const link = linkTo(sent);
  const bound = link.ask('bound', null);
  link.end(new Error('it crashed'));
  await assert.rejects(bound, /it crashed/);
  await assert.rejects(link.ask('gather', null), /it crashed/);
  link.tell({ type: 'reopenLogs' });
  assert.equal(sent.length, 1);
});

test('what several workers want is asked for once, and until the last has no use for it', () => {
  const asked: string[] = [];
  const note =
    (sign: string) =>
    (kind: ResourceKind, names: readonly string[] | '*'): void =>
      void asked.push(`${sign}${kind} ${names}`);
  const union = new SubscriptionUnion({ subscribe: note('+'), unsubscribe: note('-') });
  union.subscribe(0, 'endpoint', ['a', 'b']);
  union.subscribe(1, 'endpoint', ['a', 'b', 'c']);
  union.unsubscribe(0, 'endpoint', ['a', 'b']);
  union.unsubscribe(0, 'endpoint', ['a']);
  union.unsubscribe(1, 'endpoint', ['b']);
  assert.deepEqual(asked, ['+endpoint a,b', '+endpoint c', '-endpoint b']);
});

test('parts of a limit add up to it, and nobody is left with nothing', () => {
  assert.deepEqual([shareOf(10, 0, 3), shareOf(10, 1, 3), shareOf(10, 2, 3)], [4, 3, 3]);
  assert.deepEqual([shareOf(1, 0, 2), shareOf(1, 1, 2)], [1, 1]);
  assert.equal(shareOf(Number.POSITIVE_INFINITY, 0, 2), Number.POSITIVE_INFINITY);
});
