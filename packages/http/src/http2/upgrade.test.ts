import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_BODY } from '../framing.ts';
import type { RequestHead } from '../head.ts';
import { Http2ClientConnection } from './client.ts';
import { Http2ServerConnection, type Http2ServerStream } from './server.ts';

const quiet = {
  onOutput: () => undefined,
  onGoAway: () => undefined,
  onDrained: () => undefined,
  onRefused: () => undefined,
};
const head: RequestHead = {
  method: 'GET',
  path: '/up',
  authority: 'a',
  scheme: 'http',
  headers: [],
  rawNames: undefined,
  version: 11,
  target: '/up',
  framing: NO_BODY,
  keepAlive: true,
  expectContinue: false,
  upgrade: 'h2c',
  transferCodings: undefined,
};

test('h2c by Upgrade: the HTTP/1.1 request becomes stream 1 on both sides', () => {
  let stream: Http2ServerStream | undefined;
  const seen: string[] = [];
  const server = new Http2ServerConnection(
    {
      ...quiet,
      onStream(opened) {
        stream = opened;
        return {
          onRequest: (request) => seen.push(`request ${request.path}`),
          onRequestBody: () => assert.fail(),
          onRequestEnd: () => seen.push('end'),
          onReset: () => assert.fail(),
          onDrain: () => undefined,
        };
      },
    },
    { now: () => 0 },
  );
  const client = new Http2ClientConnection(quiet, { now: () => 0 });
  assert.equal(server.adoptUpgraded(head, Http2ClientConnection.upgradeSettings()), undefined);
  client.adoptUpgraded('GET', {
    onInformational: () => assert.fail(),
    onResponse: (response) => seen.push(`response ${response.status}`),
    onResponseBody: (chunk) => seen.push(`body ${chunk.toString()}`),
    onResponseEnd: () => seen.push('response end'),
    onReset: () => assert.fail(),
    onDrain: () => undefined,
  });
  stream?.respond(200, [], false);
  stream?.write(Buffer.from('hello'));
  stream?.end();
  assert.equal(server.push(Buffer.concat(client.takeOutput())), undefined);
  assert.equal(client.push(Buffer.concat(server.takeOutput())), undefined);
  assert.deepEqual(seen, ['request /up', 'end', 'response 200', 'body hello', 'response end']);
  assert.equal(client.openStreams + server.openStreams, 0);
});

test('an HTTP2-Settings header that is no SETTINGS payload ends the connection', () => {
  const server = new Http2ServerConnection({ ...quiet, onStream: () => assert.fail() }, { now: () => 0 });
  assert.equal(server.adoptUpgraded(head, 'AAAA')?.name, 'PROTOCOL_ERROR');
});
