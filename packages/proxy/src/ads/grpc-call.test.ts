import assert from 'node:assert/strict';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { FakeClock, systemClock } from '@weft/base';
import { grpcCalls } from './grpc-call.ts';
import { frameMessage } from './grpc-frames.ts';

/** A gRPC peer made of node:http2, which shares no code with ours. */
async function peer(onStream: (stream: ServerHttp2Stream) => void): Promise<{ server: Http2Server; port: number }> {
  const server = createServer();
  server.on('stream', onStream);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, port: (server.address() as AddressInfo).port };
}

interface Ended {
  readonly messages: string[];
  readonly reason: string;
}

function callUntilEnd(port: number, send: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const messages: string[] = [];
    const call = grpcCalls({ host: '127.0.0.1', port }, systemClock)(
      '/a.B/C',
      { authorization: 'Bearer t' },
      {
        onMessage: (message) => messages.push(Buffer.from(message).toString()),
        onEnd: (reason) => resolve({ messages, reason }),
      },
    );
    for (const text of send) call.write(Buffer.from(text));
  });
}

test('messages go both ways, and the status of the trailers ends the call', async () => {
  const { server, port } = await peer((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '8', 'grpc-message': 'too%20many' }));
    stream.once('data', (bytes) => {
      stream.write(bytes);
      stream.end(frameMessage(Buffer.alloc(200_000, 'y')));
    });
  });
  const { messages, reason } = await callUntilEnd(port, ['ping']);
  assert.deepEqual(messages, ['ping', 'y'.repeat(200_000)]);
  assert.equal(reason, `127.0.0.1:${port}: RESOURCE_EXHAUSTED: too many`);
  server.close();
});

test('headers of the call reach the server; an answer without a body may carry the status in its head', async () => {
  let seen: unknown;
  const { server, port } = await peer((stream) => {
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16' }, { endStream: true });
  });
  server.on('stream', (_stream, headers) => {
    seen = [headers[':path'], headers['authorization'], headers['te']];
  });
  const { reason } = await callUntilEnd(port, []);
  assert.match(reason, /UNAUTHENTICATED$/);
  assert.deepEqual(seen, ['/a.B/C', 'Bearer t', 'trailers']);
  server.close();
});

test('a server that is no gRPC server is named as such', async () => {
  const { server, port } = await peer((stream) => {
    stream.respond({ ':status': 404, 'content-type': 'text/html' });
    stream.end('<p>');
  });
  assert.match((await callUntilEnd(port, [])).reason, /HTTP 404 with content-type 'text\/html'/);
  server.close();
});

test('nobody listening ends the call with the reason', async () => {
  const { server, port } = await peer(() => undefined);
  await new Promise((resolve) => server.close(resolve));
  assert.match((await callUntilEnd(port, [])).reason, /ECONNREFUSED/);
});

test('a peer that answers no PING ends the call', async () => {
  const clock = new FakeClock();
  const { createServer: createTcpServer } = await import('node:net');
  const server = createTcpServer((socket) => socket.on('error', () => socket.destroy()).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const accepted = new Promise((resolve) => server.once('connection', resolve));
  const ended = new Promise<string>((resolve) => {
    grpcCalls({ host: '127.0.0.1', port }, clock)('/a.B/C', {}, { onMessage: () => undefined, onEnd: resolve });
  });
  await accepted;
  clock.advance(40_001);
  assert.match(await ended, /no (answer to a PING|connection)/);
  server.close();
});
