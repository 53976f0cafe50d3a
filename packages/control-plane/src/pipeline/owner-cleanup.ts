import type { Clock, Logger, Timer } from '@weft/base';
import { describeKey, keyOf, type ObjectKey, type StoredObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';

/** Names the proxy whose registration an object is; the object goes some time after that proxy. */
export const OWNER_ANNOTATION = 'weft.dev/owner-node';

/** An object is registered before its proxy starts; one whose proxy never comes goes after this many grace periods. */
const NEVER_CONNECTED_FACTOR = 6;

/**
 * Removes what proxies registered when they are gone for `graceMs`: as Istio's auto-registration does (pilot/pkg/autoregistration), so that
 * a proxy that only reconnects keeps its WorkloadEntry and a dead one does not stay an endpoint.
 */
export class OwnerCleanup implements Disposable {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #graceMs: number;
  readonly #connections = new Map<string, number>();
  readonly #timers = new Map<string, Timer>();

  constructor(store: Store, clock: Clock, logger: Logger, graceMs: number) {
    this.#store = store;
    this.#clock = clock;
    this.#logger = logger;
    this.#graceMs = graceMs;
  }

  connected(nodeId: string): void {
    this.#connections.set(nodeId, (this.#connections.get(nodeId) ?? 0) + 1);
    this.#timers.get(nodeId)?.cancel();
    this.#timers.delete(nodeId);
  }

  disconnected(nodeId: string): void {
    const left = (this.#connections.get(nodeId) ?? 1) - 1;
    if (left > 0) {
      this.#connections.set(nodeId, left);
      return;
    }
    this.#connections.delete(nodeId);
    this.#arm(nodeId, this.#graceMs);
  }

  /** An object was written, or found at the start. */
  noticed(object: StoredObject): void {
    const owner = object.metadata.annotations?.[OWNER_ANNOTATION];
    if (owner === undefined || this.#connections.has(owner) || this.#timers.has(owner)) return;
    this.#arm(owner, this.#graceMs * NEVER_CONNECTED_FACTOR);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #arm(nodeId: string, ms: number): void {
    this.#timers.get(nodeId)?.cancel();
    const run = (): void => {
      this.#timers.delete(nodeId);
      this.#remove(nodeId);
    };
    this.#timers.set(nodeId, this.#clock.after(ms, run));
  }

  #remove(nodeId: string): void {
    const keys: ObjectKey[] = [];
    for (const object of this.#store.list().objects) {
      const key = keyOf(object);
      if (object.metadata.annotations?.[OWNER_ANNOTATION] !== nodeId) continue;
      if (this.#store.originOf(key)?.kind === 'api') keys.push(key);
    }
    if (keys.length === 0) return;
    this.#logger.info('removing what a proxy registered that is gone', {
      node: nodeId,
      objects: keys.map(describeKey).join(', '),
    });
    this.#store.transact(keys.map((key) => ({ type: 'delete', key })));
  }
}
