import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ConnectionOptions } from 'node:tls';
import { FakeClock } from '@weft/base';
import {
  answering,
  HCM_TYPE,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../testing/harness.ts';
import {
  askTls,
  certificate,
  chainListener,
  downstreamTls,
  inline,
  pem,
  startTlsUpstream,
  TRUSTED,
} from '../testing/tls.ts';

/** An HTTP connection manager that answers everything with `body`, except paths that are sent to cluster `app`. */
function http(body: string, more: object = {}): object {
  const routes = [
    { match: { prefix: '/app' }, route: { cluster: 'app' } },
    { match: { prefix: '/' }, direct_response: { status: 200, body: { inline_string: body } } },
  ];
  return {
    name: 'http',
    typed_config: {
      '@type': HCM_TYPE,
      stat_prefix: 'test',
      route_config: { name: 'routes', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] },
      http_filters: [ROUTER],
      ...more,
    },
  };
}

const tcp = (cluster: string): object => ({
  name: 'tcp',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    stat_prefix: 'tcp',
    cluster,
  },
});

const GET = 'GET / HTTP/1.1\r\nhost: shop.example.com\r\nconnection: close\r\n\r\n';
const ask = (port: number, options: ConnectionOptions = {}) => askTls(port, options, GET);
const serial = (name: string): string => {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  return new X509Certificate(pem(`${name}.crt`)).serialNumber;
};
const one = (tls: object, body = 'hello'): object[] => [chainListener([{ filters: [http(body)], ...tls }])];

test('ends TLS and tells the application that it was https', async () => {
  await using upstream = await startUpstream(answering('from the app'));
  await using proxy = await startProxy(one(downstreamTls({ tls_certificates: [certificate('shop')] })), [
    staticCluster('app', [upstream.port]),
  ]);
  const answer = await askTls(proxy.port, {}, GET.replace('/', '/app'));
  assert.match(answer.body, /^HTTP\/1.1 200 .*from the app$/s);
  assert.equal(answer.authorized, true);
  assert.equal(answer.version, 'TLSv1.3');
  assert.match(upstream.received[0] ?? '', /x-forwarded-proto: https/);
});

test('chooses the filter chain by server name, exact before wildcard, and has a default', async () => {
  const chain = (names: string[], body: string, name: string): object => ({
    filter_chain_match: { server_names: names },
    filters: [http(body)],
    ...downstreamTls({ tls_certificates: [certificate(name)] }),
  });
  const chains = [chain(['shop.example.com'], 'exact', 'shop'), chain(['*.example.org'], 'wild', 'wildcard')];
  await using proxy = await startProxy(
    [chainListener(chains, { default_filter_chain: { filters: [http('plain')] } })],
    [],
  );
  assert.match((await ask(proxy.port)).body, /exact$/);
  assert.match((await ask(proxy.port, { servername: 'a.example.org' })).body, /wild$/);
  using plain = new RawClient(proxy.port);
  plain.send(GET);
  assert.match(await plain.untilClosed(), /plain$/);
});

test('shows the certificate that is for the name asked for, of the key type the client understands', async () => {
  const certificates = [certificate('wildcard'), certificate('shop-rsa'), certificate('shop')];
  await using proxy = await startProxy(one(downstreamTls({ tls_certificates: certificates })), []);
  assert.equal((await ask(proxy.port)).servedBy, serial('shop'));
  assert.equal((await ask(proxy.port, { sigalgs: 'rsa_pss_rsae_sha256' })).servedBy, serial('shop-rsa'));
  assert.equal((await ask(proxy.port, { servername: 'b.example.org' })).servedBy, serial('wildcard'));
});

const MUTUAL = { tls_certificates: [certificate('shop')], validation_context: TRUSTED };
const as = (name: string): ConnectionOptions => ({ cert: pem(`${name}.crt`), key: pem(`${name}.key`) });

test('demands a certificate of the authority and passes on who the client is', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const details = {
    forward_client_cert_details: 'SANITIZE_SET',
    set_current_client_cert_details: { subject: true, uri: true, dns: true },
  };
  const chain = { filters: [http('', details)], ...downstreamTls(MUTUAL, { require_client_certificate: true }) };
  await using proxy = await startProxy([chainListener([chain])], [staticCluster('app', [upstream.port])]);
  const head = GET.replace('/', '/app').replace('host', 'x-forwarded-client-cert: URI=spiffe://forged\r\nhost');
  await askTls(proxy.port, as('client'), head);
  const sent = upstream.received[0] ?? '';
  assert.match(
    sent,
    /x-forwarded-client-cert: Hash=[0-9a-f]{64};Subject="CN=client,O=Weft test fixture";URI=spiffe:\/\/cluster.local\/ns\/shop\/sa\/client;DNS=client.shop\r\n/,
  );
  assert.doesNotMatch(sent, /forged/);
  await assert.rejects(ask(proxy.port), /certificate required/);
  await assert.rejects(ask(proxy.port, as('stranger')));
});

