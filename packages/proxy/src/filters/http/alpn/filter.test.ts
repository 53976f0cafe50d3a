import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpListener, RawClient, ROUTER, startProxy, staticCluster } from '../../../testing/harness.ts';
import { pem, startTlsUpstream, TRUSTED, upstreamTls } from '../../../testing/tls.ts';

const SERVER = { cert: pem('shop.crt'), key: pem('shop.key'), ALPNProtocols: ['istio-http/1.1', 'h2', 'istio'] };
const TO_APP = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
const OFFERS = [
  { upstream_protocol: 'HTTP10', alpn_override: ['istio-http/1.0', 'istio'] },
  { upstream_protocol: 'HTTP11', alpn_override: ['istio-http/1.1', 'istio', 'http/1.1'] },
  { upstream_protocol: 'HTTP2', alpn_override: ['istio-h2', 'istio', 'h2'] },
];

function alpnFilter(value: object): object {
  return {
    name: 'istio.alpn',
    typed_config: {
      '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
      type_url: 'type.googleapis.com/istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig',
      value,
    },
  };
}

async function ask(port: number): Promise<string> {
  using client = new RawClient(port);
  client.send('GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n');
  return await client.untilClosed();
}

const CLUSTER_TLS = upstreamTls({ validation_context: TRUSTED, alpn_protocols: ['istio'] });

for (const [title, metadata, expected] of [
  ['offers what says that HTTP comes', {}, 'istio-http/1.1'],
  ["leaves a cluster's own TLS as it is", { istio: { alpn_override: 'false' } }, 'istio'],
] as const) {
  test(title, async () => {
    await using upstream = await startTlsUpstream('hello', SERVER);
    const cluster = staticCluster('app', [upstream.port], { ...CLUSTER_TLS, metadata: { filter_metadata: metadata } });
    const listener = httpListener(TO_APP, { http_filters: [alpnFilter({ alpn_override: OFFERS }), ROUTER] });
    await using proxy = await startProxy([listener], [cluster]);
    for (let i = 0; i < 2; i++) assert.match(await ask(proxy.port), /hello$/);
    assert.deepEqual(
      upstream.handshakes.map(({ alpn }) => alpn),
      [expected],
    );
  });
}

test('refuses what it cannot read, with its place', async () => {
  for (const [value, message] of [
    [
      { alpn_override: [{ upstream_protocol: 'HTTP3', alpn_override: ['h3'] }] },
      /alpn_override\[0\]\.upstream_protocol/,
    ],
    [{ alpn_override: [{ upstream_protocol: 'HTTP2', alpn_override: [''] }] }, /alpn_override\[0\]\.alpn_override/],
    [{ alpn_override: ['h2'] }, /alpn_override\[0\]/],
    [{ other: 1 }, /other/],
  ] as const) {
    await assert.rejects(
      startProxy([httpListener(TO_APP, { http_filters: [alpnFilter(value), ROUTER] })], []),
      message,
    );
  }
});
