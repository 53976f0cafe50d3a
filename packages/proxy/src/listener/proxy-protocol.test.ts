import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';

const TYPE = 'type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol';
const GET = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
const ROUTE = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];

function listenerWith(config: object): object {
  const filter = { name: 'proxy_protocol', typed_config: { '@type': TYPE, ...config } };
  return { ...httpListener(ROUTE, { use_remote_address: true }), listener_filters: [filter] };
}

async function sendTo(port: number, pieces: readonly string[]): Promise<string> {
  using client = new RawClient(port);
  for (const piece of pieces) {
    client.send(piece);
    await new Promise(setImmediate);
  }
  return await client.untilClosed();
}

test('the client is whom the PROXY header names', async () => {
  await using upstream = await startUpstream(answering('ok'));
  await using proxy = await startProxy([listenerWith({})], [staticCluster('app', [upstream.port])]);
  const pieces = ['PROXY TCP4 192.0.2.7 198.', `51.100.1 51000 443\r\n${GET}`];
  assert.match(await sendTo(proxy.port, pieces), /ok$/);
  assert.match(upstream.received[0] ?? '', /x-forwarded-for: 192\.0\.2\.7\r\n/);
  assert.equal(await sendTo(proxy.port, [GET]), '', 'nobody without a header');
});

test('a header may be optional, and a version refused', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const config = { allow_requests_without_proxy_protocol: true, disallowed_versions: ['V1'] };
  await using proxy = await startProxy([listenerWith(config)], [staticCluster('app', [upstream.port])]);
  assert.match(await sendTo(proxy.port, [GET]), /ok$/);
  assert.equal(await sendTo(proxy.port, [`PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n${GET}`]), '');
});

test('refuses by name what it cannot do', async () => {
  await assert.rejects(startProxy([listenerWith({ rules: [{ tlv_type: 1 }] })], []), /rules/);
});
