import type { ObjectKey, StoredObject } from './object.ts';

/** Where an object comes from. Objects of a folder can only be changed in its files. */
export type Origin = { readonly kind: 'api' } | { readonly kind: 'folder'; readonly path: string };

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  /** For DELETED: the last state, with the resourceVersion of the deletion. */
  readonly object: StoredObject;
  readonly key: ObjectKey;
  /** The store's version after this change. */
  readonly version: number;
}

export interface Selector {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
}

export interface ObjectList {
  readonly objects: readonly StoredObject[];
  /** The version to watch from. */
  readonly version: number;
}

/**
 * Why a store refused, as the reasons of Kubernetes' `Status` (apimachinery, meta/v1 StatusReason); `status` is its HTTP code.
 * `Expired`: the version to watch from is no longer in the history; list again.
 */
export type StoreErrorReason = 'NotFound' | 'AlreadyExists' | 'Conflict' | 'Expired' | 'MethodNotAllowed' | 'Invalid';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly reason: StoreErrorReason;
  readonly key: ObjectKey | undefined;

  constructor(reason: StoreErrorReason, message: string, key?: ObjectKey) {
    super(message);
    this.reason = reason;
    this.key = key;
  }
}

/** One change of a transaction. `put` creates or replaces; with `resourceVersion` in its metadata it must match. */
export type StoreChange =
  | { readonly type: 'create' | 'update' | 'put'; readonly object: StoredObject }
  | { readonly type: 'delete'; readonly key: ObjectKey; readonly resourceVersion?: string };

export interface ChangeResult {
  readonly key: ObjectKey;
  readonly outcome: 'created' | 'configured' | 'unchanged' | 'deleted';
  readonly object: StoredObject;
}

export interface TransactOptions {
  /** Finds out what would happen and changes nothing. */
  readonly dryRun?: boolean;
}

export interface Watch extends Disposable {
  close(): void;
}

/** Typed objects with versions, list and watch: the shape of the Kubernetes API, whatever keeps them. Errors are StoreError. */
export interface Store extends Disposable {
  /** Grows with every change, over restarts too. */
  readonly version: number;
  get(key: ObjectKey): StoredObject | undefined;
  originOf(key: ObjectKey): Origin | undefined;
  list(selector?: Selector): ObjectList;
  /** All changes or none. When it returns, what it did survives the death of the process (SQLite). */
  transact(changes: readonly StoreChange[], options?: TransactOptions): readonly ChangeResult[];
  create(object: StoredObject): StoredObject;
  /** Replaces; with `metadata.resourceVersion` it must be the current one, otherwise Conflict. */
  update(object: StoredObject): StoredObject;
  /** What `patch` would write, so that it can be checked first. */
  mergePatched(key: ObjectKey, patch: unknown): StoredObject;
  /** JSON merge patch (RFC 7396). A `resourceVersion` inside the patch must be the current one. */
  patch(key: ObjectKey, patch: unknown): StoredObject;
  delete(key: ObjectKey, resourceVersion?: string): StoredObject;
  /**
   * Calls `listener` for each change after `from` (a version of `list`), at once for those already past, in order. Throws Expired
   * when the history no longer reaches back.
   */
  watch(from: number, listener: (event: WatchEvent) => void): Watch;
}
