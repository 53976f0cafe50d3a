/** A gRPC client that speaks xDS itself (@grpc/grpc-js-xds) balances over our endpoints as our control plane says, with no proxy. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { credentials } from '@grpc/grpc-js';
import { silentLogger, systemClock } from '@weft/base';
import { startControlPlane } from '@weft/control-plane';
import { eventually } from '../support/eventually.ts';
import { EchoClient, startEchoServer } from './grpc-echo.ts';

const CALLS = 400;
/** Five standard deviations of a measured share. */
const TOLERANCE = 5 * Math.sqrt((0.75 * 0.25) / CALLS);

interface Ports {
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Version v1 has two endpoints, v2 one. */
function meshYaml({ a, b, c }: Ports, v1Weight: number): string {
  return `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.example.com]
  location: MESH_INTERNAL
  resolution: STATIC
  ports: [{ number: 8080, name: grpc, protocol: GRPC }]
  endpoints:
  - { address: 127.0.0.1, ports: { grpc: ${a} }, labels: { version: v1 } }
  - { address: 127.0.0.1, ports: { grpc: ${b} }, labels: { version: v1 } }
  - { address: 127.0.0.1, ports: { grpc: ${c} }, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders.example.com
  subsets:
  - { name: v1, labels: { version: v1 } }
  - { name: v2, labels: { version: v2 } }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.example.com]
  http:
  - match: [{ uri: { prefix: /weft.test.Echo/Pinned } }]
    route: [{ destination: { host: orders.example.com, subset: v2 } }]
  - route:
    - { destination: { host: orders.example.com, subset: v1 }, weight: ${v1Weight} }
    - { destination: { host: orders.example.com, subset: v2 }, weight: ${100 - v1Weight} }
`;
}

/** Whoever asks for these names by xDS finds our control plane in the environment (gRFC A27). */
async function clientOf(t: TestContext, xdsPort: number): Promise<InstanceType<typeof EchoClient>> {
  process.env['GRPC_XDS_BOOTSTRAP_CONFIG'] = JSON.stringify({
    xds_servers: [
      { server_uri: `127.0.0.1:${xdsPort}`, channel_creds: [{ type: 'insecure' }], server_features: ['xds_v3'] },
    ],
    node: {
      id: 'sidecar~127.0.0.1~client.shop~shop.svc.cluster.local',
      locality: {},
      metadata: { GENERATOR: 'grpc', NAMESPACE: 'shop' },
    },
  });
  const { register } = await import('@grpc/grpc-js-xds');
  register();
  const client = new EchoClient('xds:///orders.example.com:8080', credentials.createInsecure());
  t.after(() => client.close());
  return client;
}

function who(client: InstanceType<typeof EchoClient>, method: 'Unary' | 'Pinned'): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = client[method];
    assert.ok(call !== undefined);
    call.call(client, 'who', (error: Error | null, name: string) => (error === null ? resolve(name) : reject(error)));
  });
}

test('a gRPC client without a proxy', { timeout: 60_000 }, async (t) => {
  const servers = await Promise.all(['a', 'b', 'c'].map(startEchoServer));
  t.after(() => servers.forEach((server) => void server.close()));
  const [a = 0, b = 0, c = 0] = servers.map(({ port }) => port);
  const folder = mkdtempSync(join(tmpdir(), 'weft-proxyless-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'mesh.yaml');
  writeFileSync(file, meshYaml({ a, b, c }, 75));
  const loopback = { host: '127.0.0.1', port: 0 };
  const plane = await startControlPlane(
    { store: { folders: [folder] }, xds: loopback, api: loopback },
    { clock: systemClock, logger: silentLogger, version: 'test' },
  );
  t.after(() => plane.close());
  const client = await clientOf(t, plane.xdsAddress.port);

  assert.deepEqual([await who(client, 'Pinned'), await who(client, 'Pinned')], ['c', 'c'], 'a subset by path');
  const counts = new Map<string, number>();
  for (let i = 0; i < CALLS; i++) {
    const name = await who(client, 'Unary');
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const share = (...names: readonly string[]): number =>
    names.reduce((sum, name) => sum + (counts.get(name) ?? 0), 0) / CALLS;
  assert.ok(Math.abs(share('a', 'b') - 0.75) < TOLERANCE, `v1 got ${share('a', 'b')}`);
  assert.ok(Math.abs(share('a') - share('b')) <= 2 / CALLS, 'the endpoints of a subset take turns');

  writeFileSync(file, meshYaml({ a, b, c }, 0));
  await eventually(
    'the new weights',
    async () => new Set(await Promise.all(Array.from({ length: 20 }, () => who(client, 'Unary')))),
    (names) => names.size === 1 && names.has('c'),
  );
  const [status] = plane.proxies();
  for (const kind of ['listener', 'route', 'cluster', 'endpoint'] as const) {
    assert.deepEqual([status?.kinds[kind].state, status?.kinds[kind].nack], ['synced', undefined], kind);
  }
});