test('an optional certificate may be absent but not wrong', async () => {
  await using proxy = await startProxy(one(downstreamTls(MUTUAL)), []);
  assert.match((await ask(proxy.port)).body, /hello$/);
  assert.match((await ask(proxy.port, as('client'))).body, /hello$/);
  await assert.rejects(ask(proxy.port, as('stranger')));
});

for (const [title, demand, accepted, refused] of [
  [
    'names',
    {
      match_typed_subject_alt_names: [{ san_type: 'URI', matcher: { prefix: 'spiffe://cluster.local/ns/shop/sa/cl' } }],
    },
    'client',
    'revoked',
  ],
  ['hashes', { verify_certificate_hash: ['HASH'] }, 'client', 'revoked'],
  ['key hashes', { verify_certificate_spki: ['SPKI'] }, 'client', 'revoked'],
  ['revocation', { crl: inline('authority.crl') }, 'client', 'revoked'],
] as const) {
  test(`checks ${title} of client certificates`, async () => {
    const { X509Certificate, createHash } = process.getBuiltinModule('node:crypto');
    const client = new X509Certificate(pem('client.crt'));
    const spki = createHash('sha256')
      .update(client.publicKey.export({ type: 'spki', format: 'der' }))
      .digest('base64');
    const text = JSON.stringify(demand).replace('HASH', client.fingerprint256).replace('SPKI', spki);
    const validation = { ...TRUSTED, ...(JSON.parse(text) as object) };
    const tls = downstreamTls({ tls_certificates: [certificate('shop')], validation_context: validation });
    await using proxy = await startProxy(one(tls), []);
    assert.match((await ask(proxy.port, as(accepted))).body, /hello$/);
    await assert.rejects(ask(proxy.port, as(refused)));
  });
}

test('keeps to its versions, ciphers and protocols', async () => {
  const params = { tls_maximum_protocol_version: 'TLSv1_2', cipher_suites: ['ECDHE-ECDSA-AES256-GCM-SHA384'] };
  const common = { tls_certificates: [certificate('shop')], tls_params: params, alpn_protocols: ['http/1.1'] };
  await using proxy = await startProxy(one(downstreamTls(common)), []);
  const answer = await ask(proxy.port, { ALPNProtocols: ['x', 'http/1.1'] });
  assert.equal(answer.version, 'TLSv1.2');
  assert.equal(answer.alpn, 'http/1.1');
  assert.equal((await ask(proxy.port, { ALPNProtocols: ['x'] })).alpn, false, 'goes on without');
  await assert.rejects(ask(proxy.port, { minVersion: 'TLSv1.3' }));
  await assert.rejects(ask(proxy.port, { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }));
});

test('speaks TLS 1.0 when it is told to by name', async () => {
  const params = { tls_minimum_protocol_version: 'TLSv1_0', tls_maximum_protocol_version: 'TLSv1_0' };
  const tls = downstreamTls({ tls_certificates: [certificate('shop')], tls_params: params });
  await using proxy = await startProxy(one(tls), []);
  const old = { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const;
  assert.equal((await ask(proxy.port, old)).version, 'TLSv1');
});

test('resumes sessions, unless told not to', async () => {
  const certificates = { tls_certificates: [certificate('shop')] };
  for (const [more, resumed] of [
    [{}, true],
    [{ disable_stateless_session_resumption: true }, false],
  ] as const) {
    await using proxy = await startProxy(one(downstreamTls(certificates, more)), []);
    const { session } = await ask(proxy.port);
    assert.equal((await ask(proxy.port, session === undefined ? {} : { session })).resumed, resumed);
  }
});

test('staples the OCSP response it was given', async () => {
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const response = readFileSync(new URL('../testing/certificates/shop.ocsp', import.meta.url));
  const staple = { ocsp_staple: { inline_bytes: response.toString('base64') } };
  await using proxy = await startProxy(one(downstreamTls({ tls_certificates: [certificate('shop', staple)] })), []);
  assert.deepEqual((await ask(proxy.port, { requestOCSP: true })).ocsp, response);
});

test('passes TLS through by server name without ending it', async () => {
  await using upstream = await startTlsUpstream('from behind', {
    cert: pem('shop-renewed.crt'),
    key: pem('shop-renewed.key'),
  });
  const chain = { filter_chain_match: { server_names: ['shop.example.com'] }, filters: [tcp('behind')] };
  await using proxy = await startProxy([chainListener([chain])], [staticCluster('behind', [upstream.port])]);
  const answer = await askTls(proxy.port, {}, GET, 'from behind');
  assert.equal(answer.servedBy, serial('shop-renewed'));
  assert.equal(upstream.handshakes[0]?.serverName, 'shop.example.com');
  await assert.rejects(ask(proxy.port, { servername: 'other.example.com' }));
});

test('ends TLS for any protocol, half-close included, and logs the server name asked for', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-tls-log-'));
  const path = join(folder, 'access.log');
  await using upstream = await startUpstream((socket, text) => {
    if (text.endsWith('over')) socket.end('heard, and out');
  });
  const file = {
    '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
    path,
    log_format: { text_format_source: { inline_string: '%REQUESTED_SERVER_NAME% %DOWNSTREAM_TLS_VERSION%\n' } },
  };
  const logged = tcp('behind') as { typed_config: object };
  const filter = {
    ...logged,
    typed_config: { ...logged.typed_config, access_log: [{ name: 'file', typed_config: file }] },
  };
  const chain = { filters: [filter], ...downstreamTls({ tls_certificates: [certificate('shop')] }) };
  {
    await using proxy = await startProxy([chainListener([chain])], [staticCluster('behind', [upstream.port])]);
    assert.equal((await askTls(proxy.port, {}, 'over', 'out')).body, 'heard, and out');
    await proxy.proxy.drain(5000);
  }
  assert.equal(readFileSync(path, 'utf8'), 'shop.example.com TLSv1.3\n');
  rmSync(folder, { recursive: true });
});

