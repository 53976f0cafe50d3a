import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handoverOf } from './hot-restart.ts';
import { Inheritance, NO_HANDOVER, readHandover } from './inheritance.ts';

test('a successor finds each socket under its own number', () => {
  const sockets = { threads: [{ '127.0.0.1:80': 21, '127.0.0.1:90': 30 }, { '127.0.0.1:80': 24 }], admin: 19 };
  const { note, inherited } = handoverOf(sockets, 3);
  assert.deepEqual(inherited, [21, 30, 24, 19]);
  // 0, 1 and 2 are the standard streams, 3 is the channel to the predecessor.
  assert.deepEqual(readHandover(JSON.stringify(note)), {
    epoch: 3,
    threads: [{ '127.0.0.1:80': 4, '127.0.0.1:90': 5 }, { '127.0.0.1:80': 6 }],
    admin: 7,
  });
  assert.deepEqual(handoverOf({ threads: [{}], admin: undefined }, 1), {
    note: { epoch: 1, threads: [{}], admin: undefined },
    inherited: [],
  });
});

test('a process without a predecessor inherits nothing', () => {
  assert.equal(readHandover(undefined), NO_HANDOVER);
  assert.equal(readHandover(''), NO_HANDOVER);
});

test('a socket is taken once, and what nobody took is closed', () => {
  const inheritance = new Inheritance({ 'a:1': 4, 'b:2': 5 });
  assert.deepEqual(
    [inheritance.take('a:1'), inheritance.take('a:1'), inheritance.take('c:3')],
    [4, undefined, undefined],
  );
  const closed: number[] = [];
  inheritance.closeUnused((fd) => void closed.push(fd));
  inheritance.closeUnused((fd) => void closed.push(fd));
  assert.deepEqual(closed, [5]);
  assert.equal(inheritance.take('b:2'), undefined);
});
