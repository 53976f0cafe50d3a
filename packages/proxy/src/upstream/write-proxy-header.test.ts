import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { TLSSocket } from 'node:tls';
import { readProxyHeader } from '../listener/proxy-header.ts';
import {
  answering,
  httpListener,
  listener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
} from '../testing/harness.ts';
import { pem, TRUSTED, upstreamTls } from '../testing/tls.ts';
import { proxyHeader } from './write-proxy-header.ts';

const TYPES = 'type.googleapis.com/envoy.extensions';
const RAW = { name: 'raw', typed_config: { '@type': `${TYPES}.transport_sockets.raw_buffer.v3.RawBuffer` } };
const TO_APP = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
const GET = 'GET / HTTP/1.1\r\nhost: shop.example.com\r\n\r\n';

function announcing(version: 'V1' | 'V2', inner: object = RAW, more: object = {}): object {
  const type = `${TYPES}.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport`;
  return {
    transport_socket: {
      name: 'announce',
      typed_config: { '@type': type, config: { version, ...more }, transport_socket: inner },
    },
  };
}

for (const version of [1, 2] as const) {
  for (const [remoteHost, localHost] of [
    ['192.0.2.7', '198.51.100.1'],
    ['2001:db8::7', '::1'],
    ['::ffff:192.0.2.7', '2001:db8:1:2:3:4:5:6'],
  ] as const) {
    test(`version ${version} of ${remoteHost} is read back`, () => {
      const bytes = proxyHeader(version, { remoteHost, remotePort: 51000, localHost, localPort: 443 }, new Socket());
      const verdict = readProxyHeader(bytes);
      assert.ok(typeof verdict === 'object');
      assert.deepEqual([verdict.version, verdict.length], [version, bytes.length]);
      const again = verdict.addresses;
      assert.deepEqual([again?.source.port, again?.destination.port], [51000, 443]);
    });
  }
}

test('says nothing of a client whose ends are of two families', () => {
  const mixed = { remoteHost: '192.0.2.7', remotePort: 1, localHost: '::1', localPort: 2 };
  assert.equal(proxyHeader(1, mixed, new Socket()).toString(), 'PROXY UNKNOWN\r\n');
  assert.deepEqual(readProxyHeader(proxyHeader(2, mixed, new Socket())), {
    version: 2,
    length: 16,
    addresses: undefined,
  });
});

test('each client has connections of its own, which tell about it', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await startProxy(
    [httpListener(TO_APP)],
    [staticCluster('app', [upstream.port], announcing('V1'))],
  );
  for (let i = 0; i < 2; i++) {
    using client = new RawClient(proxy.port);
    client.send(GET);
    await client.until('ok');
    client.send(GET.replace('/', '/again'));
    await client.until('ok');
  }
  assert.equal(upstream.received.length, 2);
  const clients = upstream.received.map((text) =>
    /^PROXY TCP4 127\.0\.0\.1 127\.0\.0\.1 (\d+) (\d+)\r\nGET \//.exec(text),
  );
  assert.equal(clients[0]?.[2], String(proxy.port));
  assert.notEqual(clients[0]?.[1], clients[1]?.[1]);
});

test('our own listener learns from it who the client is', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const filter = {
    name: 'proxy_protocol',
    typed_config: { '@type': `${TYPES}.filters.listener.proxy_protocol.v3.ProxyProtocol` },
  };
  const inner = { ...httpListener(TO_APP, { use_remote_address: true }), listener_filters: [filter] };
  await using second = await startProxy([inner], [staticCluster('app', [upstream.port])]);
  await using first = await startProxy(
    [{ ...httpListener(TO_APP), listener_filters: [filter] }],
    [staticCluster('app', [second.port], announcing('V2'))],
  );
  using client = new RawClient(first.port);
  client.send(`PROXY TCP6 2001:db8::7 2001:db8::1 51000 443\r\n${GET}`);
  await client.until('ok');
  assert.match(upstream.received[0] ?? '', /x-forwarded-for: [^\r]*2001:db8::7\r\n/);
});

test('goes before the TLS handshake, and before the bytes of a TCP connection', async () => {
  const headers: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((raw) => {
    sockets.push(raw);
    raw.once('data', (first: Buffer) => {
      const end = first.indexOf('\r\n') + 2;
      headers.push(first.toString('latin1', 0, end));
      raw.pause();
      if (first.length > end) raw.unshift(first.subarray(end));
      const tls = new TLSSocket(raw, { isServer: true, cert: pem('shop.crt'), key: pem('shop.key') });
      tls.on('error', () => undefined);
      tls.on('data', (chunk: Buffer) => tls.write(`echo ${chunk}`));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const { transport_socket: tls } = upstreamTls({ validation_context: TRUSTED }, { sni: 'shop.example.com' });
  const filter = {
    name: 'tcp',
    typed_config: { '@type': `${TYPES}.filters.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 't', cluster: 'app' },
  };
  {
    await using proxy = await startProxy([listener([filter])], [staticCluster('app', [port], announcing('V1', tls))]);
    using client = new RawClient(proxy.port);
    client.send('hello');
    await client.until('echo hello');
    assert.match(headers[0] ?? '', new RegExp(`^PROXY TCP4 127.0.0.1 127.0.0.1 \\d+ ${proxy.port}\r\n$`));
  }
  for (const socket of sockets) socket.destroy();
  server.close();
  await once(server, 'close');
});

test('refuses by name what it cannot send', async () => {
  const cluster = staticCluster('app', [1], announcing('V2', RAW, { pass_through_tlvs: { tlv_type: [1] } }));
  await assert.rejects(startProxy([httpListener(TO_APP)], [cluster]), /pass_through_tlvs/);
});
