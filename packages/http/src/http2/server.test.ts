import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block, frame, GET, HELLO, POST, settings, uint32 } from '../fuzz/http2-bytes.ts';
import { type Http2Record, recordServer, type ServerBehaviour } from '../fuzz/record-http2.ts';
import { HTTP2_ERRORS, type Http2ErrorName } from './errors.ts';

const [DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY, WINDOW_UPDATE, CONTINUATION] = [
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
] as const;
const END_STREAM = 1;
const END_HEADERS = 4;
const PADDED = 8;
const WITH_PRIORITY = 0x20;

const getHead = (id: number): Buffer => frame(HEADERS, END_HEADERS | END_STREAM, id, block(...GET));
const postHead = (id: number, ...more: readonly (readonly [string, string])[]): Buffer =>
  frame(HEADERS, END_HEADERS, id, block(...POST, ...more));
const serve = (frames: readonly Buffer[], behaviour?: ServerBehaviour): Http2Record =>
  recordServer([HELLO, ...frames], behaviour);
const headOf = (fields: readonly (readonly [string, string])[]): Buffer =>
  frame(HEADERS, END_HEADERS | END_STREAM, 1, block(...fields));
const without = (name: string): readonly (readonly [string, string])[] => GET.filter(([field]) => field !== name);

function sentReset(record: Http2Record, stream: number): string | undefined {
  const line = record.sent.find((sent) => sent.startsWith(`${RST_STREAM} 0 ${stream} `));
  return line === undefined
    ? undefined
    : Object.entries(HTTP2_ERRORS).find(([, code]) => code === Number.parseInt(line.split(' ')[3]!, 16))?.[0];
}

