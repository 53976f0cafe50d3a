/** A stock Envoy as a sidecar whose traffic is to be intercepted: it takes Istio's listeners, and serves those that are not captured. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { startControlPlane } from '@weft/control-plane';
import { ask } from '../support/ask.ts';
import { startBackend } from '../support/backend.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { envoyBootstrap } from './envoy-bootstrap.ts';
import { NO_ENVOY, startStockEnvoy } from './stock-envoy.ts';

interface Ports {
  readonly virtualOutbound: number;
  readonly virtualInbound: number;
  readonly orders: number;
  readonly ordersBackend: number;
  readonly ingress: number;
  readonly app: number;
}

/** Nobody redirects connections here, so the Sidecar opens a port for each direction beside the captured ones. */
function meshYaml(ports: Ports): string {
  return `
apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    proxyListenPort: ${ports.virtualOutbound}
    proxyInboundListenPort: ${ports.virtualInbound}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: default }
spec:
  hosts: [orders.example.com]
  location: MESH_INTERNAL
  resolution: STATIC
  ports:
  - { number: ${ports.orders}, name: http, protocol: HTTP }
  - { number: 9001, name: other }
  - { number: 9002, name: tls, protocol: TLS }
  endpoints: [{ address: 127.0.0.1, ports: { http: ${ports.ordersBackend} } }]
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: web, namespace: default }
spec:
  ingress:
  - { port: { number: 8080, name: http, protocol: HTTP }, defaultEndpoint: '127.0.0.1:${ports.app}' }
  - port: { number: ${ports.ingress}, name: http-open, protocol: HTTP }
    captureMode: NONE
    bind: 127.0.0.1
    defaultEndpoint: 127.0.0.1:${ports.app}
  egress:
  - port: { number: ${ports.orders}, name: http, protocol: HTTP }
    captureMode: NONE
    bind: 127.0.0.1
    hosts: ['./*']
  - hosts: ['./*']
`;
}

test('a stock Envoy as an intercepted sidecar', { skip: NO_ENVOY }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-mesh-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const ports = {
    virtualOutbound: await freePort(),
    virtualInbound: await freePort(),
    orders: await freePort(),
    ingress: await freePort(),
    ordersBackend: await startBackend(t, 'orders'),
    app: await startBackend(t, 'web'),
  };
  writeFileSync(join(folder, 'mesh.yaml'), meshYaml(ports));
  const loopback = { host: '127.0.0.1', port: 0 };
  const plane = await startControlPlane(
    { store: { folders: [folder] }, xds: loopback, api: loopback },
    { clock: systemClock, logger: silentLogger, version: 'test' },
  );
  t.after(() => plane.close());
  assert.deepEqual(plane.fileIssues(), []);
  const node = {
    id: 'sidecar~127.0.0.1~web.default~default.svc.cluster.local',
    cluster: 'web.default',
    metadata: { NAMESPACE: 'default', INTERCEPTION_MODE: 'REDIRECT' },
  };
  const envoy = startStockEnvoy(t, envoyBootstrap(node, plane.xdsAddress.port, 'DELTA_GRPC'));

  const toOrders = () => ask(ports.orders, '/', { host: 'orders.example.com' });
  await eventually('an answer through the egress listener', toOrders, ({ body }) => body === 'orders');
  assert.equal((await ask(ports.ingress, '/')).body, 'web');
  // Without a redirect the port a client wants is the listener's own, which leads nowhere.
  await assert.rejects(ask(ports.virtualInbound, '/'));
  await assert.rejects(ask(ports.virtualOutbound, '/'));

  const live = await plane.whenLive({ timeoutMs: 5_000 });
  assert.deepEqual([live.live, live.rejected.length, live.settled.length], [true, 0, 1], envoy.output());
});
