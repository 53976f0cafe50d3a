import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNKED, NO_BODY } from '../framing.ts';
import type { RequestHead } from '../head.ts';
import type { HttpFault } from './faults.ts';
import { COMMON_NAMES, hashStep, internedSlot, MEANINGFUL_NAMES, meaningOfSlot, PLAIN } from './known-names.ts';
import { RequestParser, type RequestParserOptions } from './request-parser.ts';

interface Exchange {
  readonly heads: RequestHead[];
  readonly bodies: string[];
  readonly trailers: (readonly string[] | undefined)[];
  fault: HttpFault | undefined;
  readonly parser: RequestParser;
}

function parse(text: string, options: RequestParserOptions = {}): Exchange {
  const exchange = {
    heads: [] as RequestHead[],
    bodies: [] as string[],
    trailers: [] as (readonly string[] | undefined)[],
  };
  let body = '';
  const parser = new RequestParser(
    {
      onRequest: (head) => exchange.heads.push(head),
      onRequestBody: (chunk) => {
        body += chunk.toString('latin1');
      },
      onRequestEnd: (trailers) => {
        exchange.bodies.push(body);
        exchange.trailers.push(trailers);
        body = '';
      },
    },
    options,
  );
  return { ...exchange, parser, fault: parser.push(Buffer.from(text, 'latin1')) };
}