/** Each breaks the connection: the error of the GOAWAY. */
const CONNECTION_ERRORS: readonly (readonly [what: string, frames: readonly Buffer[], error: Http2ErrorName])[] = [
  ['DATA on stream 0', [frame(DATA, 0, 0, 'x')], 'PROTOCOL_ERROR'],
  ['DATA on an idle stream', [frame(DATA, 0, 1, 'x')], 'PROTOCOL_ERROR'],
  ['DATA on a finished stream', [getHead(1), frame(DATA, END_STREAM, 1, 'x')], 'STREAM_CLOSED'],
  ['HEADERS on a finished stream', [getHead(1), getHead(1)], 'STREAM_CLOSED'],
  ['HEADERS on stream 0', [getHead(0)], 'PROTOCOL_ERROR'],
  ['HEADERS on an even stream', [getHead(2)], 'PROTOCOL_ERROR'],
  ['HEADERS on a stream below the last', [getHead(5), getHead(3)], 'PROTOCOL_ERROR'],
  ['a frame above the maximum size', [frame(DATA, 0, 1, Buffer.alloc(16_385))], 'FRAME_SIZE_ERROR'],
  ['as much padding as payload in DATA', [postHead(1), frame(DATA, PADDED, 1, '\x05abcd')], 'PROTOCOL_ERROR'],
  ['padded DATA without payload', [postHead(1), frame(DATA, PADDED, 1)], 'PROTOCOL_ERROR'],
  ['too much padding in HEADERS', [frame(HEADERS, END_HEADERS | PADDED, 1, '\xffabcd')], 'PROTOCOL_ERROR'],
  [
    'another frame within a header block',
    [frame(HEADERS, 0, 1, block(...GET)), frame(PRIORITY, 0, 1, '\0\0\0\0\0')],
    'PROTOCOL_ERROR',
  ],
  ['another stream within a header block', [frame(HEADERS, 0, 1, block(...GET)), getHead(3)], 'PROTOCOL_ERROR'],
  [
    'an unknown frame within a header block',
    [frame(HEADERS, 0, 1, block(...GET)), frame(0x16, 0, 0)],
    'PROTOCOL_ERROR',
  ],
  ['CONTINUATION without HEADERS', [frame(CONTINUATION, END_HEADERS, 1, block(...GET))], 'PROTOCOL_ERROR'],
  ['CONTINUATION after END_HEADERS', [postHead(1), frame(CONTINUATION, END_HEADERS, 1, '')], 'PROTOCOL_ERROR'],
  [
    'a header block HPACK cannot read',
    [frame(HEADERS, END_HEADERS, 1, '\xff\xff\xff\xff\xff\xff')],
    'COMPRESSION_ERROR',
  ],
  ['PRIORITY on stream 0', [frame(PRIORITY, 0, 0, '\0\0\0\0\0')], 'PROTOCOL_ERROR'],
  ['RST_STREAM on stream 0', [frame(RST_STREAM, 0, 0, uint32(8))], 'PROTOCOL_ERROR'],
  ['RST_STREAM on an idle stream', [frame(RST_STREAM, 0, 1, uint32(8))], 'PROTOCOL_ERROR'],
  ['RST_STREAM of three bytes', [postHead(1), frame(RST_STREAM, 0, 1, 'abc')], 'FRAME_SIZE_ERROR'],
  ['SETTINGS on a stream', [frame(SETTINGS, 0, 1)], 'PROTOCOL_ERROR'],
  ['SETTINGS of three bytes', [frame(SETTINGS, 0, 0, 'abc')], 'FRAME_SIZE_ERROR'],
  ['SETTINGS ACK with payload', [frame(SETTINGS, 1, 0, settings([4, 1]))], 'FRAME_SIZE_ERROR'],
  ['ENABLE_PUSH 2', [frame(SETTINGS, 0, 0, settings([2, 2]))], 'PROTOCOL_ERROR'],
  ['INITIAL_WINDOW_SIZE 2^31', [frame(SETTINGS, 0, 0, settings([4, 0x8000_0000]))], 'FLOW_CONTROL_ERROR'],
  ['MAX_FRAME_SIZE below 2^14', [frame(SETTINGS, 0, 0, settings([5, 16_383]))], 'PROTOCOL_ERROR'],
  ['MAX_FRAME_SIZE above 2^24-1', [frame(SETTINGS, 0, 0, settings([5, 16_777_216]))], 'PROTOCOL_ERROR'],
  [
    'a window that settings overflow',
    [postHead(1), frame(WINDOW_UPDATE, 0, 1, uint32(0x7fff_0000)), frame(SETTINGS, 0, 0, settings([4, 0x7fff_ffff]))],
    'FLOW_CONTROL_ERROR',
  ],
  [
    'PUSH_PROMISE from a client',
    [frame(PUSH_PROMISE, END_HEADERS, 1, Buffer.concat([uint32(2), block(...GET)]))],
    'PROTOCOL_ERROR',
  ],
  ['PING on a stream', [frame(PING, 0, 1, '12345678')], 'PROTOCOL_ERROR'],
  ['PING of six bytes', [frame(PING, 0, 0, '123456')], 'FRAME_SIZE_ERROR'],
  ['GOAWAY on a stream', [frame(GOAWAY, 0, 1, uint32(0, 0))], 'PROTOCOL_ERROR'],
  ['WINDOW_UPDATE of three bytes', [frame(WINDOW_UPDATE, 0, 0, 'abc')], 'FRAME_SIZE_ERROR'],
  ['WINDOW_UPDATE by 0 on the connection', [frame(WINDOW_UPDATE, 0, 0, uint32(0))], 'PROTOCOL_ERROR'],
  ['WINDOW_UPDATE on an idle stream', [frame(WINDOW_UPDATE, 0, 1, uint32(1))], 'PROTOCOL_ERROR'],
  ['WINDOW_UPDATE beyond 2^31-1', [frame(WINDOW_UPDATE, 0, 0, uint32(0x7fff_ffff))], 'FLOW_CONTROL_ERROR'],
];
for (const [what, frames, error] of CONNECTION_ERRORS) {
  test(`the connection ends: ${what}`, () => {
    const record = serve(frames, { answer: true });
    assert.equal(record.fault, error);
    assert.match(record.sent.at(-1) ?? '', new RegExp(`^7 0 0 [0-9a-f]{8}0000000${HTTP2_ERRORS[error].toString(16)}`));
  });
}

