import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { REQUEST_SEEDS, RESPONSE_SEEDS } from '../fuzz/http1-seeds.ts';
import { recordRequests, recordResponses } from '../fuzz/record-http1.ts';
import { splitAt, splitRandomly, splitToBytes } from '../fuzz/split.ts';

type Record = (pieces: readonly Buffer[]) => readonly string[];

function holdsForEverySplit(text: string, record: Record): void {
  const bytes = Buffer.from(text, 'latin1');
  const whole = record([Buffer.from(bytes)]);
  assert.deepEqual(record(splitToBytes(bytes)), whole, 'one byte at a time');
  for (let offset = 1; offset < bytes.length; offset++)
    assert.deepEqual(record(splitAt(bytes, offset)), whole, `cut at ${offset}`);
  const random = seededRandom(7);
  for (let round = 0; round < 50; round++)
    assert.deepEqual(record(splitRandomly(bytes, 6, random)), whole, `random cuts ${round}`);
}

for (const text of REQUEST_SEEDS) {
  test(`the result does not depend on the split: ${JSON.stringify(text.slice(0, 40))}`, () =>
    holdsForEverySplit(text, recordRequests));
}
for (const text of RESPONSE_SEEDS) {
  test(`the result does not depend on the split: ${JSON.stringify(text.slice(0, 40))}`, () => {
    holdsForEverySplit(text, (pieces) => recordResponses(pieces, 'GET'));
    holdsForEverySplit(text, (pieces) => recordResponses(pieces, 'HEAD'));
  });
}
