import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import http2 from 'node:http2';
import https from 'node:https';
import { test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import {
  ADMIN,
  adminStats,
  answering,
  type Harness,
  httpListener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
} from '../testing/harness.ts';
import { pem, TRUSTED, upstreamTls } from '../testing/tls.ts';

const OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const AUTO: object = {
  typed_extension_protocol_options: { [OPTIONS]: { '@type': `type.googleapis.com/${OPTIONS}`, auto_config: {} } },
};
const TO_APP = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];

interface Server extends AsyncDisposable {
  readonly port: number;
  readonly alpn: (string | false | null)[];
}

/** Answers with the HTTP version of the request, over what `protocols` lets it choose. */
async function startServer(protocols: string[]): Promise<Server> {
  const alpn: Server['alpn'] = [];
  const sockets = new Set<TLSSocket>();
  const options = { cert: pem('shop.crt'), key: pem('shop.key') };
  const server = protocols.includes('h2')
    ? http2.createSecureServer({ ...options, allowHTTP1: true })
    : https.createServer(options);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const body = `spoke ${request.httpVersion}`;
    response.writeHead(200, { 'content-length': body.length });
    response.end(body);
  });
  server.on('secureConnection', (socket: TLSSocket) => {
    alpn.push(socket.alpnProtocol);
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    alpn,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function start(port: number, common: object = {}): Promise<Harness> {
  const tls = upstreamTls({ validation_context: TRUSTED, ...common });
  const clusters = [staticCluster('app', [port], { ...tls, ...AUTO })];
  return startProxy([httpListener(TO_APP)], clusters, undefined, [], ADMIN);
}

async function ask(port: number): Promise<string> {
  using client = new RawClient(port);
  client.send('GET / HTTP/1.1\r\nhost: shop.example.com\r\nconnection: close\r\n\r\n');
  return (await client.untilClosed()).split('\r\n\r\n').slice(1).join('');
}

test('speaks HTTP/2 with a server that chooses it: one connection for all who came before the handshake', async () => {
  await using server = await startServer(['h2', 'http/1.1']);
  await using proxy = await start(server.port);
  const answers = await Promise.all(Array.from({ length: 8 }, () => ask(proxy.port)));
  assert.deepEqual([...new Set(answers)], ['spoke 2.0']);
  assert.deepEqual(server.alpn, ['h2']);
});

test('speaks HTTP/1.1 with a server that chooses it, and dials for each who waits from then on', async () => {
  await using server = await startServer(['http/1.1']);
  await using proxy = await start(server.port);
  assert.match(await ask(proxy.port), /spoke 1\.1/);
  assert.match(await ask(proxy.port), /spoke 1\.1/);
  assert.deepEqual(server.alpn, ['http/1.1']);
  const answers = await Promise.all([ask(proxy.port), ask(proxy.port), ask(proxy.port)]);
  assert.equal(answers.filter((answer) => /spoke 1\.1/.test(answer)).length, 3);
  const stats = await adminStats(proxy);
  assert.equal(stats.get('cluster.app.upstream_cx_active'), server.alpn.length);
  assert.equal(stats.get('cluster.app.upstream_cx_http2_total'), 0);
  assert.equal(stats.get('cluster.app.upstream_rq_pending_active'), 0);
});

test('those who waited for one connection are all served when it turns out to be HTTP/1.1', async () => {
  await using server = await startServer(['http/1.1']);
  await using proxy = await start(server.port);
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(proxy.port)));
  assert.equal(answers.filter((answer) => /spoke 1\.1/.test(answer)).length, 5);
});

test('the ALPN of the TLS context is what is offered, where there is one', async () => {
  await using server = await startServer(['h2', 'http/1.1']);
  await using proxy = await start(server.port, { alpn_protocols: ['http/1.1'] });
  assert.match(await ask(proxy.port), /spoke 1\.1/);
  assert.deepEqual(server.alpn, ['http/1.1']);
});

test('without TLS it is HTTP/1.1', async () => {
  await using upstream = await startUpstream(answering('plain'));
  const clusters = [staticCluster('app', [upstream.port], AUTO)];
  await using proxy = await startProxy([httpListener(TO_APP)], clusters);
  assert.equal(await ask(proxy.port), 'plain');
});
