import type { Clock } from '@weft/base';
import { History } from './history.ts';
import type { Journal, JournalChange } from './journal.ts';
import { mergePatch } from './merge-patch.ts';
import { describeKey, keyOf, type ObjectKey, printKey, type StoredObject } from './object.ts';
import { stamp } from './stamp.ts';
import {
  type ChangeResult,
  type ObjectList,
  type Origin,
  type Selector,
  type Store,
  type StoreChange,
  StoreError,
  type TransactOptions,
  type Watch,
  type WatchEvent,
} from './store.ts';

export interface ObjectStoreOptions {
  readonly clock: Clock;
  /** Without one, objects live as long as the process. */
  readonly journal?: Journal;
  /** Events kept for watches that start in the past; at least this many. Default 4 096. */
  readonly historyLimit?: number;
}

interface Entry {
  readonly key: ObjectKey;
  readonly object: StoredObject;
  readonly origin: Origin;
}

const API: Origin = { kind: 'api' };
/** Versions taken by files are not journaled one by one; this many are set aside at once. */
const RESERVED = 1_000;

/**
 * Objects in memory, in order of their versions, with history and watches; a journal makes the API's objects durable. Folders feed
 * their objects in, and those cannot be written otherwise.
 */
export class ObjectStore implements Store {
  readonly #clock: Clock;
  readonly #journal: Journal | undefined;
  readonly #history: History;
  readonly #entries = new Map<string, Entry>();
  /** Objects of the API that a file of the same name hides for now. */
  readonly #hidden = new Map<string, StoredObject>();
  readonly #watchers = new Set<(event: WatchEvent) => void>();
  readonly #undelivered: WatchEvent[] = [];
  #delivering = false;
  #version: number;
  #reserved: number;

  constructor(options: ObjectStoreOptions) {
    this.#clock = options.clock;
    this.#journal = options.journal;
    const loaded = options.journal?.load() ?? { version: 0, objects: [] };
    this.#version = loaded.version;
    this.#reserved = loaded.version;
    this.#history = new History(options.historyLimit ?? 4_096, loaded.version);
    for (const object of loaded.objects) {
      const key = keyOf(object);
      this.#entries.set(printKey(key), { key, object, origin: API });
    }
  }

  get version(): number {
    return this.#version;
  }

  get(key: ObjectKey): StoredObject | undefined {
    return this.#entries.get(printKey(key))?.object;
  }

  originOf(key: ObjectKey): Origin | undefined {
    return this.#entries.get(printKey(key))?.origin;
  }