/** Each breaks one stream, number 1: the error of the RST_STREAM. */
const STREAM_ERRORS: readonly (readonly [what: string, frames: readonly Buffer[], error: Http2ErrorName])[] = [
  ['DATA after END_STREAM', [getHead(1), frame(DATA, END_STREAM, 1, 'x')], 'STREAM_CLOSED'],
  ['HEADERS after END_STREAM', [getHead(1), getHead(1)], 'STREAM_CLOSED'],
  ['DATA after RST_STREAM', [postHead(1), frame(RST_STREAM, 0, 1, uint32(8)), frame(DATA, 0, 1, 'x')], 'STREAM_CLOSED'],
  ['HEADERS after RST_STREAM', [postHead(1), frame(RST_STREAM, 0, 1, uint32(8)), getHead(1)], 'STREAM_CLOSED'],
  ['WINDOW_UPDATE by 0', [postHead(1), frame(WINDOW_UPDATE, 0, 1, uint32(0))], 'PROTOCOL_ERROR'],
  ['WINDOW_UPDATE beyond 2^31-1', [postHead(1), frame(WINDOW_UPDATE, 0, 1, uint32(0x7fff_ffff))], 'FLOW_CONTROL_ERROR'],
  ['PRIORITY of four bytes', [postHead(1), frame(PRIORITY, 0, 1, '\0\0\0\0')], 'FRAME_SIZE_ERROR'],
  [
    'a stream that depends on itself',
    [
      frame(
        HEADERS,
        END_HEADERS | END_STREAM | WITH_PRIORITY,
        1,
        Buffer.concat([uint32(1), Buffer.from([1]), block(...GET)]),
      ),
    ],
    'PROTOCOL_ERROR',
  ],
  [
    'PRIORITY on itself',
    [postHead(1), frame(PRIORITY, 0, 1, Buffer.concat([uint32(1), Buffer.from([1])]))],
    'PROTOCOL_ERROR',
  ],
  ['trailers without END_STREAM', [postHead(1), frame(HEADERS, END_HEADERS, 1, block(['x', 'y']))], 'PROTOCOL_ERROR'],
  [
    'a content-length in trailers',
    [postHead(1), frame(HEADERS, END_HEADERS | END_STREAM, 1, block(['content-length', '3']))],
    'PROTOCOL_ERROR',
  ],
  [
    'a host in trailers',
    [postHead(1), frame(HEADERS, END_HEADERS | END_STREAM, 1, block(['host', 'b']))],
    'PROTOCOL_ERROR',
  ],
  ['content_length, which CGI reads as content-length', [postHead(1, ['content_length', '3'])], 'PROTOCOL_ERROR'],
  ['transfer_encoding', [postHead(1, ['transfer_encoding', 'chunked'])], 'PROTOCOL_ERROR'],
  [
    'a pseudo-header in trailers',
    [postHead(1), frame(HEADERS, END_HEADERS | END_STREAM, 1, block([':method', 'GET']))],
    'PROTOCOL_ERROR',
  ],
  ['an upper-case name', [headOf([...GET, ['X-A', '1']])], 'PROTOCOL_ERROR'],
  ['a line feed in a value', [headOf([...GET, ['x', 'a\nb']])], 'PROTOCOL_ERROR'],
  ['an unknown pseudo-header', [headOf([...GET, [':x', '1']])], 'PROTOCOL_ERROR'],
  ['a response pseudo-header', [headOf([...GET, [':status', '200']])], 'PROTOCOL_ERROR'],
  ['a pseudo-header after a field', [headOf([['x', '1'], ...GET])], 'PROTOCOL_ERROR'],
  ['connection', [headOf([...GET, ['connection', 'close']])], 'PROTOCOL_ERROR'],
  ['transfer-encoding', [headOf([...GET, ['transfer-encoding', 'chunked']])], 'PROTOCOL_ERROR'],
  ['upgrade', [headOf([...GET, ['upgrade', 'h2c']])], 'PROTOCOL_ERROR'],
  ['te: gzip', [headOf([...GET, ['te', 'gzip']])], 'PROTOCOL_ERROR'],
  ['an empty :path', [headOf([...without(':path'), [':path', '']])], 'PROTOCOL_ERROR'],
  ['a fragment in :path', [headOf([...without(':path'), [':path', '/#x']])], 'PROTOCOL_ERROR'],
  ['no :method', [headOf(without(':method'))], 'PROTOCOL_ERROR'],
  ['no :scheme', [headOf(without(':scheme'))], 'PROTOCOL_ERROR'],
  ['no :path', [headOf(without(':path'))], 'PROTOCOL_ERROR'],
  ['no :authority', [headOf(without(':authority'))], 'PROTOCOL_ERROR'],
  ['host and :authority that differ', [headOf([...GET, ['host', 'b']])], 'PROTOCOL_ERROR'],
  ['a repeated :method', [headOf([[':method', 'GET'], ...GET])], 'PROTOCOL_ERROR'],
  ['CONNECT with :path', [headOf([[':method', 'CONNECT'], ...without(':method')])], 'PROTOCOL_ERROR'],
  [
    ':protocol where it was not offered',
    [headOf([[':method', 'CONNECT'], [':protocol', 'websocket'], ...without(':method')])],
    'PROTOCOL_ERROR',
  ],
  ['content-length without a body', [headOf([...POST, ['content-length', '1']])], 'PROTOCOL_ERROR'],
  [
    'more DATA than content-length',
    [postHead(1, ['content-length', '1']), frame(DATA, END_STREAM, 1, 'ab')],
    'PROTOCOL_ERROR',
  ],
  [
    'less DATA than content-length',
    [postHead(1, ['content-length', '3']), frame(DATA, 0, 1, 'a'), frame(DATA, END_STREAM, 1, 'b')],
    'PROTOCOL_ERROR',
  ],
  [
    'differing content-lengths',
    [headOf([...POST, ['content-length', '0'], ['content-length', '1']])],
    'PROTOCOL_ERROR',
  ],
];
for (const [what, frames, error] of STREAM_ERRORS) {
  test(`the stream ends: ${what}`, () => {
    const record = serve([...frames, frame(PING, 0, 0, '12345678')]);
    assert.equal(record.fault, undefined);
    assert.equal(sentReset(record, 1), error);
    assert.ok(
      record.sent.some((sent) => sent.startsWith(`${PING} 1 0 `)),
      'the connection goes on',
    );
  });
}

