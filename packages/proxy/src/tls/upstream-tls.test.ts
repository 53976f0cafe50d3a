import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpListener, RawClient, socketAddress, startProxy, staticCluster } from '../testing/harness.ts';
import { certificate, inline, pem, startTlsUpstream, TRUSTED, upstreamTls } from '../testing/tls.ts';

const HTTP_OPTIONS = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const SERVER = { cert: pem('shop.crt'), key: pem('shop.key') };
const TO_APP = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];

/** Options that take the server name from the request, and check the certificate against it. */
const AUTO: object = {
  typed_extension_protocol_options: {
    [HTTP_OPTIONS]: {
      '@type': `type.googleapis.com/${HTTP_OPTIONS}`,
      explicit_http_config: { http_protocol_options: {} },
      upstream_http_protocol_options: { auto_sni: true, auto_san_validation: true },
    },
  },
};

async function ask(port: number, host: string): Promise<string> {
  using client = new RawClient(port);
  client.send(`GET / HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`);
  return await client.untilClosed();
}

test('verifies the server, sends its name and speaks ALPN', async () => {
  await using upstream = await startTlsUpstream('secret', { ...SERVER, ALPNProtocols: ['http/1.1'] });
  const tls = upstreamTls({ validation_context: TRUSTED, alpn_protocols: ['http/1.1'] }, { sni: 'shop.example.com' });
  await using proxy = await startProxy([httpListener(TO_APP)], [staticCluster('app', [upstream.port], tls)]);
  assert.match(await ask(proxy.port, 'x'), /^HTTP\/1.1 200 .*secret$/s);
  assert.deepEqual(upstream.handshakes, [
    { serverName: 'shop.example.com', authorized: false, resumed: false, alpn: 'http/1.1' },
  ]);
});

test('shows its own certificate to a server that asks for one', async () => {
  const strict = { ...SERVER, requestCert: true, rejectUnauthorized: true, ca: pem('authority.crt') };
  await using upstream = await startTlsUpstream('mutual', strict);
  const own = upstreamTls({ validation_context: TRUSTED, tls_certificates: [certificate('client')] });
  await using proxy = await startProxy([httpListener(TO_APP)], [staticCluster('app', [upstream.port], own)]);
  assert.match(await ask(proxy.port, 'x'), /mutual$/);
  assert.equal(upstream.handshakes[0]?.authorized, true);
});

for (const [title, validation] of [
  ['an authority that nobody trusts', { trusted_ca: inline('other-authority.crt') }],
  [
    'another name',
    { ...TRUSTED, match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'other.example.com' } }] },
  ],
  ['another hash', { ...TRUSTED, verify_certificate_hash: ['ab'.repeat(32)] }],
] as const) {
  test(`refuses a server with ${title}, before the request is sent`, async () => {
    await using upstream = await startTlsUpstream('secret', SERVER);
    const cluster = staticCluster('app', [upstream.port], upstreamTls({ validation_context: validation }));
    await using proxy = await startProxy([httpListener(TO_APP)], [cluster]);
    const answer = await ask(proxy.port, 'x');
    assert.match(answer, /^HTTP\/1.1 503 /);
    assert.equal(upstream.requests(), 0);
  });
}

test('takes the server name from the request and checks the certificate against it', async () => {
  await using upstream = await startTlsUpstream('secret', SERVER);
  const cluster = staticCluster('app', [upstream.port], { ...upstreamTls({ validation_context: TRUSTED }), ...AUTO });
  await using proxy = await startProxy([httpListener(TO_APP)], [cluster]);
  assert.match(await ask(proxy.port, 'shop.example.com:8443'), /secret$/);
  assert.match(await ask(proxy.port, 'localhost'), /secret$/);
  assert.match(await ask(proxy.port, 'evil.example.com'), /^HTTP\/1.1 503 /);
  const names = upstream.handshakes.map(({ serverName }) => serverName);
  assert.deepEqual(names.slice(0, 2), ['shop.example.com', 'localhost']);
  assert.equal(upstream.requests(), 2);
});

test('a connection is not shared by requests to different names', async () => {
  await using upstream = await startTlsUpstream('secret', SERVER);
  const cluster = staticCluster('app', [upstream.port], { ...upstreamTls({ validation_context: TRUSTED }), ...AUTO });
  await using proxy = await startProxy([httpListener(TO_APP)], [cluster]);
  for (const host of ['localhost', 'shop.example.com', 'localhost', 'shop.example.com']) await ask(proxy.port, host);
  assert.equal(upstream.handshakes.length, 2);
});

test('resumes sessions with the same server, unless told to keep none', async () => {
  for (const [more, resumed] of [
    [{}, true],
    [{ max_session_keys: 0 }, false],
  ] as const) {
    await using upstream = await startTlsUpstream('secret', SERVER);
    const once = { max_requests_per_connection: 1 };
    const tls = upstreamTls({ validation_context: TRUSTED }, more);
    await using proxy = await startProxy(
      [httpListener(TO_APP)],
      [staticCluster('app', [upstream.port], { ...tls, ...once })],
    );
    for (let i = 0; i < 2; i++) assert.match(await ask(proxy.port, 'x'), /secret$/);
    assert.deepEqual(
      upstream.handshakes.map((handshake) => handshake.resumed),
      [false, resumed],
    );
  }
});

test('speaks to each endpoint as its metadata says', async () => {
  await using secure = await startTlsUpstream('by TLS', SERVER);
  const { createServer } = process.getBuiltinModule('node:http');
  const plain = createServer((_request, response) => response.end('in the clear'));
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
  const address = plain.address();
  const plainPort = typeof address === 'object' && address !== null ? address.port : 0;
  const endpoint = (port: number, mode: string): object => ({
    endpoint: { address: socketAddress(port) },
    metadata: { filter_metadata: { 'envoy.transport_socket_match': { tlsMode: mode } } },
  });
  const raw = { '@type': 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer' };
  const cluster = {
    name: 'app',
    type: 'STATIC',
    load_assignment: {
      cluster_name: 'app',
      endpoints: [{ lb_endpoints: [endpoint(secure.port, 'istio'), endpoint(plainPort, 'disabled')] }],
    },
    transport_socket_matches: [
      { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, ...upstreamTls({ validation_context: TRUSTED }) },
      { name: 'tlsMode-disabled', match: {}, transport_socket: { name: 'raw', typed_config: raw } },
    ],
  };
  await using proxy = await startProxy([httpListener(TO_APP)], [cluster]);
  const answers = [await ask(proxy.port, 'x'), await ask(proxy.port, 'x')].map(
    (text) => /by TLS|in the clear/.exec(text)?.[0],
  );
  assert.deepEqual(answers.sort(), ['by TLS', 'in the clear']);
  plain.close();
});

test('refuses by name what it cannot do', async () => {
  for (const [tls, message] of [
    [upstreamTls({}, { allow_renegotiation: true }), /allow_renegotiation/],
    [
      upstreamTls({
        validation_context: { match_typed_subject_alt_names: [{ san_type: 'DNS', matcher: { exact: 'x' } }] },
      }),
      /without trusted_ca/,
    ],
    [upstreamTls({ custom_handshaker: { name: 'x' } }), /custom_handshaker/],
  ] as const) {
    await assert.rejects(startProxy([httpListener(TO_APP)], [staticCluster('app', [1], tls)]), message);
  }
});
