import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHUNKED, NO_BODY, UNTIL_CLOSE } from '../framing.ts';
import { chunkPrefix, lastChunk } from './chunk-encoder.ts';
import { HeaderInjectionError, isSafeHeader } from './header-safety.ts';
import { stripHopByHop } from './hop-by-hop.ts';
import { serialiseRequestHead, serialiseResponseHead } from './serialise.ts';

const request = { method: 'GET', path: '/a', authority: 'h:1', headers: ['x', '1'], rawNames: undefined };

test('a request head has one Host, one framing and the wanted Connection', () => {
  const headers = ['host', 'evil', 'x', '1', 'content-length', '7', 'transfer-encoding', 'gzip', 'connection', 'x'];
  assert.equal(
    serialiseRequestHead({ ...request, headers }, CHUNKED, 'close'),
    'GET /a HTTP/1.1\r\nhost: h:1\r\nx: 1\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n',
  );
  assert.equal(
    serialiseRequestHead({ ...request, headers }, NO_BODY, ''),
    'GET /a HTTP/1.1\r\nhost: h:1\r\nx: 1\r\n\r\n',
  );
  assert.equal(
    serialiseRequestHead(request, 5, ''),
    'GET /a HTTP/1.1\r\nhost: h:1\r\nx: 1\r\ncontent-length: 5\r\n\r\n',
  );
});

test('CONNECT is written in authority-form', () => {
  assert.match(
    serialiseRequestHead({ ...request, method: 'CONNECT', path: '' }, NO_BODY, ''),
    /^CONNECT h:1 HTTP\/1.1\r\n/,
  );
});

test('header case is kept where raw names are given, also after the list was edited', () => {
  const head = { ...request, headers: ['x-a', '1', 'x-new', '2'], rawNames: ['X-A', 'X-Removed'] };
  assert.equal(serialiseRequestHead(head, NO_BODY, ''), 'GET /a HTTP/1.1\r\nHost: h:1\r\nX-A: 1\r\nx-new: 2\r\n\r\n');
});

test('a response head', () => {
  assert.equal(
    serialiseResponseHead(200, '', ['a', 'b'], 2, ''),
    'HTTP/1.1 200 OK\r\na: b\r\ncontent-length: 2\r\n\r\n',
  );
  assert.equal(
    serialiseResponseHead(299, 'Fine', [], UNTIL_CLOSE, 'close'),
    'HTTP/1.1 299 Fine\r\nconnection: close\r\n\r\n',
  );
});

test('a length is kept in answers to HEAD and in 304, never in 204', () => {
  assert.match(serialiseResponseHead(200, '', ['content-length', '9'], NO_BODY, ''), /content-length: 9/);
  assert.match(serialiseResponseHead(304, '', ['content-length', '9'], NO_BODY, ''), /content-length: 9/);
  assert.doesNotMatch(serialiseResponseHead(204, '', ['content-length', '0'], NO_BODY, ''), /content-length/);
});

test('nothing that would end its line early is written', () => {
  for (const value of ['a\r\nb: c', 'a\nb', 'a\0b', 'a\u010ab']) {
    assert.throws(() => serialiseRequestHead({ ...request, headers: ['x', value] }, NO_BODY, ''), HeaderInjectionError);
    assert.throws(() => serialiseResponseHead(200, '', ['x', value], NO_BODY, ''), HeaderInjectionError);
    assert.throws(() => serialiseResponseHead(200, value, [], NO_BODY, ''), HeaderInjectionError);
    assert.throws(() => serialiseRequestHead({ ...request, path: value }, NO_BODY, ''), HeaderInjectionError);
    assert.throws(() => lastChunk(['x', value]), HeaderInjectionError);
    assert.equal(isSafeHeader('x', value), false);
  }
  assert.throws(
    () => serialiseRequestHead({ ...request, headers: ['x: y\r\nz', 'v'] }, NO_BODY, ''),
    HeaderInjectionError,
  );
  assert.throws(() => serialiseRequestHead({ ...request, method: 'GET /' }, NO_BODY, ''), HeaderInjectionError);
  assert.equal(isSafeHeader('x-ok', 'caf\xe9\t'), true);
});

test('chunk framing', () => {
  assert.equal(chunkPrefix(255), 'ff\r\n');
  assert.throws(() => chunkPrefix(0), RangeError);
  assert.equal(lastChunk(undefined), '0\r\n\r\n');
  assert.equal(lastChunk(['grpc-status', '0']), '0\r\ngrpc-status: 0\r\n\r\n');
});

test('hop-by-hop fields and those Connection names are stripped; te: trailers and a wanted upgrade stay', () => {
  const headers = [
    'connection',
    'X-Hop, close, host',
    'x-hop',
    '1',
    'te',
    'gzip, Trailers',
    'keep-alive',
    '1',
    'upgrade',
    'websocket',
    'a',
    'b',
    'content-length',
    '1',
  ];
  assert.deepEqual(stripHopByHop([...headers], false), ['te', 'trailers', 'a', 'b', 'content-length', '1']);
  assert.deepEqual(stripHopByHop([...headers], true), [
    'te',
    'trailers',
    'upgrade',
    'websocket',
    'a',
    'b',
    'content-length',
    '1',
  ]);
});

test('a body that still has other codings on says so', () => {
  assert.match(
    serialiseRequestHead({ ...request, transferCodings: 'gzip' }, CHUNKED, ''),
    /transfer-encoding: gzip, chunked\r\n/,
  );
  assert.match(
    serialiseResponseHead(200, '', [], UNTIL_CLOSE, 'close', undefined, 'gzip'),
    /transfer-encoding: gzip\r\n/,
  );
});
