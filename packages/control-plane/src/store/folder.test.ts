import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { type Clock, FakeClock, type Issue, silentLogger, systemClock } from '@weft/base';
import { configReader } from '../config-reader.ts';
import { sample, storeConformance } from './conformance.ts';
import { Folder } from './folder.ts';
import { ObjectStore } from './object-store.ts';

interface Fixture extends Disposable {
  readonly root: string;
  readonly store: ObjectStore;
  readonly folder: Folder;
  readonly told: string[];
  write(file: string, text: string): void;
}

/** The clock stands still unless given; the test says when to look. */
function fixture(
  files: Readonly<Record<string, string>> = {},
  clock: Clock = new FakeClock(),
  single?: string,
): Fixture {
  const root = mkdtempSync(join(tmpdir(), 'weft-folder-'));
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  };
  for (const [file, text] of Object.entries(files)) write(file, text);
  const told: string[] = [];
  const onIssues = (file: string, issues: readonly Issue[]): void => {
    told.push(`${file.slice(root.length + 1)}: ${issues.map(({ code }) => code).join(' ')}`);
  };
  const store = new ObjectStore({ clock, historyLimit: 8 });
  const path = single === undefined ? root : join(root, single);
  const folder = new Folder(path, store, { reader: configReader, clock, logger: silentLogger, onIssues });
  return {
    root,
    store,
    folder,
    told,
    write,
    [Symbol.dispose]() {
      folder[Symbol.dispose]();
      store[Symbol.dispose]();
      rmSync(root, { recursive: true });
    },
  };
}

const rule = (name: string, host = 'orders'): string => JSON.stringify(sample(name, host));
const hosts = (store: ObjectStore): readonly string[] =>
  store.list().objects.map(({ metadata, spec }) => `${metadata.name}=${JSON.stringify(spec)}`);

storeConformance(
  'folder',
  async () => {
    const clock = new FakeClock();
    const f = fixture({}, clock);
    // Times of files are too coarse to tell writes within a test apart; the length tells them.
    let n = 0;
    const fileOf = (key: { namespace?: string | undefined; name: string }): string =>
      `${key.namespace}-${key.name}.yaml`;
    return {
      store: f.store,
      writable: false,
      async put(object) {
        f.write(fileOf(object.metadata), `${JSON.stringify(object)}\n${'#'.repeat(++n)}\n`);
        f.folder.scan();
      },
      async remove(key) {
        unlinkSync(join(f.root, fileOf(key)));
        f.folder.scan();
      },
      async [Symbol.asyncDispose]() {
        f[Symbol.dispose]();
      },
    };
  },
  8,
);

describe('a watched folder', () => {
  test('reads .yaml, .yml and .json below it, and nothing hidden', () => {
    using f = fixture({
      'a.yaml': rule('a'),
      'deep/b.yml': rule('b'),
      'c.json': rule('c'),
      'note.txt': 'x',
      '.git/d.yaml': rule('d'),
    });
    assert.deepEqual(
      f.store.list().objects.map(({ metadata }) => metadata.name),
      ['a', 'c', 'b'],
    );
  });

  test('a file with errors keeps what it had; the others go on', () => {
    using f = fixture({ 'a.yaml': rule('a', 'one'), 'b.yaml': rule('b', 'one') });
    f.write('a.yaml', 'apiVersion: networking.istio.io/v1\nkind: DestinationRule\n  metadata: {}\n');
    f.write('b.yaml', rule('b', 'second'));
    f.folder.scan();
    assert.deepEqual(hosts(f.store), ['a={"host":"one"}', 'b={"host":"second"}']);
    assert.equal(
      f.folder.issues.some(({ position }) => position?.file === join(f.root, 'a.yaml')),
      true,
    );
    f.write('a.yaml', rule('a', 'third'));
    f.folder.scan();
    assert.deepEqual(hosts(f.store), ['a={"host":"third"}', 'b={"host":"second"}']);
    assert.deepEqual(f.folder.issues, []);
    assert.equal(f.told.at(-1), 'a.yaml: ');
  });

  test('an emptied file counts as empty only when it stays so', () => {
    const clock = new FakeClock();
    using f = fixture({ 'a.yaml': rule('a') }, clock);
    f.write('a.yaml', '');
    f.folder.scan();
    assert.equal(f.store.list().objects.length, 1);
    clock.advance(250);
    assert.equal(f.store.list().objects.length, 0);
  });

  test('an object in two files is told, and the first file counts', () => {
    using f = fixture({ 'a.yaml': rule('x', 'one'), 'b.yaml': rule('x', 'two') });
    assert.deepEqual(hosts(f.store), ['x={"host":"one"}']);
    assert.deepEqual(
      f.folder.issues.map(({ code }) => code),
      ['duplicate-object'],
    );
    unlinkSync(join(f.root, 'b.yaml'));
    f.folder.scan();
    assert.deepEqual(f.folder.issues, []);
  });

  test('that disappears leaves everything in force and says so, once', () => {
    using f = fixture({ 'a.yaml': rule('a') });
    rmSync(f.root, { recursive: true });
    f.folder.scan();
    f.folder.scan();
    assert.equal(f.store.list().objects.length, 1);
    assert.deepEqual(
      f.folder.issues.map(({ code }) => code),
      ['unreadable-folder'],
    );
    assert.equal(f.told.length, 1);
    f.write('a.yaml', rule('a'));
    f.folder.scan();
    assert.deepEqual(f.folder.issues, []);
  });

  test('can be one file', () => {
    using f = fixture({ 'a.yaml': rule('a'), 'b.yaml': rule('b') }, new FakeClock(), 'a.yaml');
    assert.equal(f.store.list().objects.length, 1);
    unlinkSync(join(f.root, 'a.yaml'));
    f.folder.scan();
    assert.equal(f.store.list().objects.length, 0);
  });

  test('notices changes, new folders and removals by itself', async () => {
    using f = fixture({ 'a.yaml': rule('a') }, systemClock);
    const change = (): Promise<string> =>
      new Promise((resolve) => {
        const watch = f.store.watch(f.store.version, ({ type, key }) => {
          watch.close();
          resolve(`${type} ${key.name}`);
        });
      });
    let seen = change();
    f.write('a.yaml', rule('a', 'changed'));
    assert.equal(await seen, 'MODIFIED a');
    seen = change();
    f.write('new/b.yaml', rule('b'));
    assert.equal(await seen, 'ADDED b');
    seen = change();
    rmSync(join(f.root, 'new'), { recursive: true });
    assert.equal(await seen, 'DELETED b');
  });
});
