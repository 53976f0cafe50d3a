/** What several threads ask the control plane for, asked once. */
import type { ResourceKind } from '@weft/xds/client';
import type { Subscriptions } from '../runtime/plane.ts';

export class SubscriptionUnion {
  readonly #target: Subscriptions;
  /** `kind/name` → the threads that want it. */
  readonly #wanted = new Map<string, Set<number>>();

  constructor(target: Subscriptions) {
    this.#target = target;
  }

  subscribe(thread: number, kind: ResourceKind, names: readonly string[] | '*'): void {
    const added = list(names).filter((name) => this.#add(thread, `${kind}/${name}`));
    if (added.length > 0) this.#target.subscribe(kind, names === '*' ? '*' : added);
  }

  unsubscribe(thread: number, kind: ResourceKind, names: readonly string[] | '*'): void {
    const gone = list(names).filter((name) => this.#remove(thread, `${kind}/${name}`));
    if (gone.length > 0) this.#target.unsubscribe(kind, names === '*' ? '*' : gone);
  }

  /** Whether it is the first who wants it. */
  #add(thread: number, key: string): boolean {
    const threads = this.#wanted.get(key);
    if (threads === undefined) this.#wanted.set(key, new Set([thread]));
    else threads.add(thread);
    return threads === undefined;
  }

  /** Whether it was the last who wanted it. */
  #remove(thread: number, key: string): boolean {
    const threads = this.#wanted.get(key);
    if (threads?.delete(thread) !== true || threads.size > 0) return false;
    this.#wanted.delete(key);
    return true;
  }
}

function list(names: readonly string[] | '*'): readonly string[] {
  return names === '*' ? ['*'] : names;
}
