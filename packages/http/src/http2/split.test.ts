import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { CLIENT_SEEDS, SERVER_SEEDS } from '../fuzz/http2-seeds.ts';
import { type Http2Record, recordClient, recordServer } from '../fuzz/record-http2.ts';
import { splitAt, splitRandomly, splitToBytes } from '../fuzz/split.ts';

function holdsForEverySplit(bytes: Buffer, record: (pieces: readonly Buffer[]) => Http2Record): void {
  const whole = record([Buffer.from(bytes)]);
  assert.deepEqual(record(splitToBytes(bytes)), whole, 'one byte at a time');
  for (let offset = 1; offset < bytes.length; offset++)
    assert.deepEqual(record(splitAt(bytes, offset)), whole, `cut at ${offset}`);
  const random = seededRandom(5);
  for (let round = 0; round < 50; round++)
    assert.deepEqual(record(splitRandomly(bytes, 6, random)), whole, `random cuts ${round}`);
}

for (const [index, bytes] of SERVER_SEEDS.entries()) {
  test(`the result does not depend on the split: server ${index}`, () =>
    holdsForEverySplit(bytes, (pieces) => recordServer(pieces, { answer: true })));
}
for (const [index, bytes] of CLIENT_SEEDS.entries()) {
  test(`the result does not depend on the split: client ${index}`, () =>
    holdsForEverySplit(bytes, (pieces) => recordClient(pieces, 2)));
}
