import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { keyOf, type ObjectKey, type StoredObject } from './object.ts';
import { type Store, StoreError, type StoreErrorReason, type WatchEvent } from './store.ts';

/** A store under test and the way objects get into it; a watched folder is written by its files. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly store: Store;
  put(object: StoredObject): Promise<void>;
  remove(key: ObjectKey): Promise<void>;
  /** Written through the API, or only by other means. */
  readonly writable: boolean;
}

export function sample(name: string, host = 'orders', namespace = 'shop'): StoredObject {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name, namespace },
    spec: { host },
  };
}

function throwsReason(body: () => unknown, reason: StoreErrorReason): void {
  assert.throws(body, (error) => error instanceof StoreError && error.reason === reason);
}

/** What every backend owes. */
export function storeConformance(name: string, make: () => Promise<StoreUnderTest>, historyLimit: number): void {
  describe(`store conformance: ${name}`, () => {
    test('gives what was put, with version, generation and uid', async () => {
      await using under = await make();
      await under.put(sample('a'));
      const object = under.store.get(keyOf(sample('a')));
      assert.deepEqual(object?.['spec'], { host: 'orders' });
      assert.equal(object?.metadata.generation, 1);
      assert.match(object?.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(object?.metadata.resourceVersion, String(under.store.version));
      assert.equal(under.store.get(keyOf(sample('b'))), undefined);
    });

    test('lists by kind and namespace', async () => {
      await using under = await make();
      await under.put(sample('a'));
      await under.put(sample('a', 'x', 'other'));
      const names = (selector: Parameters<Store['list']>[0]): string[] =>
        under.store.list(selector).objects.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
      assert.deepEqual(names({ kind: 'DestinationRule' }).sort(), ['other/a', 'shop/a']);
      assert.deepEqual(names({ namespace: 'shop' }), ['shop/a']);
      assert.deepEqual(names({ group: 'gateway.networking.k8s.io' }), []);
    });

    test('a change of the spec raises generation and version, the same again changes nothing', async () => {
      await using under = await make();
      await under.put(sample('a'));
      const uid = under.store.get(keyOf(sample('a')))?.metadata.uid;
      await under.put(sample('a', 'payments'));
      const changed = under.store.get(keyOf(sample('a')));
      assert.equal(changed?.metadata.generation, 2);
      assert.equal(changed?.metadata.uid, uid);
      const version = under.store.version;
      await under.put(sample('a', 'payments'));
      assert.equal(under.store.version, version);
    });

    test('tells each change to a watcher, from a version on, in order', async () => {
      await using under = await make();
      await under.put(sample('a'));
      const { version } = under.store.list();
      await under.put(sample('b'));
      const seen: string[] = [];
      const note = (event: WatchEvent): void => {
        seen.push(`${event.type} ${event.key.name}`);
      };
      const watch = under.store.watch(version, note);
      await under.put(sample('b', 'x'));
      await under.remove(keyOf(sample('a')));
      assert.deepEqual(seen, ['ADDED b', 'MODIFIED b', 'DELETED a']);
      watch.close();
      await under.put(sample('c'));
      assert.equal(seen.length, 3);
    });

    test('a watch from a forgotten or a future version has expired', async () => {
      await using under = await make();
      for (let n = 0; n <= historyLimit * 2; n++) await under.put(sample('a', `h${n}`));
      throwsReason(() => under.store.watch(0, () => undefined), 'Expired');
      throwsReason(() => under.store.watch(under.store.version + 1, () => undefined), 'Expired');
    });

    test('a removed object is gone, and made again it is another one', async () => {
      await using under = await make();
      await under.put(sample('a'));
      const uid = under.store.get(keyOf(sample('a')))?.metadata.uid;
      await under.remove(keyOf(sample('a')));
      assert.equal(under.store.get(keyOf(sample('a'))), undefined);
      await under.put(sample('a'));
      assert.notEqual(under.store.get(keyOf(sample('a')))?.metadata.uid, uid);
    });

    test('writes through the API: conflicts are found, or all writes are refused with a reason', async () => {
      await using under = await make();
      await under.put(sample('a'));
      const { store } = under;
      if (!under.writable) {
        throwsReason(() => store.update(sample('a', 'x')), 'MethodNotAllowed');
        throwsReason(() => store.patch(keyOf(sample('a')), { spec: { host: 'x' } }), 'MethodNotAllowed');
        throwsReason(() => store.delete(keyOf(sample('a'))), 'MethodNotAllowed');
        return;
      }
      const read = store.get(keyOf(sample('a')));
      assert.ok(read);
      throwsReason(() => store.create(sample('a')), 'AlreadyExists');
      throwsReason(() => store.update(sample('nowhere')), 'NotFound');
      store.update({ ...read, spec: { host: 'first' } });
      throwsReason(() => store.update({ ...read, spec: { host: 'second' } }), 'Conflict');
      throwsReason(() => store.delete(keyOf(read), read.metadata.resourceVersion), 'Conflict');
      const patched = store.patch(keyOf(read), { spec: { subsets: [] }, metadata: { labels: { a: 'b' } } });
      assert.deepEqual(patched['spec'], { host: 'first', subsets: [] });
      throwsReason(() => store.patch(keyOf(read), { metadata: { name: 'other' } }), 'Invalid');
    });

    test('a transaction does everything or nothing', async () => {
      await using under = await make();
      if (!under.writable) return;
      const { store } = under;
      throwsReason(
        () =>
          store.transact([
            { type: 'put', object: sample('a') },
            { type: 'delete', key: keyOf(sample('nowhere')) },
          ]),
        'NotFound',
      );
      assert.deepEqual(store.list().objects, []);
      const results = store.transact([
        { type: 'put', object: sample('a') },
        { type: 'put', object: sample('b') },
        { type: 'put', object: sample('a') },
      ]);
      assert.deepEqual(
        results.map(({ outcome }) => outcome),
        ['created', 'created', 'unchanged'],
      );
    });
  });
}
