import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import { FrameScanner } from './frame-scanner.ts';

function frame(length: number): Buffer {
  const bytes = Buffer.alloc(5 + length, 0x7f);
  bytes[0] = 0;
  bytes.writeUInt32BE(length, 1);
  return bytes;
}

test('frames are counted when they begin, however the bytes are split', () => {
  const random = seededRandom(7);
  const lengths = [0, 1, 300, 0, 70_000, 5];
  const bytes = Buffer.concat(lengths.map(frame));
  for (let round = 0; round < 50; round++) {
    const scanner = new FrameScanner();
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + random.below(round < 25 ? 7 : 40_000);
      scanner.scan(bytes.subarray(at, at + size));
      at += size;
    }
    assert.equal(scanner.frames, lengths.length);
    assert.ok(scanner.atBoundary);
  }
});

test('the end of each frame is found', () => {
  const bytes = Buffer.concat([frame(2), frame(0), frame(3)]);
  const scanner = new FrameScanner();
  const ends: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    at = scanner.advance(bytes, at);
    ends.push(at);
  }
  assert.deepEqual(ends, [7, 12, 20]);
});
