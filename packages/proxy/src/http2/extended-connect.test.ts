import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import { test } from 'node:test';
import { HTTP2_UPSTREAM } from '../testing/grpc-echo.ts';
import { type Harness, httpListener, RawClient, startProxy, staticCluster } from '../testing/harness.ts';

const UPGRADE =
  'GET /chat HTTP/1.1\r\nhost: example.com\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly heads: http2.IncomingHttpHeaders[];
}

/** Accepts an extended CONNECT and sends back what it gets; `status` other than 200 refuses. */
async function startServer(status = 200, enableConnectProtocol = true): Promise<Server> {
  const heads: http2.IncomingHttpHeaders[] = [];
  const sessions: http2.ServerHttp2Session[] = [];
  const server = http2.createServer({ settings: { enableConnectProtocol } });
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    heads.push(headers);
    stream.on('error', () => undefined);
    stream.respond({ ':status': status });
    if (status === 200)
      stream.on('data', (chunk: Buffer) => stream.write(`echo ${chunk}`)).on('end', () => stream.end());
    else stream.end('no');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    heads,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function start(port: number): Promise<Harness> {
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
  const more = { upgrade_configs: [{ upgrade_type: 'websocket' }], http2_protocol_options: { allow_connect: true } };
  return startProxy([httpListener(routes, more)], [staticCluster('app', [port], HTTP2_UPSTREAM)]);
}

test('an upgrade goes to an HTTP/2 upstream as an extended CONNECT, and comes back as 101', async () => {
  await using server = await startServer();
  await using proxy = await start(server.port);
  using client = new RawClient(proxy.port);
  client.send(UPGRADE);
  const answer = await client.until('\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 101 Switching Protocols\r\n/);
  assert.match(answer, /\r\nupgrade: websocket\r\n/i);
  // The example of RFC 6455 §1.3.
  assert.match(answer, /sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
  client.send('hello');
  await client.until('echo hello');
  const [head] = server.heads;
  assert.deepEqual(
    [head?.[':method'], head?.[':protocol'], head?.[':path'], head?.[':authority'], head?.connection],
    ['CONNECT', 'websocket', '/chat', 'example.com', undefined],
  );
});

test('an upgrade that the HTTP/2 upstream refuses is answered as it says', async () => {
  await using server = await startServer(403);
  await using proxy = await start(server.port);
  using client = new RawClient(proxy.port);
  client.send(UPGRADE);
  assert.match(await client.until('no'), /^HTTP\/1\.1 403 /);
});

test('a server that knows no extended CONNECT costs the upgrade, not the proxy', async () => {
  await using server = await startServer(200, false);
  await using proxy = await start(server.port);
  using client = new RawClient(proxy.port);
  client.send(UPGRADE);
  assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 50[23] /);
  assert.equal(server.heads.length, 0);
});

test('an extended CONNECT of an HTTP/2 client reaches an HTTP/2 upstream as one', async () => {
  await using server = await startServer();
  await using proxy = await start(server.port);
  const client = http2.connect(`http://127.0.0.1:${proxy.port}`);
  await once(client, 'remoteSettings');
  const head = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':path': '/chat',
    ':scheme': 'http',
    ':authority': 'example.com',
  };
  const stream = client.request(head, { endStream: false });
  const [answer] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders];
  assert.equal(answer[':status'], 200);
  stream.write('hello');
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  assert.equal(chunk.toString(), 'echo hello');
  assert.equal(server.heads[0]?.[':protocol'], 'websocket');
  client.destroy();
});