const refusals: readonly (readonly [what: string, text: string, code: string, status: number])[] = [
  [
    'both framings',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    'AMBIGUOUS_FRAMING',
    400,
  ],
  [
    'differing lengths',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
    'BAD_CONTENT_LENGTH',
    400,
  ],
  ['a list of lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\n', 'BAD_CONTENT_LENGTH', 400],
  ['a signed length', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n', 'BAD_CONTENT_LENGTH', 400],
  [
    'a length beyond 2^53',
    'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9007199254740993\r\n\r\n',
    'BAD_CONTENT_LENGTH',
    400,
  ],
  ['a bare LF', 'GET / HTTP/1.1\nHost: a\r\n\r\n', 'BAD_LINE_END', 400],
  ['a bare LF in the fields', 'GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n', 'BAD_LINE_END', 400],
  ['a bare CR in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n', 'BAD_LINE_END', 400],
  ['whitespace before the colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 'BAD_HEADER_NAME', 400],
  ['obs-fold', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n', 'OBSOLETE_FOLD', 400],
  ['NUL in a value', 'GET / HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n', 'BAD_HEADER_VALUE', 400],
  ['an empty name', 'GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n', 'BAD_HEADER_NAME', 400],
  ['a framing field in disguise', 'POST / HTTP/1.1\r\nHost: a\r\nContent_Length: 4\r\n\r\n', 'BAD_HEADER_NAME', 400],
  ['a missing Host', 'GET / HTTP/1.1\r\nAccept: a\r\n\r\n', 'MISSING_HOST', 400],
  ['an empty Host', 'GET / HTTP/1.1\r\nHost:\r\n\r\n', 'MISSING_HOST', 400],
  ['a repeated Host', 'GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n', 'REPEATED_HOST', 400],
  ['a Host with a path', 'GET / HTTP/1.1\r\nHost: a/b\r\n\r\n', 'BAD_HOST', 400],
  ['a Host with userinfo', 'GET / HTTP/1.1\r\nHost: a@b\r\n\r\n', 'BAD_HOST', 400],
  ['a bad method', 'G@T / HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_METHOD', 400],
  ['two spaces', 'GET  / HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['a relative target', 'GET x HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['a fragment', 'GET /x#y HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['GET *', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['CONNECT without a port', 'CONNECT a HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['userinfo in the target', 'GET http://u:p@a/ HTTP/1.1\r\nHost: a\r\n\r\n', 'BAD_TARGET', 400],
  ['a lower-case version', 'GET / http/1.1\r\nHost: a\r\n\r\n', 'BAD_VERSION', 400],
  ['HTTP/2 as text', 'GET / HTTP/2.0\r\nHost: a\r\n\r\n', 'UNSUPPORTED_VERSION', 505],
  [
    'non-final chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, gzip\r\n\r\n',
    'UNSUPPORTED_CODING',
    501,
  ],
  ['identity', 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n', 'BAD_TRANSFER_ENCODING', 400],
  [
    'chunked twice',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n',
    'BAD_TRANSFER_ENCODING',
    400,
  ],
  ['chunked on HTTP/1.0', 'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n', 'BAD_TRANSFER_ENCODING', 400],
  [
    'a no-break space before chunked',
    'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \xa0chunked\r\n\r\n',
    'BAD_TRANSFER_ENCODING',
    400,
  ],
];
for (const [what, text, code, status] of refusals) {
  test(`refuses ${what}`, () => {
    const { fault, heads } = parse(text);
    assert.ok(fault !== undefined);
    assert.deepEqual([fault.code, fault.status], [code, status], fault.message);
    assert.deepEqual(heads, []);
  });
}

const CHUNKED_HEAD = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
const chunkRefusals: readonly (readonly [what: string, text: string, code: string])[] = [
  ['a hexadecimal prefix', '0x5\r\nhello\r\n', 'BAD_CHUNK_SIZE'],
  ['a sign', '+5\r\nhello\r\n', 'BAD_CHUNK_SIZE'],
  ['no size', '\r\n', 'BAD_CHUNK_SIZE'],
  ['a space after the size', '5 \r\nhello\r\n', 'BAD_CHUNK_SIZE'],
  ['a size beyond 2^53', 'ffffffffffffffff\r\n', 'BAD_CHUNK_SIZE'],
  ['endless zeros', '00000000000000000', 'BAD_CHUNK_SIZE'],
  ['an empty extension', '5;\r\nhello\r\n', 'BAD_CHUNK_EXTENSION'],
  ['an unfinished quoted extension', '5;a="b\r\nhello\r\n', 'BAD_CHUNK_EXTENSION'],
  ['a bare LF after the size', '5\nhello\r\n', 'BAD_CHUNK_SIZE'],
  ['data longer than the size', '5\r\nhello!\r\n', 'BAD_CHUNK_END'],
  ['a length as trailer', '0\r\nContent-Length: 1\r\n\r\n', 'BAD_TRAILER'],
];
for (const [what, text, code] of chunkRefusals) {
  test(`refuses in chunks: ${what}`, () => assert.equal(parse(CHUNKED_HEAD + text).fault?.code, code));
}

test('a head carries everything a route needs, with lower-case names and no host among them', () => {
  const [head] = parse('GET /a?b=c HTTP/1.1\r\nHOST: Shop.example:80\r\nX-One: 1\r\nx-one:\t2 \r\n\r\n', {
    keepRawNames: true,
    scheme: 'https',
  }).heads;
  assert.deepEqual(head, {
    method: 'GET',
    path: '/a?b=c',
    authority: 'Shop.example:80',
    scheme: 'https',
    headers: ['x-one', '1', 'x-one', '2'],
    rawNames: ['X-One', 'x-one'],
    version: 11,
    target: '/a?b=c',
    framing: NO_BODY,
    keepAlive: true,
    expectContinue: false,
    upgrade: undefined,
    transferCodings: undefined,
  });
});

test('the authority of an absolute-form target wins over Host (RFC 9112 §3.2.2)', () => {
  const [head] = parse('GET HTTP://other:81?q HTTP/1.1\r\nHost: a\r\n\r\n').heads;
  assert.equal(head?.authority, 'other:81');
  assert.equal(head.scheme, 'http');
  assert.equal(head.path, '/?q');
});

test('OPTIONS for a server as a whole, directly and through a proxy (RFC 9112 §3.2.4)', () => {
  assert.equal(parse('OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n').heads[0]?.path, '*');
  assert.equal(parse('OPTIONS http://a HTTP/1.1\r\nHost: a\r\n\r\n').heads[0]?.path, '*');
});

test('connection persistence follows version and Connection (RFC 9112 §9.3)', () => {
  const keepAlive = (text: string): boolean | undefined => parse(text).heads[0]?.keepAlive;
  assert.equal(keepAlive('GET / HTTP/1.1\r\nHost: a\r\nConnection: foo, Close\r\n\r\n'), false);
  assert.equal(keepAlive('GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n'), true);
  assert.equal(keepAlive('GET / HTTP/1.0\r\n\r\n'), false);
});

test('an upgrade needs both Upgrade and the Connection option, and HTTP/1.1', () => {
  assert.equal(
    parse('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: WebSocket\r\nConnection: x, upgrade\r\n\r\n').heads[0]?.upgrade,
    'websocket',
  );
  assert.equal(parse('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n\r\n').heads[0]?.upgrade, undefined);
});

test('waits after a message, keeps what comes, goes on when told to', () => {
  const { heads, parser } = parse('GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n');
  assert.equal(heads.length, 1);
  assert.equal(parser.keptBytes, 'GET /2 HTTP/1.1\r\nHost: a\r\n\r\n'.length);
  assert.equal(parser.push(Buffer.from('GET /3')), undefined);
  parser.next();
  assert.deepEqual(
    heads.map((head) => head.path),
    ['/1', '/2'],
  );
  parser.next();
  parser.push(Buffer.from(' HTTP/1.1\r\nHost: a\r\n\r\n'));
  assert.deepEqual(
    heads.map((head) => head.path),
    ['/1', '/2', '/3'],
  );
});

test('bounds what is kept while waiting', () => {
  const { parser } = parse('GET /1 HTTP/1.1\r\nHost: a\r\n\r\n', { limits: { maxPipelinedBytes: 10 } });
  assert.equal(parser.push(Buffer.alloc(11))?.code, 'PIPELINE_TOO_LONG');
});

test('after a request that closes, anything but line ends is refused', () => {
  const { parser } = parse('GET /1 HTTP/1.0\r\n\r\n\r\n');
  assert.equal(parser.next(), undefined);
  assert.equal(parser.push(Buffer.from('GET'))?.code, 'DATA_AFTER_CLOSE');
});

test('detach yields the bytes of the other protocol', () => {
  const { parser, heads } = parse('CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\nContent-Length: 9\r\n\r\nraw');
  assert.equal(heads[0]?.authority, 'a:1');
  assert.equal(parser.detach().toString(), 'raw');
});

test('chunked bodies, extensions dropped, trailers reported', () => {
  const { bodies, trailers, heads } = parse(`${CHUNKED_HEAD}5;a=b\r\nhello\r\n6\r\n world\r\n000\r\nX-Sum: 7\r\n\r\n`);
  assert.equal(heads[0]?.framing, CHUNKED);
  assert.deepEqual(bodies, ['hello world']);
  assert.deepEqual(trailers, [['x-sum', '7']]);
});

test('limits: bytes of a head, number of fields, bytes of extensions', () => {
  const limits = { maxHeadBytes: 100, maxHeaders: 2, maxChunkExtensionBytes: 8 };
  assert.equal(parse(`GET /${'x'.repeat(100)}`, { limits }).fault?.code, 'HEAD_TOO_LARGE');
  assert.equal(parse('GET / HTTP/1.1\r\nHost: a\r\nB: 1\r\nC: 1\r\n\r\n', { limits }).fault?.code, 'TOO_MANY_HEADERS');
  assert.equal(parse(`${CHUNKED_HEAD}1;abcdefghi\r\n`, { limits }).fault?.code, 'CHUNK_EXTENSION_TOO_LONG');
  assert.equal(parse(`GET /${'x'.repeat(100)}`, { limits }).fault?.status, 431);
});

test('the end of the connection is a fault only in the middle of a message', () => {
  assert.equal(parse('').parser.end(), undefined);
  assert.equal(parse('\r\n').parser.end(), undefined);
  assert.equal(parse('GET / HTTP/1.1\r\nHost: a\r\n\r\n').parser.end(), undefined);
  assert.equal(parse('GET /').parser.end()?.code, 'INCOMPLETE');
  assert.equal(parse('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n1').parser.end()?.code, 'INCOMPLETE');
});

test('a fault says what byte, where, what was expected and which clause', () => {
  assert.equal(
    parse('GET / HTTP/1.1\r\nHost : a\r\n\r\n').fault?.message,
    'BAD_HEADER_NAME: found a space at byte 20; expected a field name of token characters directly followed by a colon (RFC 9112 §5.1)',
  );
});

/** The slot of a name as it may stand in a message, or -1. */
function slotOfName(name: string): number {
  let hash = 0;
  for (const char of name) hash = hashStep(hash, char.charCodeAt(0));
  const bytes = Buffer.from(name.toUpperCase());
  return internedSlot(hash, bytes, 0, bytes.length);
}

test('every name that frames or routes a message is recognised in any case', () => {
  for (const name of MEANINGFUL_NAMES) assert.notEqual(meaningOfSlot(slotOfName(name)), PLAIN, name);
});

test('every common name is interned: none loses its slot to another', () => {
  for (const name of COMMON_NAMES) assert.notEqual(slotOfName(name), -1, name);
});
