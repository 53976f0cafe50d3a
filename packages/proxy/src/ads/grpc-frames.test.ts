import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameMessage, MAX_MESSAGE_BYTES, MessageReader } from './grpc-frames.ts';

test('messages come out whole wherever the bytes were cut', () => {
  const messages = ['', 'a', 'two words', 'x'.repeat(300)].map((text) => Buffer.from(text));
  const bytes = Buffer.concat(messages.map(frameMessage));
  for (let first = 0; first <= bytes.length; first++) {
    const seen: string[] = [];
    const reader = new MessageReader((message) => seen.push(Buffer.from(message).toString()));
    assert.equal(reader.push(bytes.subarray(0, first)), undefined);
    assert.equal(reader.push(bytes.subarray(first)), undefined);
    assert.deepEqual(seen, messages.map(String), `cut at ${first}`);
  }
});

test('byte by byte gives the same messages', () => {
  const seen: number[] = [];
  const reader = new MessageReader((message) => seen.push(message.length));
  for (const byte of Buffer.concat([frameMessage(Buffer.alloc(7)), frameMessage(Buffer.alloc(0))])) {
    assert.equal(reader.push(Buffer.from([byte])), undefined);
  }
  assert.deepEqual(seen, [7, 0]);
});

test('a compressed message and one beyond the limit are refused before they are gathered', () => {
  const compressed = frameMessage(Buffer.from('x'));
  compressed[0] = 1;
  assert.match(new MessageReader(() => assert.fail('no message')).push(compressed) ?? '', /compressed/);
  const huge = Buffer.alloc(5);
  huge.writeUInt32BE(MAX_MESSAGE_BYTES + 1, 1);
  assert.match(new MessageReader(() => assert.fail('no message')).push(huge) ?? '', /at most/);
});