  list(selector: Selector = {}): ObjectList {
    const objects: StoredObject[] = [];
    for (const { key, object } of this.#entries.values()) if (matches(selector, key)) objects.push(object);
    return { objects, version: this.#version };
  }

  create(object: StoredObject): StoredObject {
    return this.#one({ type: 'create', object });
  }

  update(object: StoredObject): StoredObject {
    return this.#one({ type: 'update', object });
  }

  delete(key: ObjectKey, resourceVersion?: string): StoredObject {
    return this.#one({ type: 'delete', key, ...(resourceVersion !== undefined && { resourceVersion }) });
  }

  patch(key: ObjectKey, patch: unknown): StoredObject {
    return this.#one({ type: 'update', object: this.mergePatched(key, patch) });
  }

  mergePatched(key: ObjectKey, patch: unknown): StoredObject {
    const current = this.#entries.get(printKey(key));
    if (current === undefined) throw notFound(key);
    const { resourceVersion: _, ...metadata } = current.object.metadata;
    const merged = mergePatch({ ...current.object, metadata }, patch);
    if (!isStoredObject(merged)) throw new StoreError('Invalid', 'the patch leaves no object with a name', key);
    if (printKey(keyOf(merged)) !== printKey(key)) {
      throw new StoreError('Invalid', `a patch cannot rename ${describeKey(key)}`, key);
    }
    return merged;
  }

  transact(changes: readonly StoreChange[], options: TransactOptions = {}): readonly ChangeResult[] {
    const staged = new Map<string, Entry | undefined>();
    const journal: JournalChange[] = [];
    const events: WatchEvent[] = [];
    let version = this.#version;
    const results = changes.map((change): ChangeResult => {
      const key = change.type === 'delete' ? change.key : keyOf(change.object);
      const id = printKey(key);
      const current = staged.has(id) ? staged.get(id) : this.#entries.get(id);
      refuseFiles(current);
      if (change.type === 'delete') {
        if (current === undefined) throw notFound(key);
        checkVersion(current.object, change.resourceVersion);
        const object = withVersion(current.object, ++version);
        staged.set(id, undefined);
        journal.push({ type: 'delete', key });
        events.push({ type: 'DELETED', object, key, version });
        return { key, outcome: 'deleted', object };
      }
      if (change.type === 'create' && current !== undefined) {
        throw new StoreError('AlreadyExists', `${describeKey(key)} already exists`, key);
      }
      if (change.type === 'update' && current === undefined) throw notFound(key);
      if (current !== undefined) checkVersion(current.object, change.object.metadata.resourceVersion);
      const object = stamp(change.object, current?.object, version + 1, this.#clock);
      if (object === current?.object) return { key, outcome: 'unchanged', object };
      version++;
      staged.set(id, { key, object, origin: API });
      journal.push({ type: 'put', key, object });
      events.push({ type: current === undefined ? 'ADDED' : 'MODIFIED', object, key, version });
      return { key, outcome: current === undefined ? 'created' : 'configured', object };
    });
    if (events.length === 0 || options.dryRun === true) return results;
    this.#journal?.commit(version, journal);
    for (const [id, entry] of staged) {
      if (entry === undefined) this.#entries.delete(id);
      else this.#entries.set(id, entry);
    }
    this.#emit(events);
    return results;
  }

  /**
   * Makes `objects` the whole content of the folder `path`: what is new or changed is put, what is missing is removed. An object of the API
   * with the same name is hidden as long as the file is there. Objects that another folder holds are left alone and returned.
   */
  feed(path: string, objects: readonly StoredObject[]): readonly ObjectKey[] {
    const origin: Origin = { kind: 'folder', path };
    const taken: ObjectKey[] = [];
    const events: WatchEvent[] = [];
    const present = new Set<string>();
    let version = this.#version;
    for (const object of objects) {
      const key = keyOf(object);
      const id = printKey(key);
      const current = this.#entries.get(id);
      if (current?.origin.kind === 'folder' && current.origin.path !== path) {
        taken.push(key);
        continue;
      }
      present.add(id);
      if (current?.origin.kind === 'api') this.#hidden.set(id, current.object);
      // No time of creation: files of one folder have no age that would survive a restart, and order must not depend on it.
      const next = stamp(object, current?.object, version + 1, undefined);
      if (next === current?.object && current.origin.kind === 'folder') continue;
      version++;
      this.#entries.set(id, { key, object: next, origin });
      events.push({ type: current === undefined ? 'ADDED' : 'MODIFIED', object: next, key, version });
    }
    for (const [id, entry] of [...this.#entries]) {
      if (entry.origin.kind !== 'folder' || entry.origin.path !== path || present.has(id)) continue;
      const { key } = entry;
      const hidden = this.#hidden.get(id);
      this.#hidden.delete(id);
      version++;
      if (hidden === undefined) {
        this.#entries.delete(id);
        events.push({ type: 'DELETED', object: withVersion(entry.object, version), key, version });
      } else {
        const object = withVersion(hidden, version);
        this.#entries.set(id, { key, object, origin: API });
        events.push({ type: 'MODIFIED', object, key, version });
      }
    }
    if (version > this.#reserved) {
      this.#reserved = version + RESERVED;
      this.#journal?.reserve(this.#reserved);
    }
    this.#emit(events);
    return taken;
  }

  watch(from: number, listener: (event: WatchEvent) => void): Watch {
    const past = from > this.#version ? undefined : this.#history.since(from);
    if (past === undefined) {
      throw new StoreError(
        'Expired',
        `the version ${from} is no longer in the history; list again and watch from there`,
      );
    }
    // What is not delivered yet comes by itself; a listener must not get it twice.
    const pending = new Set(this.#undelivered);
    for (const event of past) if (!pending.has(event)) listener(event);
    this.#watchers.add(listener);
    const close = (): void => {
      this.#watchers.delete(listener);
    };
    return { close, [Symbol.dispose]: close };
  }

  [Symbol.dispose](): void {
    this.#watchers.clear();
    this.#journal?.[Symbol.dispose]();
  }

  #one(change: StoreChange): StoredObject {
    const [result] = this.transact([change]);
    if (result === undefined) throw new Error('a transaction of one change has one result');
    return result.object;
  }

  /** In order for everybody, also when a listener writes. */
  #emit(events: readonly WatchEvent[]): void {
    this.#version = events.at(-1)?.version ?? this.#version;
    for (const event of events) this.#history.add(event);
    this.#undelivered.push(...events);
    if (this.#delivering) return;
    this.#delivering = true;
    try {
      for (let event = this.#undelivered.shift(); event !== undefined; event = this.#undelivered.shift()) {
        for (const listener of [...this.#watchers]) listener(event);
      }
    } finally {
      this.#delivering = false;
    }
  }
}

function matches({ group, kind, namespace }: Selector, key: ObjectKey): boolean {
  return (
    (group === undefined || group === key.group) &&
    (kind === undefined || kind === key.kind) &&
    (namespace === undefined || namespace === key.namespace)
  );
}

function notFound(key: ObjectKey): StoreError {
  return new StoreError('NotFound', `${describeKey(key)} not found`, key);
}

function refuseFiles(entry: Entry | undefined): void {
  if (entry?.origin.kind !== 'folder') return;
  const message = `${describeKey(entry.key)} is kept in the files of ${entry.origin.path}; change it there`;
  throw new StoreError('MethodNotAllowed', message, entry.key);
}

function checkVersion(current: StoredObject, expected: string | undefined): void {
  if (expected === undefined || expected === '' || expected === current.metadata.resourceVersion) return;
  const key = keyOf(current);
  const message = `${describeKey(key)} has changed since version ${expected}: it is at ${current.metadata.resourceVersion}; read it again and apply your change to that`;
  throw new StoreError('Conflict', message, key);
}

function withVersion(object: StoredObject, version: number): StoredObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } };
}

function isStoredObject(value: unknown): value is StoredObject {
  if (typeof value !== 'object' || value === null) return false;
  if (!('apiVersion' in value && typeof value.apiVersion === 'string')) return false;
  if (!('kind' in value && typeof value.kind === 'string')) return false;
  if (!('metadata' in value) || typeof value.metadata !== 'object' || value.metadata === null) return false;
  return 'name' in value.metadata && typeof value.metadata.name === 'string';
}
