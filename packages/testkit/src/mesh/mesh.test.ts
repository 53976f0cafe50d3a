import assert, { AssertionError } from 'node:assert/strict';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CallError } from '../explain/call.ts';
import { InvalidConfigError, loadMesh } from './load-mesh.ts';
import type { Mesh } from './mesh.ts';

const SHOP = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));
const ORDERS = { labels: { app: 'orders', version: 'v1' } };
const shop: Mesh = await loadMesh(SHOP, {
  workloads: [
    { name: 'orders-v1', ...ORDERS, instances: 2 },
    { name: 'orders-v2', labels: { app: 'orders', version: 'v2' } },
    { name: 'storefront' },
  ],
});

const SERVICES = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec:
  clusterIP: 10.96.0.1
  selector: { app: web }
  ports: [{ name: http, port: 80, targetPort: 8080 }, { name: grpc, port: 9090 }]
---
apiVersion: v1
kind: Service
metadata: { name: db }
spec: { clusterIP: 10.96.0.2, selector: { app: db }, ports: [{ name: tcp, port: 5432 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 3
  template: { metadata: { labels: { app: web } }, spec: { serviceAccountName: web, containers: [{ name: web }] } }
`;
const ROUTES = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [web]
  http:
    - match: [{ uri: { prefix: /old } }]
      redirect: { uri: /new, redirectCode: 302 }
    - match: [{ uri: { exact: /teapot } }]
      directResponse: { status: 418, body: { string: short and stout } }
    - match: [{ uri: { prefix: /broken } }]
      fault: { abort: { httpStatus: 555, percentage: { value: 100 } } }
      route: [{ destination: { host: web } }]
    - match: [{ uri: { prefix: /slow } }]
      fault: { delay: { fixedDelay: 3s, percentage: { value: 100 } } }
      route: [{ destination: { host: web } }]
    - match: [{ uri: { prefix: /nothing } }]
      route: [{ destination: { host: web, subset: missing } }]
    - match: [{ uri: { prefix: /api } }]
      rewrite: { uri: /v2, authority: web.internal }
      mirror: { host: db, port: { number: 5432 } }
      headers: { request: { set: { x-tier: gold }, remove: [x-secret] }, response: { add: { x-via: mesh } } }
      timeout: 7s
      route: [{ destination: { host: web } }]
`;
const web = await loadMesh([{ yaml: `${SERVICES}---${ROUTES}` }], { workloads: [{ name: 'client' }, { name: 'db' }] });

suite('a request', () => {
  test('reaches a subset through the gateway, with the settings of its rule', async () => {
    const request = {
      from: 'ingress gateway',
      url: 'http://api.example.com/orders',
      headers: { 'x-user-tier': 'premium' },
    };
    const answer = await shop.expect(request, {
      kind: 'forward',
      service: 'orders',
      subset: 'v1',
      workload: 'orders-v1',
      timeoutMs: 10_000,
      retries: { attempts: 3, perTryTimeoutMs: 2000 },
    });
    assert.ok(answer.kind === 'forward');
    assert.equal(answer.endpoints.length, 2);
    assert.ok(answer.endpoints.includes(answer.endpoint));
    assert.deepEqual(
      answer.explanation.hops.map(({ side }) => side),
      ['gateway', 'inbound'],
    );
  });

  test('has the same answer every time, and another one with another seed', async () => {
    const request = { from: 'storefront', url: 'http://orders:8080/' };
    const ask = async (seed?: number): Promise<string> => {
      const answer = await shop.request({ ...request, ...(seed !== undefined && { seed }) });
      return answer.kind === 'forward' ? answer.endpoint : '';
    };
    assert.equal(await ask(), await ask());
    const seen = new Set(await Promise.all(Array.from({ length: 40 }, (_, seed) => ask(seed + 1))));
    assert.equal(seen.size, 3);
  });

  test('is redirected, answered, aborted, delayed, or has nowhere to go', async () => {
    const ask = { from: 'client' };
    await web.expect({ ...ask, url: 'http://web/old' }, { kind: 'redirect', status: 302, location: 'http://web/new' });
    await web.expect({ ...ask, url: 'http://web/teapot' }, { kind: 'reply', status: 418, body: 'short and stout' });
    await web.expect({ ...ask, url: 'http://web/broken' }, { kind: 'reply', status: 555, flag: 'FI', service: 'web' });
    const slow = await web.expect({ ...ask, url: 'http://web/slow' }, { kind: 'forward', delayMs: 3000 });
    const chances = slow.explanation.hops[0]?.filters.flatMap((filter) => filter.chances);
    assert.deepEqual(chances, [{ what: 'a delay of 3000 ms', percent: 100 }]);
    await web.expect(
      { ...ask, url: 'http://web/nothing' },
      { kind: 'reply', status: 503, flag: 'NC', subset: 'missing' },
    );
    await web.expect({ ...ask, url: 'http://web/unknown' }, { kind: 'reply', status: 404, flag: 'NR' });
  });

  test('is rewritten, mirrored and marked by its rule', async () => {
    const headers = { 'x-secret': '1' };
    const answer = await web.expect(
      { from: 'client', url: 'http://web/api/things?q=1', headers },
      {
        path: '/v2/things?q=1',
        authority: 'web.internal',
        timeoutMs: 7000,
        mirrors: ['db'],
        requestHeaders: { 'x-tier': 'gold' },
        responseHeaders: { 'x-via': 'mesh' },
      },
    );
    assert.ok(answer.kind === 'forward');
    assert.deepEqual(answer.requestHeaders.removed, ['x-secret']);
    assert.equal(answer.endpoints.length, 3, 'the three pods of the Deployment');
  });

  test('may be gRPC, bytes by port, or come from nowhere', async () => {
    await web.expect({ from: 'client', url: 'tcp://db:5432' }, { kind: 'forward', service: 'db', workload: 'db' });
    await web.expect({ from: 'client', url: 'tcp://db:99' }, { kind: 'refused' });
    const plain = await loadMesh([{ yaml: SERVICES }], { workloads: [{ name: 'client' }] });
    await plain.expect({ from: 'client', url: 'grpc://web:9090/shop.Orders/List' }, { port: 9090, service: 'web' });
    await assert.rejects(web.request({ from: 'clinet', url: 'http://web/' }), (error) => {
      assert.ok(error instanceof CallError);
      assert.match(error.message, /did you mean "client"/);
      return true;
    });
    await assert.rejects(web.request({ from: 'client', url: 'ftp://web/' }), CallError);
    await web.expect({ from: { labels: { app: 'stranger' } }, url: 'http://web/slow' }, { service: 'web' });
  });
});

suite('captured traffic, as on Kubernetes', () => {
  test('goes by addresses and ports on both sides', async () => {
    const captured = await loadMesh([{ yaml: SERVICES }], {
      workloads: [{ name: 'client' }, { name: 'db' }],
      interception: 'REDIRECT',
    });
    const http = await captured.expect({ from: 'client', url: 'http://web/' }, { service: 'web', workload: 'web' });
    assert.deepEqual(
      http.explanation.hops.map(({ listener }) => listener?.name),
      ['0.0.0.0_80', 'virtualInbound'],
    );
    const bytes = await captured.expect({ from: 'client', url: 'tcp://db:5432' }, { service: 'db' });
    assert.equal(bytes.explanation.hops[0]?.listener?.name, '10.96.0.2_5432');
    await captured.expect({ from: 'client', url: 'tcp://9.9.9.9:99' }, { cluster: 'PassthroughCluster' });
  });

  test('is mutual TLS where proxies have certificates, and refused without one where the policy is strict', async () => {
    const strict = `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: default, namespace: istio-system }
spec: { mtls: { mode: STRICT } }
`;
    const mesh = await loadMesh([{ yaml: SERVICES }, { yaml: strict }], {
      workloads: [{ name: 'client' }, { name: 'web', serviceAccount: 'web' }],
      interception: 'REDIRECT',
      certificates: true,
    });
    const [address] =
      (await mesh.request({ from: 'client', url: 'http://web/' })).explanation.hops[0]?.destinations[0]?.endpoints ??
      [];
    const host = address?.address.split(':')[0] ?? '';
    const outside = await mesh.request({ from: 'outside', url: `http://${host}:8080/` });
    assert.equal(outside.kind, 'refused', outside.explain());
    assert.equal(outside.explanation.hops[0]?.side, 'inbound');
  });
});

test('TLS is passed through a gateway by its server name', async () => {
  const mesh = await loadMesh(
    [
      {
        yaml: `${SERVICES}---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 443, name: tls, protocol: TLS }
      hosts: [db.example.com, other.example.com]
      tls: { mode: PASSTHROUGH }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: db }
spec:
  hosts: [db.example.com]
  gateways: [istio-system/edge]
  tls:
    - match: [{ sniHosts: [db.example.com] }]
      route: [{ destination: { host: db, port: { number: 5432 } } }]
`,
      },
    ],
    { workloads: [{ name: 'db' }] },
  );
  const answer = await mesh.expect({ from: 'outside', url: 'https://db.example.com/' }, { service: 'db', port: 5432 });
  assert.match(answer.explanation.hops[0]?.downstreamTls ?? '', /passed through/);
  const other = await mesh.request({ from: 'outside', url: 'tls://other.example.com:443' });
  assert.equal(other.kind, 'refused');
  assert.match(other.explanation.hops[0]?.otherChains[0]?.why ?? '', /it wants server name db.example.com/);
});

const EDGE = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: edge, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
    - port: { number: 443, name: https, protocol: HTTPS }
      hosts: [web.example.com]
      tls: { mode: SIMPLE, serverCertificate: /certs/tls.crt, privateKey: /certs/tls.key }
    - port: { number: 80, name: http, protocol: HTTP }
      hosts: [web.example.com]
      tls: { httpsRedirect: true }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: edge }
spec:
  hosts: [web.example.com]
  gateways: [istio-system/edge]
  http: [{ route: [{ destination: { host: web, port: { number: 80 } } }] }]
`;

test('a gateway ends TLS, and sends plaintext there', async () => {
  const mesh = await loadMesh([{ yaml: SERVICES }, { yaml: EDGE }]);
  const answer = await mesh.expect({ from: 'outside', url: 'https://web.example.com/' }, { service: 'web', port: 80 });
  assert.match(answer.explanation.hops[0]?.downstreamTls ?? '', /TLS for "web.example.com" ends here/);
  assert.equal(answer.explanation.hops.length, 2, 'and the sidecar of web');
  const other = await mesh.request({ from: 'outside', url: 'https://other.example.com/' });
  assert.equal(other.kind, 'refused');
  const location = 'https://web.example.com/';
  await mesh.expect({ from: 'outside', url: 'http://web.example.com/' }, { kind: 'redirect', status: 301, location });
  const plain = await mesh.request({ from: 'outside', url: 'http://web.example.com:443/' });
  assert.equal(plain.kind, 'refused', plain.explain());
});

test('calls may leave through an egress gateway: both proxies are asked', async () => {
  const egress = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: bank }
spec:
  hosts: [bank.example.com]
  ports: [{ number: 80, name: http, protocol: HTTP }]
  location: MESH_EXTERNAL
  resolution: DNS
---
apiVersion: v1
kind: Service
metadata: { name: istio-egressgateway, namespace: istio-system }
spec: { selector: { istio: egressgateway }, ports: [{ name: http2, port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: egress, namespace: istio-system }
spec:
  selector: { istio: egressgateway }
  servers: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: [bank.example.com] }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: bank }
spec:
  hosts: [bank.example.com]
  gateways: [mesh, istio-system/egress]
  http:
    - match: [{ gateways: [mesh] }]
      route: [{ destination: { host: istio-egressgateway.istio-system.svc.cluster.local, port: { number: 80 } } }]
    - match: [{ gateways: [istio-system/egress] }]
      route: [{ destination: { host: bank.example.com, port: { number: 80 } } }]
      timeout: 3s
`;
  const mesh = await loadMesh([{ yaml: egress }], {
    workloads: [{ name: 'client' }, { name: 'egress', namespace: 'istio-system', labels: { istio: 'egressgateway' } }],
  });
  const request = { from: 'client', url: 'http://bank.example.com/' };
  const answer = await mesh.expect(request, { service: 'bank.example.com', timeoutMs: 3000 });
  assert.deepEqual(
    answer.explanation.hops.map(({ side }) => side),
    ['outbound', 'gateway'],
  );
});

