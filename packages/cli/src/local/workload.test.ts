import assert from 'node:assert/strict';
import { test } from 'node:test';
import { socketsOf } from './address-plan.ts';
import { nodeId, writeBootstrap } from './bootstrap.ts';
import { appEnvironment, sidecarIdentity, type Workload, workloadEntryOf } from './workload.ts';

const orders: Workload = {
  app: 'orders',
  version: 'v1',
  namespace: 'default',
  serviceAccount: 'orders',
  labels: { tier: 'back' },
  ports: [{ name: 'http', servicePort: 8080, appPort: 3000 }],
};

test('a WorkloadEntry points at the sidecar and is owned by it', () => {
  const entry = workloadEntryOf(orders, socketsOf('addresses', 3));
  assert.equal(entry.metadata.name, 'orders-v1-3');
  assert.deepEqual(entry.spec, {
    address: '127.1.0.3',
    labels: { tier: 'back', app: 'orders', version: 'v1' },
    serviceAccount: 'orders',
    ports: { http: 28080 },
  });
  assert.equal(
    entry.metadata.annotations['weft.dev/owner-node'],
    'sidecar~127.1.0.3~orders-v1-3.default~default.svc.cluster.local',
  );
});

test('the sidecar maps its inbound port to the application port', () => {
  const identity = sidecarIdentity(orders, socketsOf('addresses', 3));
  assert.deepEqual([...identity.appPorts], [[28080, 3000]]);
  assert.equal(nodeId(identity), 'sidecar~127.1.0.3~orders-v1-3.default~default.svc.cluster.local');
});

test('where all share 127.0.0.1, the sidecar asks for no outbound listeners but the forward proxy', () => {
  for (const [mode, wanted] of [
    ['ports', 'http-proxy'],
    ['addresses', undefined],
  ] as const) {
    const sockets = socketsOf(mode, 2);
    const identity = sidecarIdentity(orders, sockets);
    const text = JSON.stringify(
      writeBootstrap({ identity, ports: sockets, mode, xds: { host: '127.0.0.1', port: 15010 } }),
    );
    assert.equal(JSON.parse(text).node.metadata.OUTBOUND_LISTENERS, wanted);
  }
});

test('the application is sent through its sidecar, except to itself', () => {
  const env = appEnvironment(orders, socketsOf('addresses', 3), { PATH: '/bin', NO_PROXY: 'db.local,localhost' });
  assert.equal(env['HTTP_PROXY'], 'http://127.1.0.3:15007');
  assert.equal(env['http_proxy'], env['HTTP_PROXY']);
  assert.equal(env['NO_PROXY'], '127.0.0.1,localhost,::1,db.local');
  assert.equal(env['PORT'], '3000');
  assert.equal(env['PATH'], '/bin');
});
