/** `ws` on both sides of the proxy, in clear text and over TLS, and a WebSocket over HTTP/2 by extended CONNECT (RFC 8441). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { startProxy } from '../support/in-process-proxy.ts';
import { AUTHORITY_FILE, frontBootstrap, SERVER_NAME } from './front.ts';

/** For the handshake of `wss`, which `ws` passes on to node:tls. */
const TLS = { ca: readFileSync(AUTHORITY_FILE), servername: SERVER_NAME };

/** Echoes every message; closes with 4001 when told `bye`. */
async function openFront(t: TestContext, tls: boolean): Promise<number> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 * 1024 });
  await once(server, 'listening');
  t.after(() => {
    for (const client of server.clients) client.terminate();
    server.close();
  });
  server.on('connection', (socket) => {
    socket.on('message', (data, isBinary) => {
      if (!isBinary && String(data) === 'bye') socket.close(4001, 'as you wish');
      else socket.send(data, { binary: isBinary });
    });
  });
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return startProxy(t, frontBootstrap({ backendPort: address.port, tls }));
}

async function echoed(socket: WebSocket, message: string | Buffer): Promise<{ data: Buffer; isBinary: boolean }> {
  const answer = once(socket, 'message');
  socket.send(message);
  const [data, isBinary] = await answer;
  return { data, isBinary };
}

for (const tls of [false, true]) {
  test(`ws: an echo ${tls ? 'over TLS' : 'in clear text'}`, { timeout: 30_000 }, async (t) => {
    const port = await openFront(t, tls);
    const url = tls ? `wss://127.0.0.1:${port}/` : `ws://127.0.0.1:${port}/`;
    const socket = new WebSocket(url, [], TLS);
    t.after(() => socket.terminate());
    await once(socket, 'open');
    const text = await echoed(socket, 'grüße');
    assert.deepEqual([String(text.data), text.isBinary], ['grüße', false]);
    const bytes = Buffer.from([0, 1, 254, 255]);
    assert.deepEqual(await echoed(socket, bytes), { data: bytes, isBinary: true });
    const large = Buffer.alloc(5 * 1024 * 1024, 'frame');
    assert.equal((await echoed(socket, large)).data.equals(large), true, 'a frame of five megabytes');
    const pong = once(socket, 'pong');
    socket.ping('still there?');
    assert.equal(String((await pong)[0]), 'still there?');
    const closed = once(socket, 'close');
    socket.send('bye');
    const [code, reason] = await closed;
    assert.deepEqual([code, String(reason)], [4001, 'as you wish']);
  });
}

test('a WebSocket over HTTP/2 becomes an upgrade for its backend', { timeout: 30_000 }, async (t) => {
  const port = await openFront(t, false);
  const session = connect(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  await once(session, 'remoteSettings');
  assert.equal(session.remoteSettings.enableConnectProtocol, true);
  const stream = session.request({
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/',
    ':scheme': 'http',
    ':authority': 'shop.example.com',
    'sec-websocket-version': '13',
  });
  const [head] = await once(stream, 'response');
  assert.equal(head[':status'], 200);
  // A text frame with the mask 0, as clients must mask: FIN and opcode 1, MASK and length 2.
  stream.write(Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x68, 0x69]));
  const [frame] = await once(stream, 'data');
  assert.deepEqual([...frame], [0x81, 0x02, 0x68, 0x69]);
  stream.close();
});
