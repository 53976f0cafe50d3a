import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block, frame, settings, uint32 } from '../fuzz/http2-bytes.ts';
import { framesOf, recordClient } from '../fuzz/record-http2.ts';
import { Http2ClientConnection } from './client.ts';
import { CLIENT_PREFACE } from './frames.ts';
import type { Http2ResponseSink } from './sinks.ts';

const SETTINGS = frame(4, 0, 0);
const OK = block([':status', '200']);
const answer = (id: number, end: boolean, fields = OK): Buffer => frame(1, end ? 5 : 4, id, fields);
const ask = (requests: number, ...frames: readonly Buffer[]) => recordClient([SETTINGS, ...frames], requests);

const request = { method: 'POST', path: '/', authority: 'a', scheme: 'http', headers: [], upgrade: undefined };
const ignore: Http2ResponseSink = {
  onInformational: () => undefined,
  onResponse: () => undefined,
  onResponseBody: () => undefined,
  onResponseEnd: () => undefined,
  onReset: () => undefined,
  onDrain: () => undefined,
};
function client(sink: Partial<{ onDrained(): void }> = {}): Http2ClientConnection {
  const quiet = {
    onOutput: () => undefined,
    onGoAway: () => undefined,
    onDrained: () => undefined,
    onRefused: () => undefined,
  };
  const connection = new Http2ClientConnection({ ...quiet, ...sink }, { now: () => 0 });
  connection.push(SETTINGS);
  return connection;
}

test('interim responses, the final one, body, trailers', () => {
  const { events } = ask(
    1,
    answer(1, false, block([':status', '103'])),
    answer(1, false),
    frame(0, 0, 1, 'abc'),
    frame(1, 5, 1, block(['x', 'y'])),
  );
  assert.deepEqual(
    events.map((event) => event.split(' ').slice(0, 2).join(' ')),
    ['interim 1', 'response 1', 'end 1', 'body 1'],
  );
  assert.match(events[2] ?? '', /"abc" \["x","y"\]/);
});

test('the answer to HEAD has no body whatever its length says', () => {
  const { events } = ask(2, answer(3, true, block([':status', '200'], ['content-length', '5'])));
  assert.match(events[0] ?? '', /"framing":-2/);
  assert.match(events[1] ?? '', /^end 3/);
});

for (const [what, frames] of [
  ['no :status', [answer(1, true, block(['x', 'y']))]],
  [':status 20', [answer(1, true, block([':status', '20']))]],
  ['101', [answer(1, false, block([':status', '101']))]],
  ['an interim response that ends the stream', [answer(1, true, block([':status', '100']))]],
  ['a request pseudo-header', [answer(1, true, block([':status', '200'], [':path', '/']))]],
  ['DATA in the answer without END_STREAM in trailers', [answer(1, false), answer(1, false)]],
  [
    'less DATA than content-length',
    [answer(1, false, block([':status', '200'], ['content-length', '5'])), frame(0, 1, 1, 'abc')],
  ],
] as const) {
  test(`a malformed response resets its stream only: ${what}`, () => {
    const { events, fault } = ask(1, ...frames);
    assert.equal(fault, undefined);
    assert.match(events.find((event) => event.startsWith('reset')) ?? '', /^reset 1 1 malformed false$/);
  });
}

for (const [what, frames, error] of [
  ['a response nobody asked for', [answer(5, true)], 'PROTOCOL_ERROR'],
  ['a pushed stream', [answer(2, true)], 'PROTOCOL_ERROR'],
  ['a second response', [answer(1, true), answer(1, true)], 'STREAM_CLOSED'],
  ['no SETTINGS first', [], 'PROTOCOL_ERROR'],
] as const) {
  test(`ends the connection: ${what}`, () => {
    const record = frames.length > 0 ? ask(1, ...frames) : recordClient([answer(1, true)], 1);
    assert.equal(record.fault, error);
  });
}

test('GOAWAY: later streams may be tried elsewhere, earlier ones go on, no new ones', () => {
  const { events } = ask(2, frame(7, 0, 0, uint32(1, 0)), answer(1, true));
  assert.deepEqual(
    events.map((event) => event.split(' ').slice(0, 5).join(' ')),
    ['reset 3 7 refused true', 'goaway 0', events[2]?.split(' ').slice(0, 5).join(' '), 'end 1 "" undefined'],
  );
  const connection = client();
  connection.push(frame(7, 0, 0, uint32(0, 0)));
  assert.equal(connection.canOpen, false);
  assert.equal(connection.request(request, true, ignore), undefined);
});

