import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';
import { detectHttp, MAX_REQUEST_LINE_BYTES } from './detect-http.ts';

for (const [text, expected] of [
  ['GET / HTTP/1.1\r\n', 'http/1.1'],
  ['OPTIONS * HTTP/1.0\n', 'http/1.0'],
  ['M-SEARCH * HTTP/1.1\r\nhost: x', 'http/1.1'],
  ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'h2c'],
  ['PRI * HTTP/1.1\r\n', 'http/1.1'],
  ['EHLO mail.example.com\r\n', 'not-http'],
  ['SSH-2.0-OpenSSH_9\r\n', 'not-http'],
  ['get / HTTP/1.1\r\n', 'not-http'],
  ['*1\r\n$4\r\nPING\r\n', 'not-http'],
  ['\x00\x00\x00\x10', 'not-http'],
  [`GET /${'x'.repeat(MAX_REQUEST_LINE_BYTES)}`, 'not-http'],
] as const) {
  test(`${JSON.stringify(text.slice(0, 30))} is ${expected}, however it is split`, () => {
    const bytes = Buffer.from(text, 'latin1');
    assert.equal(detectHttp(bytes), expected);
    for (let length = 1; length < bytes.length; length++) {
      const early = detectHttp(bytes.subarray(0, length));
      assert.ok(early === undefined || early === expected, `${length} bytes: ${early}`);
    }
  });
}

test('one port serves HTTP and any other protocol', async () => {
  await using web = await startUpstream(answering('web'));
  await using raw = await startUpstream((socket, text) => socket.end(`raw ${text}`));
  const types = 'type.googleapis.com/envoy.extensions.filters';
  const tcp = { '@type': `${types}.network.tcp_proxy.v3.TcpProxy`, stat_prefix: 'tcp', cluster: 'raw' };
  const http = httpListener([{ match: { prefix: '/' }, route: { cluster: 'web' } }]) as { filter_chains: object[] };
  const listener = {
    ...http,
    filter_chains: http.filter_chains.map((chain) => ({
      ...chain,
      filter_chain_match: { transport_protocol: 'raw_buffer', application_protocols: ['http/1.0', 'http/1.1', 'h2c'] },
    })),
    default_filter_chain: { filters: [{ name: 'tcp', typed_config: tcp }] },
    listener_filters: [
      { name: 'http', typed_config: { '@type': `${types}.listener.http_inspector.v3.HttpInspector` } },
    ],
  };
  await using proxy = await startProxy(
    [listener],
    [staticCluster('web', [web.port]), staticCluster('raw', [raw.port])],
  );
  for (const [text, answer] of [
    ['GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', /web$/],
    ['EHLO x\r\n', /^raw EHLO x\r\n$/],
  ] as const) {
    using client = new RawClient(proxy.port);
    client.send(text);
    assert.match(await client.untilClosed(), answer);
  }
});
