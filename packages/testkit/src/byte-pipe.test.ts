import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BytePipe } from './byte-pipe.ts';

test('bytes arrive in order, in pieces, and the end comes after them', () => {
  const pipe = new BytePipe();
  const seen: string[] = [];
  pipe.right.onBytes = (bytes) => void seen.push(bytes === undefined ? 'end' : Buffer.from(bytes).toString());
  pipe.left.write(Buffer.from('hello'));
  pipe.left.end();
  assert.deepEqual(seen, [], 'nothing moves by itself');
  pipe.flow(2);
  assert.deepEqual(seen, ['he', 'll', 'o', 'end']);
  assert.throws(() => pipe.left.write(Buffer.from('x')), /after the end/);
});

test('a full pipe says stop, and says when there is room', () => {
  const pipe = new BytePipe(4);
  let room = 0;
  pipe.left.onWritable = () => {
    room++;
  };
  assert.equal(pipe.left.write(Buffer.from('1234')), true);
  assert.equal(pipe.left.write(Buffer.from('5')), false);
  pipe.flow();
  assert.equal(room, 1);
});

test('answers flow until both sides are quiet', () => {
  const pipe = new BytePipe();
  pipe.right.onBytes = (bytes) => {
    if (bytes !== undefined && bytes.length > 1) pipe.right.write(bytes.subarray(1));
  };
  const seen: number[] = [];
  pipe.left.onBytes = (bytes) => {
    if (bytes === undefined) return;
    seen.push(bytes.length);
    if (bytes.length > 1) pipe.left.write(bytes.subarray(1));
  };
  pipe.left.write(Buffer.from('abcdef'));
  pipe.flow();
  assert.deepEqual(seen, [5, 3, 1]);
});
