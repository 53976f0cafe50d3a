import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FakeClock } from '@weft/base';
import { type StoreUnderTest, sample, storeConformance } from './conformance.ts';
import { keyOf } from './object.ts';
import { ObjectStore } from './object-store.ts';
import { JournalError, openSqliteJournal } from './sqlite-journal.ts';

const clock = new FakeClock(Date.parse('2026-01-02T03:04:05.678Z'));

function underTest(store: ObjectStore, cleanUp: () => Promise<void>): StoreUnderTest {
  return {
    store,
    writable: true,
    async put(object) {
      store.transact([{ type: 'put', object }]);
    },
    async remove(key) {
      store.delete(key);
    },
    async [Symbol.asyncDispose]() {
      store[Symbol.dispose]();
      await cleanUp();
    },
  };
}

storeConformance(
  'memory',
  async () => underTest(new ObjectStore({ clock, historyLimit: 8 }), async () => undefined),
  8,
);

async function temporary(): Promise<{ path: string; cleanUp: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'weft-store-'));
  return { path: join(folder, 'deep', 'weft.db'), cleanUp: () => rm(folder, { recursive: true }) };
}

storeConformance(
  'sqlite',
  async () => {
    const { path, cleanUp } = await temporary();
    return underTest(new ObjectStore({ clock, historyLimit: 8, journal: openSqliteJournal(path) }), cleanUp);
  },
  8,
);

describe('a store over a SQLite file', () => {
  test('opens again with its objects and never goes back in version', async () => {
    const { path, cleanUp } = await temporary();
    let version: number;
    {
      using store = new ObjectStore({ clock, journal: openSqliteJournal(path) });
      store.create(sample('a'));
      store.create(sample('b'));
      store.delete(keyOf(sample('b')));
      store.feed('/files', [sample('c')]);
      version = store.version;
    }
    using store = new ObjectStore({ clock, journal: openSqliteJournal(path) });
    assert.ok(store.version >= version);
    assert.deepEqual(
      store.list().objects.map(({ metadata }) => metadata.name),
      ['a'],
    );
    assert.equal(store.get(keyOf(sample('a')))?.metadata.creationTimestamp, '2026-01-02T03:04:05Z');
    await cleanUp();
  });

  test('is for one process at a time', async () => {
    const { path, cleanUp } = await temporary();
    using _held = openSqliteJournal(path);
    assert.throws(
      () => openSqliteJournal(path),
      (error) => error instanceof JournalError && /another control plane has it open/.test(error.message),
    );
    await cleanUp();
  });
});

describe('objects of a folder', () => {
  test('hide those of the API with the same name, which come back with the file gone', () => {
    using store = new ObjectStore({ clock });
    store.create(sample('a', 'from-api'));
    store.feed('/files', [sample('a', 'from-file')]);
    assert.deepEqual(store.get(keyOf(sample('a')))?.['spec'], { host: 'from-file' });
    store.feed('/files', []);
    assert.deepEqual(store.get(keyOf(sample('a')))?.['spec'], { host: 'from-api' });
    assert.deepEqual(store.originOf(keyOf(sample('a'))), { kind: 'api' });
  });

  test('belong to the first folder that has them', () => {
    using store = new ObjectStore({ clock });
    store.feed('/one', [sample('a', 'one')]);
    assert.deepEqual(store.feed('/two', [sample('a', 'two'), sample('b')]), [keyOf(sample('a'))]);
    assert.deepEqual(store.get(keyOf(sample('a')))?.['spec'], { host: 'one' });
    assert.deepEqual(store.originOf(keyOf(sample('b'))), { kind: 'folder', path: '/two' });
  });
});

test('a listener that writes does not disturb the order for others', () => {
  using store = new ObjectStore({ clock });
  const seen: string[] = [];
  store.watch(0, ({ key }) => {
    if (key.name === 'a') store.create(sample('b'));
  });
  store.watch(0, ({ key }) => seen.push(key.name));
  store.create(sample('a'));
  assert.deepEqual(seen, ['a', 'b']);
});
