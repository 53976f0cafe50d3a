import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextRound } from 'node:timers/promises';
import { systemClock } from '@weft/base';
import { type Flushable, Loop } from './loop.ts';

/** Counts how often it was flushed. */
class Sink implements Flushable {
  flushes = 0;
  flush(): void {
    this.flushes++;
  }
}

/** What a small read of another socket would lead to. */
function read(loop: Loop, sink: Sink, bytes: number): void {
  loop.enterRead();
  loop.touch(sink);
  loop.leaveRead(bytes);
}

test('what small reads lead to is written when all sockets have been read', async () => {
  const loop = new Loop(systemClock);
  const sinks = [new Sink(), new Sink()];
  for (const sink of sinks) read(loop, sink, 100);
  assert.deepEqual(
    sinks.map((sink) => sink.flushes),
    [0, 0],
  );
  await nextRound();
  assert.deepEqual(
    sinks.map((sink) => sink.flushes),
    [1, 1],
  );
});

test('a bulk read is answered at once, and what was gathered before it', () => {
  const loop = new Loop(systemClock);
  const small = new Sink();
  const bulk = new Sink();
  read(loop, small, 100);
  read(loop, bulk, 64 * 1024);
  assert.equal(small.flushes, 1);
  assert.equal(bulk.flushes, 1);
});

test('an event that is no read finds nothing unwritten, since it may close sockets', () => {
  const loop = new Loop(systemClock);
  const sink = new Sink();
  read(loop, sink, 100);
  loop.enter();
  assert.equal(sink.flushes, 1);
  loop.leave();
});

test('no more than a bounded number of writes waits', () => {
  const loop = new Loop(systemClock);
  const sinks = Array.from({ length: 200 }, () => new Sink());
  for (const sink of sinks) read(loop, sink, 100);
  const waiting = sinks.filter((sink) => sink.flushes === 0).length;
  assert.ok(waiting < 64, `${waiting} wait`);
});

test('what a flush leads to is written with it', () => {
  const loop = new Loop(systemClock);
  const second = new Sink();
  const first: Flushable = { flush: () => loop.touch(second) };
  loop.enter();
  loop.touch(first);
  loop.leave();
  assert.equal(second.flushes, 1);
});
