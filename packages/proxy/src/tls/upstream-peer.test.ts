import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '@weft/base';
import { ADMIN, adminGet, exchangeOnce, httpListener, ROUTER, startProxy, staticCluster } from '../testing/harness.ts';
import { certificate, pem, startTlsUpstream, TRUSTED, upstreamTls } from '../testing/tls.ts';

const CLIENT = 'spiffe://cluster.local/ns/shop/sa/client';
const STATS = {
  name: 'istio.stats',
  typed_config: {
    '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
    type_url: 'type.googleapis.com/stats.PluginConfig',
    value: {},
  },
};

test("metrics of the client's side know both identities, on resumed connections too", async () => {
  // The same certificate on both sides: the only one of the tests that has a URI.
  const server = { cert: pem('client.crt'), key: pem('client.key'), requestCert: true, ca: pem('authority.crt') };
  await using upstream = await startTlsUpstream('mutual', server);
  const tls = upstreamTls({ validation_context: TRUSTED, tls_certificates: [certificate('client')] });
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'app' } }];
  const listener = { ...httpListener(routes, { http_filters: [STATS, ROUTER] }), traffic_direction: 'OUTBOUND' };
  await using proxy = await startProxy(
    [listener],
    [staticCluster('app', [upstream.port], tls)],
    systemClock,
    [],
    ADMIN,
  );
  for (let i = 0; i < 3; i++) {
    assert.match(await exchangeOnce(proxy.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'), /mutual$/);
  }
  const metrics = (await adminGet(proxy, '/stats/prometheus')).split('\n');
  const requests = metrics.filter((line) => line.startsWith('istio_requests_total{'));
  assert.equal(requests.length, 1, requests.join('\n'));
  const [line = ''] = requests;
  assert.ok(line.includes(`source_principal="${CLIENT}"`), line);
  assert.ok(line.includes(`destination_principal="${CLIENT}"`), line);
  assert.ok(line.endsWith('} 3'), line);
});
