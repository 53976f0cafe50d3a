import type { Issue } from '@weft/base';
import type { Resource } from '@weft/config';
import type { ConfigReader } from '../config-reader.ts';
import type { Folder } from '../store/folder.ts';
import { describeKey, keyOf, printKey, type StoredObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';

type Known = {
  readonly version: string | undefined;
} /** `resource` is the last good version of an object that is no longer valid. */ & (
  | { readonly ok: true; readonly resource: Resource; readonly issues: readonly Issue[] }
  | { readonly ok: false; readonly resource: Resource | undefined; readonly issues: readonly Issue[] }
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
  #warnings: readonly Issue[] = [];

  constructor(store: Store, reader: ConfigReader, folders: readonly Folder[]) {
    this.#store = store;
    this.#reader = reader;
    this.#folders = folders;
  }

  /**
   * Objects that can no longer be decoded, such as ones written by another version of this program or by others into a shared store. Their
   * last good version stays, as far as this process has seen one.
   */
  get issues(): readonly Issue[] {
    return this.#issues;
  }

  /** What is odd about objects that can be. */
  get warnings(): readonly Issue[] {
    return this.#warnings;
  }

  all(): readonly Resource[] {
    const next = new Map<string, Known>();
    const issues: Issue[] = [];
    const warnings: Issue[] = [];
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
      if (entry.resource !== undefined) resources.push(entry.resource);
      (entry.ok ? warnings : issues).push(...entry.issues);
    }
    this.#known = next;
    this.#issues = issues;
    this.#warnings = warnings;
    return resources;
  }

  #decode(object: StoredObject, id: string): Known {
    const version = object.metadata.resourceVersion;
    const known = this.#known.get(id);
    if (known !== undefined && known.version === version) return known;
    const decoded = this.#reader.object(object, describeKey(keyOf(object)));
    if (!decoded.ok) return { version, ok: false, resource: known?.resource, issues: decoded.issues };
    return { version, ok: true, resource: decoded.value, issues: decoded.issues };
  }
}
