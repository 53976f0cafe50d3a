import type { ObjectKey, StoredObject } from './object.ts';

export type JournalChange =
  | { readonly type: 'put'; readonly key: ObjectKey; readonly object: StoredObject }
  | { readonly type: 'delete'; readonly key: ObjectKey };

/** What keeps objects beyond the process. */
export interface Journal extends Disposable {
  load(): { readonly version: number; readonly objects: readonly StoredObject[] };
  /** All or nothing, durable when it returns. */
  commit(version: number, changes: readonly JournalChange[]): void;
  /** Makes sure that a later `load` gives at least `version`. */
  reserve(version: number): void;
}
