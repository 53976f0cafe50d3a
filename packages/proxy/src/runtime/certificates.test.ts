import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@weft/base';
import { ADMIN, adminGet, startProxy, staticCluster } from '../testing/harness.ts';
import { certificate, chainListener, downstreamTls, TRUSTED, upstreamTls } from '../testing/tls.ts';

const DIRECT = {
  name: 'envoy.filters.network.tcp_proxy',
  typed_config: {
    '@type': 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy',
    stat_prefix: 'tcp',
    cluster: 'backend',
  },
};

interface Certificate {
  readonly path: string;
  readonly serial_number: string;
  readonly subject_alt_names: readonly object[];
  readonly days_until_expiration: string;
  readonly valid_from: string;
  readonly expiration_time: string;
}

interface Certs {
  readonly certificates: readonly { readonly ca_cert: Certificate[]; readonly cert_chain: Certificate[] }[];
}

test('/certs shows what listeners, clusters and secrets carry, and no key', async () => {
  const path = new URL('../testing/certificates/client.crt', import.meta.url).pathname;
  const key = new URL('../testing/certificates/client.key', import.meta.url).pathname;
  const client = { certificate_chain: { filename: path }, private_key: { filename: key } };
  const tls = downstreamTls({ tls_certificates: [certificate('shop')], validation_context: TRUSTED });
  await using proxy = await startProxy(
    [chainListener([{ filters: [DIRECT], ...tls }])],
    [staticCluster('backend', [1], upstreamTls({ tls_certificates: [client], validation_context: TRUSTED }))],
    systemClock,
    [{ name: 'spare', tls_certificate: certificate('wildcard') }],
    ADMIN,
  );
  const text = await adminGet(proxy, '/certs');
  assert.doesNotMatch(text, /PRIVATE KEY/);
  const { certificates } = JSON.parse(text) as Certs;
  const chains = certificates.flatMap(({ cert_chain: chain }) => chain);
  assert.deepEqual(
    chains.map((one) => one.path),
    ['<inline>', '<inline>', path],
  );
  assert.equal(certificates.flatMap(({ ca_cert: roots }) => roots).length, 2);
  for (const one of chains) {
    assert.match(one.serial_number, /^[0-9a-f]+$/);
    assert.match(one.days_until_expiration, /^\d+$/);
    assert.match(one.valid_from, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    assert.ok(one.expiration_time > one.valid_from);
  }
  assert.ok(JSON.stringify(chains[0]?.subject_alt_names).includes('"dns":'), JSON.stringify(chains[0]));
});
