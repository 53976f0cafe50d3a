import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FakeClock, silentLogger } from '@weft/base';
import type { StoredObject } from '../store/object.ts';
import { ObjectStore } from '../store/object-store.ts';
import { OWNER_ANNOTATION, OwnerCleanup } from './owner-cleanup.ts';

const NODE = 'sidecar~127.1.0.2~a.shop~shop.svc.cluster.local';
const entry = (name: string, owner: string): StoredObject => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadEntry',
  metadata: { name, namespace: 'shop', annotations: { [OWNER_ANNOTATION]: owner } },
});

function harness(): { clock: FakeClock; store: ObjectStore; owners: OwnerCleanup; names: () => readonly string[] } {
  const clock = new FakeClock();
  const store = new ObjectStore({ clock });
  const owners = new OwnerCleanup(store, clock, silentLogger, 10_000);
  store.watch(0, (event) => {
    if (event.type !== 'DELETED') owners.noticed(event.object);
  });
  return { clock, store, owners, names: () => store.list().objects.map(({ metadata }) => metadata.name) };
}

describe('what a proxy registered', () => {
  test('stays while the proxy is connected, and goes when it has been away for the grace period', () => {
    const { clock, store, owners, names } = harness();
    store.create(entry('a', NODE));
    store.create(entry('b', 'another'));
    owners.connected(NODE);
    owners.connected('another');
    clock.advance(600_000);
    owners.disconnected(NODE);
    clock.advance(9_999);
    assert.deepEqual(names(), ['a', 'b']);
    clock.advance(1);
    assert.deepEqual(names(), ['b']);
  });

  test('survives a reconnect, and a second stream of the same node', () => {
    const { clock, store, owners, names } = harness();
    store.create(entry('a', NODE));
    owners.connected(NODE);
    owners.disconnected(NODE);
    clock.advance(9_000);
    owners.connected(NODE);
    clock.advance(60_000);
    owners.connected(NODE);
    owners.disconnected(NODE);
    clock.advance(60_000);
    assert.deepEqual(names(), ['a']);
  });

  test('goes when its proxy never comes', () => {
    const { clock, store, names } = harness();
    store.create(entry('a', NODE));
    clock.advance(59_999);
    assert.deepEqual(names(), ['a']);
    clock.advance(1);
    assert.deepEqual(names(), []);
  });

  test('is left alone when it stands in a file', () => {
    const { clock, store, names } = harness();
    store.feed('/files', [entry('a', NODE)]);
    clock.advance(120_000);
    assert.deepEqual(names(), ['a']);
  });
});