test('a stream window that is overrun ends the stream, the connection window the connection', () => {
  const limits = { streamWindowBytes: 65_535, connectionWindowBytes: 131_072 };
  const flood = (id: number, frames: number): readonly Buffer[] =>
    Array.from({ length: frames }, () => frame(DATA, 0, id, Buffer.alloc(16_384)));
  const stream = serve([postHead(1), ...flood(1, 4)], { limits, consume: false });
  assert.equal(sentReset(stream, 1), 'FLOW_CONTROL_ERROR');
  assert.equal(stream.fault, undefined);
  const connection = serve([postHead(1), postHead(3), postHead(5), ...flood(1, 3), ...flood(3, 3), ...flood(5, 3)], {
    limits,
    consume: false,
  });
  assert.equal(connection.fault, 'FLOW_CONTROL_ERROR');
});

test('bytes are credited when they are consumed, and those of reset streams to the connection', () => {
  const limits = { streamWindowBytes: 65_535, connectionWindowBytes: 65_535 };
  const frames = [
    postHead(1),
    frame(DATA, 0, 1, Buffer.alloc(16_384)),
    frame(DATA, 0, 1, Buffer.alloc(16_384)),
    frame(DATA, 0, 1, Buffer.alloc(16_384)),
  ];
  const held = serve(frames, { limits, consume: false });
  assert.ok(!held.sent.some((sent) => sent.startsWith(`${WINDOW_UPDATE} `)));
  const consumed = serve(frames, { limits });
  assert.ok(consumed.sent.some((sent) => sent.startsWith(`${WINDOW_UPDATE} 0 1 `)));
  const reset = serve([...frames, frame(RST_STREAM, 0, 1, uint32(8))], { limits, consume: false });
  assert.ok(reset.sent.includes(`${WINDOW_UPDATE} 0 0 ${uint32(49_152).toString('hex')}`));
});

test('padding counts against the windows and is credited at once', () => {
  const limits = { streamWindowBytes: 65_535, connectionWindowBytes: 65_535 };
  const padded = frame(DATA, PADDED, 1, Buffer.concat([Buffer.from([255]), Buffer.from('x'), Buffer.alloc(255)]));
  const record = serve([postHead(1), ...Array.from({ length: 300 }, () => padded)], { limits, consume: false });
  assert.equal(record.fault, undefined);
  assert.equal(record.events.at(-1), `body 1 ${JSON.stringify('x'.repeat(300))}`);
});

test('more streams than allowed are refused, and those after the drain too', () => {
  const record = serve([postHead(1), postHead(3), postHead(5)], { limits: { maxConcurrentStreams: 2 } });
  assert.equal(sentReset(record, 5), 'REFUSED_STREAM');
});