test('REFUSED_STREAM is retryable, other resets are not', () => {
  assert.equal(ask(1, frame(3, 0, 1, uint32(7))).events[0], 'reset 1 7 refused true');
  assert.equal(ask(1, frame(3, 0, 1, uint32(2))).events[0], 'reset 1 2 peer false');
});

test("the peer's limit of concurrent streams holds", () => {
  const connection = client();
  connection.push(frame(4, 0, 0, settings([3, 1])));
  assert.ok(connection.request(request, true, ignore));
  assert.equal(connection.canOpen, false);
  connection.push(answer(1, true));
  assert.equal(connection.canOpen, true);
});

test('both windows hold back DATA until they open; write says so and onDrain follows', () => {
  const connection = client();
  let drained = 0;
  const stream = connection.request(request, false, { ...ignore, onDrain: () => drained++ });
  connection.takeOutput();
  const dataBytes = (): number =>
    framesOf(Buffer.concat(connection.takeOutput()))
      .filter((line) => line.startsWith('0 '))
      .reduce((sum, line) => sum + (line.split(' ')[3] ?? '').length / 2, 0);
  assert.equal(stream?.write(Buffer.alloc(100_000)), false);
  assert.equal(dataBytes(), 65_535);
  connection.push(frame(8, 0, 1, uint32(10)));
  assert.equal(dataBytes(), 0);
  connection.push(frame(8, 0, 0, uint32(100_000)));
  assert.equal(dataBytes(), 10);
  // A smaller initial window may make the window negative (RFC 9113 §6.9.2).
  connection.push(frame(4, 0, 0, settings([4, 0])));
  connection.push(frame(8, 0, 1, uint32(65_535)));
  assert.equal(dataBytes(), 0);
  assert.equal(drained, 0);
  connection.push(frame(8, 0, 1, uint32(100_000)));
  assert.equal(dataBytes(), 100_000 - 65_545);
  assert.equal(drained, 1);
});

test('DATA waits while the output is full, and follows when it is taken', () => {
  const connection = client();
  connection.push(frame(4, 0, 0, settings([4, 0x7fff_ffff])));
  connection.push(frame(8, 0, 0, uint32(0x7000_0000)));
  const stream = connection.request(request, false, ignore);
  assert.equal(stream?.write(Buffer.alloc(1_000_000)), false);
  stream.end();
  let taken = 0;
  let rounds = 0;
  for (let pieces = connection.takeOutput(); pieces.length > 0; pieces = connection.takeOutput()) {
    const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0);
    assert.ok(bytes < 300_000);
    taken += bytes;
    rounds++;
  }
  assert.ok(taken > 1_000_000 && rounds >= 4);
});

test('a head larger than a frame goes out in CONTINUATION frames', () => {
  const connection = client();
  connection.takeOutput();
  connection.request({ ...request, headers: ['x', '\x7f'.replace('\x7f', '~').repeat(40_000)] }, true, ignore);
  const types = framesOf(Buffer.concat(connection.takeOutput())).map((line) => line.split(' ').slice(0, 2).join(' '));
  assert.equal(types[0], '1 1');
  assert.equal(types.at(-1), '9 4');
});

test('connection-specific fields are left out, and nothing that would break out of its field is sent', () => {
  const connection = client();
  assert.throws(() => connection.request({ ...request, headers: ['x', 'a\nb'] }, true, ignore), /HeaderInjectionError/);
  assert.throws(() => connection.request({ ...request, path: '/\r\n' }, true, ignore), /HeaderInjectionError/);
  assert.equal(connection.openStreams, 0);
});

test('drain: no new requests, and it ends with the last open one', () => {
  let drained = false;
  const connection = client({
    onDrained: () => {
      drained = true;
    },
  });
  connection.request(request, true, ignore);
  connection.drain();
  assert.equal(connection.canOpen, false);
  assert.equal(drained, false);
  connection.push(answer(1, true));
  assert.equal(drained, true);
});

test('the preface goes first', () => {
  const connection = client();
  assert.ok(Buffer.concat(connection.takeOutput()).subarray(0, CLIENT_PREFACE.length).equals(CLIENT_PREFACE));
});