test('speaks HTTP/2 with a client that offers it', async () => {
  const common = { tls_certificates: [certificate('shop')], alpn_protocols: ['h2', 'http/1.1'] };
  await using proxy = await startProxy(one(downstreamTls(common)), []);
  const session = connectHttp2(`https://127.0.0.1:${proxy.port}`, {
    ca: pem('authority.crt'),
    servername: 'shop.example.com',
  });
  const stream = session.request({ ':path': '/', ':authority': 'shop.example.com' });
  stream.setEncoding('utf8');
  let body = '';
  for await (const text of stream) body += text;
  assert.equal(body, 'hello');
  assert.equal(session.alpnProtocol, 'h2');
  session.close();
});

test('a connection that says nothing goes on when its time is up, where that is allowed', async () => {
  const clock = new FakeClock();
  await using upstream = await startUpstream(() => undefined);
  const chains = [{ filter_chain_match: { server_names: ['x.example.com'] }, filters: [tcp('first')] }];
  const rest = { default_filter_chain: { filters: [tcp('first')] }, listener_filters_timeout: '5s' };
  await using open = await startProxy(
    [chainListener(chains, { ...rest, continue_on_listener_filters_timeout: true })],
    [staticCluster('first', [upstream.port])],
    clock,
  );
  await using strict = await startProxy(
    [chainListener(chains, rest)],
    [staticCluster('first', [upstream.port])],
    clock,
  );
  using patient = new RawClient(open.port);
  using refused = new RawClient(strict.port);
  await Promise.all([patient, refused].map(({ socket }) => new Promise((resolve) => socket.once('connect', resolve))));
  while (upstream.connections() === 0 || !refused.closed) {
    clock.advance(1000);
    await new Promise(setImmediate);
  }
  assert.equal(patient.closed, false);
  assert.equal(upstream.connections(), 1);
});

test('waits for nothing that no chain depends on: a server that speaks first is heard', async () => {
  const { createServer } = process.getBuiltinModule('node:net');
  const server = createServer((socket) => socket.end('220 ready\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await using proxy = await startProxy([chainListener([{ filters: [tcp('mail')] }])], [staticCluster('mail', [port])]);
  using client = new RawClient(proxy.port);
  assert.equal(await client.untilClosed(), '220 ready\r\n');
  server.close();
});

test('refuses by name what it cannot do', async () => {
  const shop = [certificate('shop')];
  for (const [tls, message] of [
    [downstreamTls({ tls_certificates: shop, key_log: { path: '/tmp/x' } }), /key_log/],
    [
      downstreamTls({ tls_certificates: shop }, { session_ticket_keys: { keys: [inline('shop.key')] } }),
      /session_ticket_keys/,
    ],
    [downstreamTls({ tls_certificates: shop }, { require_client_certificate: true }), /nothing verifies/],
    [
      downstreamTls({ tls_certificates: [{ ...certificate('shop'), private_key: inline('client.key') }] }),
      /does not belong/,
    ],
    [downstreamTls({ tls_certificates: shop, tls_params: { cipher_suites: ['NONSENSE'] } }), /OpenSSL refuses/],
    [
      downstreamTls({ tls_certificates: shop, validation_context: { ...TRUSTED, allow_expired_certificate: true } }),
      /allow_expired_certificate/,
    ],
    [downstreamTls({}), /has no certificate/],
  ] as const) {
    await assert.rejects(startProxy(one(tls), []), message);
  }
});

test('takes certificates from static secrets', async () => {
  const common = {
    tls_certificate_sds_secret_configs: [{ name: 'own' }],
    combined_validation_context: {
      default_validation_context: {},
      validation_context_sds_secret_config: { name: 'authority' },
    },
  };
  const secrets = [
    { name: 'own', tls_certificate: certificate('shop') },
    { name: 'authority', validation_context: TRUSTED },
  ];
  const listeners = one(downstreamTls(common, { require_client_certificate: true }));
  await using proxy = await startProxy(listeners, [], undefined, secrets);
  assert.match((await ask(proxy.port, as('client'))).body, /hello$/);
  await assert.rejects(startProxy(listeners, []), /no secret `own`/);
});