test('a header list over the limit is answered with 431', () => {
  const record = serve([headOf([...GET, ['x-big', 'v'.repeat(200)]])], { limits: { maxHeaderListBytes: 300 } });
  assert.ok(record.sent.some((sent) => sent.startsWith(`${HEADERS} 5 1 `)));
  assert.deepEqual(record.events, ['refused 1']);
});

test('an extended CONNECT carries its protocol', () => {
  const record = serve([headOf([[':method', 'CONNECT'], [':protocol', 'websocket'], ...without(':method')])], {
    extendedConnect: true,
  });
  assert.match(record.events[0] ?? '', /"method":"CONNECT","path":"\/".*"upgrade":"websocket"/);
});

test('cookie crumbs become one field, host becomes the authority', () => {
  const record = serve([
    headOf([...without(':authority'), ['host', 'h'], ['cookie', 'a=1'], ['x', 'y'], ['cookie', 'b=2']]),
  ]);
  assert.match(record.events[0] ?? '', /"authority":"h".*"headers":\["cookie","a=1; b=2","x","y"\]/);
});

/** Attacks by many small things; each must end the connection with ENHANCE_YOUR_CALM. */
const FLOODS: readonly (readonly [what: string, frames: (index: number) => readonly Buffer[]])[] = [
  [
    'streams that are opened and reset (rapid reset)',
    (i) => [getHead(i * 2 + 1), frame(RST_STREAM, 0, i * 2 + 1, uint32(8))],
  ],
  ['streams that we have to reset', (i) => [postHead(i * 2 + 1), frame(WINDOW_UPDATE, 0, i * 2 + 1, uint32(0))]],
  ['malformed requests', (i) => [frame(HEADERS, END_HEADERS | END_STREAM, i * 2 + 1, block([':method', 'GET']))]],
  ['PING', () => [frame(PING, 0, 0, '12345678')]],
  ['SETTINGS', () => [frame(SETTINGS, 0, 0)]],
  ['PRIORITY', () => [frame(PRIORITY, 0, 1, '\0\0\0\0\0')]],
  ['unknown frames', () => [frame(0xee, 0, 0, 'x')]],
  ['WINDOW_UPDATE', () => [frame(WINDOW_UPDATE, 0, 0, uint32(1))]],
];
for (const [what, frames] of FLOODS) {
  test(`a flood ends the connection: ${what}`, () => {
    const pieces = Array.from({ length: 12_000 }, (_, index) => frames(index)).flat();
    assert.equal(serve(pieces).fault, 'ENHANCE_YOUR_CALM');
  });
}

test('a flood ends the connection: empty DATA, empty CONTINUATION, endless header blocks, answers nobody reads', () => {
  assert.equal(
    serve([postHead(1), ...Array.from({ length: 10_001 }, () => frame(DATA, 0, 1))]).fault,
    'ENHANCE_YOUR_CALM',
  );
  const open = frame(HEADERS, 0, 1, block(...GET));
  assert.equal(
    serve([open, ...Array.from({ length: 17 }, () => frame(CONTINUATION, 0, 1))]).fault,
    'ENHANCE_YOUR_CALM',
  );
  assert.equal(
    serve([open, ...Array.from({ length: 4 }, () => frame(CONTINUATION, 0, 1, Buffer.alloc(16_384, 0x82)))]).fault,
    'ENHANCE_YOUR_CALM',
  );
  assert.equal(serve(Array.from({ length: 1001 }, () => frame(PING, 0, 0, '12345678'))).fault, 'ENHANCE_YOUR_CALM');
});

test('an HPACK bomb costs its own bytes only', () => {
  // GET http / with authority a; then a header of 3000 bytes into the table, then a reference to it in every byte: 30 MB of header list.
  const start = Buffer.from([0x82, 0x86, 0x84, 0x41, 0x01, 0x61, 0x40, 0x01, 0x61, 0x7f, 0xb9, 0x16]);
  const bomb = Buffer.concat([start, Buffer.alloc(3000, 'v'), Buffer.alloc(12_000, 0xbe)]);
  const record = serve([frame(HEADERS, END_HEADERS | END_STREAM, 1, bomb)]);
  assert.deepEqual(record.events, ['refused 1']);
});
