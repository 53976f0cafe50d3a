import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIp } from './ip.ts';

test('addresses are read as numbers', () => {
  assert.deepEqual(parseIp('10.0.20.255'), [10, 0, 20, 255]);
  assert.deepEqual(parseIp('010.1.1.1'), [10, 1, 1, 1]);
  assert.deepEqual(parseIp('::ffff:10.0.0.1'), [10, 0, 0, 1]);
  assert.equal(parseIp('::1')?.length, 16);
});

test('what is nearly an address is none', () => {
  for (const text of [
    '',
    '1.2.3',
    '1.2.3.4.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.0004',
    '1.2.3.a',
    '1.2.3.4 ',
  ])
    assert.equal(parseIp(text), undefined, text);
});
