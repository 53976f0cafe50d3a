import type { Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import type { ConfigReader } from '../config-reader.ts';
import type { Folder } from '../store/folder.ts';
import { describeKey, keyOf, printKey, type StoredObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';

type Known = { readonly version: string | undefined } & (
  | { readonly ok: true; readonly resource: Resource }
  | { readonly ok: false; readonly issues: readonly Issue[] }
);

/**
 * The decoded form of what the store holds. An object that did not change is the same Resource as before, which is how the mesh snapshot
 * knows what to keep.
 */
export class StoredResources {
  readonly #store: Store;
  readonly #reader: ConfigReader;
  readonly #folders: readonly Folder[];
  #known = new Map<string, Known>();
  #issues: readonly Issue[] = [];

  constructor(store: Store, reader: ConfigReader, folders: readonly Folder[]) {
    this.#store = store;
    this.#reader = reader;
    this.#folders = folders;
  }

  /** Objects that can no longer be decoded, such as ones written by another version of this program. */
  get issues(): readonly Issue[] {
    return this.#issues;
  }

  all(): readonly Resource[] {
    const next = new Map<string, Known>();
    const issues: Issue[] = [];
    const resources: Resource[] = [];
    for (const object of this.#store.list().objects) {
      const key = keyOf(object);
      const id = printKey(key);
      const origin = this.#store.originOf(key);
      if (origin?.kind === 'folder') {
        // The folder's own decoding knows the lines.
        const resource = this.#folders.find(({ path }) => path === origin.path)?.resource(id);
        if (resource !== undefined) resources.push(resource);
        continue;
      }
      const entry = this.#decode(object, id);
      next.set(id, entry);
      if (entry.ok) resources.push(entry.resource);
      else issues.push(...entry.issues);
    }
    this.#known = next;
    this.#issues = issues;
    return resources;
  }

  #decode(object: StoredObject, id: string): Known {
    const version = object.metadata.resourceVersion;
    const known = this.#known.get(id);
    if (known !== undefined && known.version === version) return known;
    const decoded = this.#reader.object(object, describeKey(keyOf(object)));
    if (!decoded.ok) return { version, ok: false, issues: decoded.issues };
    return { version, ok: true, resource: decoded.value };
  }
}
