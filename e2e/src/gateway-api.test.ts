import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBackend } from './support/backend.ts';
import { eventually } from './support/eventually.ts';
import { freePortOffset } from './support/free-port.ts';
import { Client } from './support/http.ts';
import { Weft, weft } from './support/weft.ts';

const service = (name: string, port: number): string => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { ports: [{ name: http, port: 80, targetPort: ${port} }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: ${name}, namespace: shop, labels: { kubernetes.io/service-name: ${name} } }
addressType: IPv4
endpoints: [{ addresses: [127.0.0.1], conditions: { ready: true } }]
ports: [{ name: http, port: ${port}, protocol: TCP }]
`;

const ROUTES = `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec:
  gatewayClassName: istio
  listeners: [{ name: http, port: 80, protocol: HTTP, hostname: '*.example.com' }]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: orders, namespace: shop }
spec:
  parentRefs: [{ name: edge }]
  hostnames: [api.example.com]
  rules:
  - matches: [{ path: { value: /orders } }]
    backendRefs: [{ name: v1, port: 80 }]
  - matches: [{ path: { value: /orders }, headers: [{ name: canary, value: 'true' }] }]
    backendRefs: [{ name: v2, port: 80 }]
  - matches: [{ path: { value: /gone } }]
    backendRefs: [{ name: missing, port: 80 }]
  - matches: [{ path: { value: /old } }]
    filters: [{ type: RequestRedirect, requestRedirect: { path: { type: ReplacePrefixMatch, replacePrefixMatch: /orders }, statusCode: 302 } }]
`;

test('weft up serves a Gateway and an HTTPRoute of the Gateway API, and tells their status', async (t) => {
  const [v1, v2] = await Promise.all([startBackend(t, 'v1'), startBackend(t, 'v2')]);
  const folder = await mkdtemp(join(tmpdir(), 'weft-gateway-api-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'mesh.yaml'), `${ROUTES}${service('v1', v1)}${service('v2', v2)}`);
  const offset = ['--port-offset', String(await freePortOffset())];
  const ports = ['--gateway-port', '0', '--xds-port', '0', '--api-port', '0', ...offset];
  await using up = new Weft(['up', '-f', folder, ...ports]);
  const [, port] = await up.waitFor(/edge-istio: .*80 → 127\.0\.0\.1:(\d+)/);
  const [, api = ''] = await up.waitFor(/API +(http:\S+)/);
  using client = new Client(Number(port));
  const ask = (path: string, headers: Readonly<Record<string, string>> = {}): ReturnType<Client['get']> =>
    client.get(path, { host: 'api.example.com', ...headers });

  const first = await eventually(
    'the gateway',
    () => ask('/orders/7'),
    ({ status }) => status === 200,
  );
  assert.equal(first.text, 'v1');
  assert.equal(
    (await ask('/orders', { canary: 'true' })).text,
    'v2',
    'more headers come first, whatever the order written',
  );
  assert.equal((await ask('/ordersx')).status, 404, 'a prefix is of whole segments');
  assert.equal((await ask('/gone')).status, 500, 'a backend that does not exist is answered with 500');
  const moved = await ask('/old/7');
  assert.equal(moved.status, 302);
  assert.match(String(moved.headers['location']), /^http:\/\/api\.example\.com(:\d+)?\/orders\/7$/);

  const shown = await weft('get', 'httproute', 'orders', '-n', 'shop', '-o', 'json', '--server', api);
  const [parent] = JSON.parse(shown.stdout).status.parents;
  const conditions = parent.conditions.map(({ type, status, reason }: Record<string, string>) => [
    type,
    status,
    reason,
  ]);
  assert.deepEqual(conditions, [
    ['Accepted', 'True', 'Accepted'],
    ['ResolvedRefs', 'False', 'BackendNotFound'],
  ]);
  assert.match(parent.conditions[1].message, /there is no service missing\.shop\.svc\.cluster\.local/);
  const finished = await up.stop();
  assert.equal(finished.code, 0, finished.stderr);
});
