import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BODY, UNTIL_CLOSE } from '../framing.ts';
import type { ResponseHead } from '../head.ts';
import { ResponseParser } from './response-parser.ts';

function client(options = {}) {
  const seen: string[] = [];
  const heads: ResponseHead[] = [];
  const parser = new ResponseParser(
    {
      onInformational: (head) => seen.push(`interim ${head.status}`),
      onResponse: (head) => {
        heads.push(head);
        seen.push(`response ${head.status}`);
      },
      onResponseBody: (chunk) => seen.push(`body ${chunk.toString()}`),
      onResponseEnd: (trailers) => seen.push(`end${trailers === undefined ? '' : ` ${trailers.join()}`}`),
    },
    options,
  );
  const push = (text: string) => parser.push(Buffer.from(text, 'latin1'));
  return { parser, push, seen, heads };
}

test('HEAD, 204 and 304 have no body whatever their fields say', () => {
  const { parser, push, seen, heads } = client();
  parser.begin('HEAD');
  push('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n');
  parser.begin('GET');
  push('HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n');
  parser.begin('GET');
  push('HTTP/1.1 204 No Content\r\n\r\n');
  assert.deepEqual(seen, ['response 200', 'end', 'response 304', 'end', 'response 204', 'end']);
  assert.deepEqual(heads[0]?.headers, ['content-length', '10']);
  assert.equal(heads[0].framing, NO_BODY);
});

test('interim responses come before the final one', () => {
  const { parser, push, seen } = client();
  parser.begin('GET');
  push('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
  assert.deepEqual(seen, ['interim 100', 'interim 103', 'response 200', 'body ok', 'end']);
});

test('101 and an accepted CONNECT end HTTP; the rest of the bytes is the other protocol', () => {
  const upgraded = client();
  upgraded.parser.begin('GET');
  assert.equal(
    upgraded.push('HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n\r\n'),
    undefined,
  );
  assert.equal(upgraded.heads[0]?.upgrade, 'websocket');
  assert.equal(upgraded.heads[0].keepAlive, false);
  const tunnel = client();
  tunnel.parser.begin('CONNECT');
  tunnel.push('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n');
  assert.deepEqual(tunnel.seen, ['response 200', 'end']);
});

test('detach within the end of a 101 yields the bytes behind it', () => {
  let rest = '';
  const parser = new ResponseParser({
    onInformational: () => assert.fail(),
    onResponse: () => undefined,
    onResponseBody: () => assert.fail(),
    onResponseEnd: () => {
      rest = parser.detach().toString();
    },
  });
  parser.begin('GET');
  assert.equal(parser.push(Buffer.from('HTTP/1.1 101 X\r\n\r\nraw bytes')), undefined);
  assert.equal(rest, 'raw bytes');
});

test('a body that lasts until the connection closes ends with it', () => {
  const { parser, push, seen, heads } = client();
  parser.begin('GET');
  push('HTTP/1.1 200 OK\r\n\r\nabc');
  assert.equal(heads[0]?.framing, UNTIL_CLOSE);
  assert.equal(heads[0].keepAlive, false);
  assert.equal(parser.end(), undefined);
  assert.deepEqual(seen, ['response 200', 'body abc', 'end']);
});

test('a connection that ends before or within a response is a fault', () => {
  const silent = client();
  silent.parser.begin('GET');
  assert.equal(silent.parser.end()?.code, 'INCOMPLETE');
  const cut = client();
  cut.parser.begin('GET');
  cut.push('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc');
  assert.equal(cut.parser.end()?.code, 'INCOMPLETE');
});

test('bytes without an outstanding request are refused (RFC 9112 §9.2)', () => {
  assert.equal(client().push('HTTP/1.1 408 Request Timeout\r\n\r\n')?.code, 'UNEXPECTED_RESPONSE');
  const { parser, push } = client();
  parser.begin('GET');
  assert.equal(
    push('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n\r\n')?.code,
    'UNEXPECTED_RESPONSE',
  );
});

for (const [what, text, code] of [
  ['a two-digit status', 'HTTP/1.1 20 OK\r\n\r\n', 'BAD_STATUS_LINE'],
  ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n', 'BAD_STATUS_LINE'],
  ['a four-digit status', 'HTTP/1.1 2000 OK\r\n\r\n', 'BAD_STATUS_LINE'],
  ['no version', 'ICY 200 OK\r\n\r\n', 'BAD_VERSION'],
  ['HTTP/0.9', 'HTTP/0.9 200 OK\r\n\r\n', 'BAD_VERSION'],
  ['both framings', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n', 'AMBIGUOUS_FRAMING'],
  ['an unknown coding', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n', 'UNSUPPORTED_CODING'],
] as const) {
  test(`refuses ${what}`, () => {
    const { parser, push } = client();
    parser.begin('GET');
    assert.equal(push(text)?.code, code);
  });
}
