import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, silentLogger } from '@weft/base';
import { decodeNode, type Node } from '@weft/mesh';
import { Metrics } from '../metrics.ts';
import type { ObjectKey, StoredObject } from '../store/object.ts';
import { ObjectStore } from '../store/object-store.ts';
import { AutoRegistration, type RegisteringProxy } from './auto-registration.ts';

const GROUP: StoredObject = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadGroup',
  metadata: { name: 'orders', namespace: 'shop' },
  spec: {
    metadata: { labels: { tier: 'back', version: 'v1' }, annotations: { team: 'orders' } },
    template: { ports: { http: 3000 }, serviceAccount: 'orders', labels: { app: 'orders', tier: 'none' }, weight: 2 },
  },
};

const KEY: ObjectKey = {
  group: 'networking.istio.io',
  kind: 'WorkloadEntry',
  namespace: 'shop',
  name: 'orders-10.0.0.9',
};

function proxy(connection: number, more: Readonly<Record<string, unknown>> = {}): RegisteringProxy {
  const metadata = { NAMESPACE: 'shop', LABELS: { version: 'v2' }, AUTO_REGISTER_GROUP: 'orders', ...more };
  const locality = { region: 'eu', zone: 'a', subZone: '' };
  const node = decodeNode({ id: 'sidecar~10.0.0.9~vm-1.shop~shop.svc.cluster.local', metadata, locality });
  if (!node.ok) assert.fail(String(node.issues[0]?.message));
  return { connection, node: node.value satisfies Node, metadata };
}

function harness(store?: ObjectStore): { clock: FakeClock; store: ObjectStore; registration: AutoRegistration } {
  const clock = new FakeClock();
  const kept = store ?? new ObjectStore({ clock });
  if (store === undefined) kept.create(GROUP);
  const options = {
    store: kept,
    clock,
    logger: silentLogger,
    metrics: new Metrics(),
    graceMs: 10_000,
    instance: 'weft-1',
  };
  return { clock, store: kept, registration: new AutoRegistration(options) };
}

test('a proxy that names a group gets an entry of its template, labels of the node first', () => {
  const { store, registration } = harness();
  assert.equal(registration.connected(proxy(1)), undefined);
  const entry = store.get(KEY);
  assert.deepEqual(entry?.['spec'], {
    ports: { http: 3000 },
    serviceAccount: 'orders',
    weight: 2,
    address: '10.0.0.9',
    labels: { app: 'orders', tier: 'back', version: 'v2' },
    locality: 'eu/a',
  });
  const { annotations } = entry?.metadata ?? {};
  assert.equal(annotations?.['istio.io/autoRegistrationGroup'], 'orders');
  assert.equal(annotations?.['istio.io/workloadController'], 'weft-1');
  assert.equal(annotations?.['team'], 'orders');
  assert.ok(annotations?.['istio.io/connectedAt']);
});

test('it survives a reconnect within the grace period, and goes after it', () => {
  const { clock, store, registration } = harness();
  registration.connected(proxy(1));
  const { uid } = store.get(KEY)?.metadata ?? {};
  registration.disconnected(1);
  assert.ok(store.get(KEY)?.metadata.annotations?.['istio.io/disconnectedAt']);
  clock.advance(9_999);
  registration.connected(proxy(2));
  clock.advance(60_000);
  assert.equal(store.get(KEY)?.metadata.uid, uid);
  assert.equal(store.get(KEY)?.metadata.annotations?.['istio.io/disconnectedAt'], undefined);
  registration.connected(proxy(3));
  registration.disconnected(2);
  clock.advance(60_000);
  assert.ok(store.get(KEY), 'another stream of the same proxy is open');
  registration.disconnected(3);
  clock.advance(10_000);
  assert.equal(store.get(KEY), undefined);
});

test('a proxy whose group does not exist is told so', () => {
  const { registration } = harness();
  assert.match(
    registration.connected(proxy(1, { AUTO_REGISTER_GROUP: 'carts' })) ?? '',
    /no WorkloadGroup shop\/carts/,
  );
  assert.equal(registration.connected(proxy(2, { AUTO_REGISTER_GROUP: '' })), undefined);
});

test('health is written down when the proxy said it probes, and only then', () => {
  const { store, registration } = harness();
  registration.connected(proxy(1));
  registration.health(1, 'status 500');
  assert.equal(store.get(KEY)?.['status'], undefined);
  registration.disconnected(1);
  store.delete(KEY);
  registration.connected(proxy(2, { PROXY_CONFIG: { readinessProbe: { tcpSocket: { port: 80 } } } }));
  assert.equal(store.get(KEY)?.metadata.annotations?.['proxy.istio.io/health-checks-enabled'], 'true');
  const healthy = (): unknown => JSON.parse(JSON.stringify(store.get(KEY)?.['status'] ?? {})).conditions?.[0];
  registration.health(2, 'status 500');
  assert.deepEqual(
    { ...Object(healthy()), lastProbeTime: 0, lastTransitionTime: 0 },
    {
      type: 'Healthy',
      status: 'False',
      message: 'status 500',
      lastProbeTime: 0,
      lastTransitionTime: 0,
    },
  );
  registration.health(2, undefined);
  assert.equal(Object(healthy()).status, 'True');
});

test('what an earlier control plane registered goes when its proxy does not come back', () => {
  const first = harness();
  first.registration.connected(proxy(1));
  first.registration[Symbol.dispose]();
  const { clock, store } = harness(first.store);
  clock.advance(9_999);
  assert.ok(store.get(KEY));
  clock.advance(1);
  assert.equal(store.get(KEY), undefined);
});

test('an entry that was there before keeps to itself, and loses only what is known of its health', () => {
  const { clock, store, registration } = harness();
  const key = { ...KEY, name: 'mine' };
  store.create({
    apiVersion: 'networking.istio.io/v1',
    kind: 'WorkloadEntry',
    metadata: { name: 'mine', namespace: 'shop', annotations: { 'proxy.istio.io/health-checks-enabled': 'true' } },
    spec: { address: '10.0.0.9' },
  });
  assert.equal(registration.connected(proxy(1, { AUTO_REGISTER_GROUP: '', WORKLOAD_ENTRY: 'mine' })), undefined);
  registration.health(1, undefined);
  registration.disconnected(1);
  clock.advance(10_000);
  assert.deepEqual(store.get(key)?.['status'], { conditions: [] });
});
