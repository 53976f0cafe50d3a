/** A stock Envoy as a gateway of a mesh: Istio configuration in, routed requests out, changes without a NACK. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { type ControlPlane, startControlPlane } from '@weft/control-plane';
import { type Answer, ask } from '../support/ask.ts';
import { startBackend } from '../support/backend.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { envoyBootstrap } from './envoy-bootstrap.ts';
import { NO_ENVOY, startStockEnvoy } from './stock-envoy.ts';

interface Mesh {
  readonly gatewayPort: number;
  readonly v1Port: number;
  readonly v2Port: number;
}

/** A gateway, a service of two versions, and a route with every kind of match, edit, retry and timeout that is in daily use. */
function meshYaml({ gatewayPort, v1Port, v2Port }: Mesh, v2Weight: number): string {
  return `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: shop, namespace: default }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: ${gatewayPort}, name: http, protocol: HTTP }
    hosts: ['shop.example.com']
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: default }
spec:
  hosts: [orders.example.com]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 80, name: http, protocol: HTTP }]
  endpoints:
  - { address: 127.0.0.1, ports: { http: ${v1Port} }, labels: { version: v1 } }
  - { address: 127.0.0.1, ports: { http: ${v2Port} }, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: default }
spec:
  host: orders.example.com
  trafficPolicy:
    loadBalancer: { simple: LEAST_REQUEST }
    connectionPool: { http: { http1MaxPendingRequests: 100 } }
    outlierDetection: { consecutive5xxErrors: 5, interval: 10s }
  subsets:
  - { name: v1, labels: { version: v1 } }
  - { name: v2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: default }
spec:
  hosts: [shop.example.com]
  gateways: [shop]
  http:
  - name: canary
    match:
    - headers: { canary: { exact: 'true' } }
      uri: { prefix: /orders }
    route: [{ destination: { host: orders.example.com, subset: v2, port: { number: 80 } } }]
    timeout: 2s
    retries: { attempts: 2, perTryTimeout: 500ms, retryOn: '5xx,reset' }
  - name: old
    match: [{ uri: { exact: /old } }]
    redirect: { uri: /orders, redirectCode: 308 }
  - name: split
    match: [{ uri: { regex: '/orders(/.*)?' } }]
    rewrite: { uri: /v }
    headers: { response: { set: { x-shop: 'yes' } } }
    route:
    - { destination: { host: orders.example.com, subset: v1, port: { number: 80 } }, weight: ${100 - v2Weight} }
    - { destination: { host: orders.example.com, subset: v2, port: { number: 80 } }, weight: ${v2Weight} }
`;
}

async function startMesh(t: TestContext, folder: string): Promise<ControlPlane> {
  const loopback = { host: '127.0.0.1', port: 0 };
  const plane = await startControlPlane(
    { store: { folders: [folder] }, xds: loopback, api: loopback },
    { clock: systemClock, logger: silentLogger, version: 'test' },
  );
  t.after(() => plane.close());
  return plane;
}

function node(port: number): Parameters<typeof envoyBootstrap>[0] {
  return {
    id: 'router~127.0.0.1~gateway.default~default.svc.cluster.local',
    cluster: 'gateway.default',
    metadata: {
      NAMESPACE: 'default',
      LABELS: { istio: 'ingressgateway' },
      CLUSTER_ID: 'Kubernetes',
      INTERCEPTION_MODE: 'NONE',
      UNPRIVILEGED_POD: port < 1024 ? '' : 'true',
    },
  };
}

for (const apiType of ['GRPC', 'DELTA_GRPC'] as const) {
  test(`a stock Envoy as the gateway of a mesh, ${apiType}`, { skip: NO_ENVOY }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'weft-mesh-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const mesh = {
      gatewayPort: await freePort(),
      v1Port: await startBackend(t, 'v1'),
      v2Port: await startBackend(t, 'v2'),
    };
    const file = join(folder, 'mesh.yaml');
    writeFileSync(file, meshYaml(mesh, 0));
    const plane = await startMesh(t, folder);
    assert.deepEqual(plane.fileIssues(), []);
    const envoy = startStockEnvoy(t, envoyBootstrap(node(mesh.gatewayPort), plane.xdsAddress.port, apiType));
    const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> =>
      ask(mesh.gatewayPort, path, { host: 'shop.example.com', ...headers });

    await eventually(
      'the first answer',
      () => get('/orders'),
      ({ body }) => body === 'v1',
    );
    assert.equal((await get('/orders/7')).headers['x-shop'], 'yes');
    assert.equal((await get('/orders', { canary: 'true' })).body, 'v2');
    const moved = await get('/old');
    assert.deepEqual([moved.status, moved.headers.location], [308, 'http://shop.example.com/orders']);
    assert.equal((await get('/nothing')).status, 404);
    assert.equal((await get('/orders', { host: 'other.example.com' })).status, 404);

    writeFileSync(file, meshYaml(mesh, 100));
    await eventually(
      'the new weights',
      () => get('/orders'),
      ({ body }) => body === 'v2',
    );
    const live = await plane.whenLive({ timeoutMs: 5_000 });
    assert.deepEqual([live.live, live.rejected.length, live.settled.length], [true, 0, 1], envoy.output());
    for (const [kind, status] of Object.entries(plane.proxies()[0]?.kinds ?? {})) {
      assert.equal(status.nack, undefined, `${kind}: ${status.nack?.message}`);
    }
  });
}