suite('assertions', () => {
  test('a failing one says what was expected, what was found, and why', async () => {
    const request = { from: 'storefront', url: 'http://orders:8080/', headers: { canary: 'true' } };
    await assert.rejects(shop.expect(request, { subset: 'v1' }), (error) => {
      assert.ok(error instanceof AssertionError);
      assert.match(error.message, /subset: expected "v1", found "v2"/);
      assert.match(error.message, /orders\.yaml:19 \(VirtualService default\/orders spec\.http\[0\]\.match\[0\]\)/);
      return true;
    });
  });

  test('shares of many requests are those of the rule', async () => {
    const spread = await shop.distribution({ from: 'outside', url: 'http://api.example.com/orders' }, 2000);
    assert.ok(Math.abs(spread.share({ service: 'orders', subset: 'v1' }) - 0.9) < 0.03, String(spread));
    assert.equal(spread.count({ subset: 'v1' }) + spread.count({ subset: 'v2' }), 2000);
    assert.equal(spread.rows().length, 2);
  });
});

suite('configuration', () => {
  const INVALID = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: a }
spec: { hosts: [a], http: [{ timeuot: 3s, route: [{ destination: { host: a }, weight: -1 }] }] }
`;
  test('that is invalid is reported whole, with places', async () => {
    await assert.rejects(loadMesh([{ yaml: INVALID, file: 'a.yaml' }]), (error) => {
      assert.ok(error instanceof InvalidConfigError);
      assert.ok(error.issues.length >= 2);
      assert.match(error.message, /a\.yaml:5.*timeuot/);
      return true;
    });
    const lenient = await loadMesh([{ yaml: INVALID }], { allowInvalid: true });
    assert.ok(lenient.issues.length >= 2);
  });

  test('that is odd has diagnostics', async () => {
    const mesh = await loadMesh([{ yaml: ROUTES }]);
    assert.ok(mesh.diagnostics().some(({ code }) => code === 'IST0101'));
  });
});
