import { sameItems } from '@weft/mesh';

const MOST_PER_KEY = 8;

/**
 * A function's results, kept as long as their owner lives. A result is reused when every input is the same object or value as before,
 * so whatever it depends on must be among them. The last few results of a key are kept, so that proxies that differ (a sidecar and a
 * gateway, say) do not push each other out.
 */
export class Memo<T> {
  readonly #results = new WeakMap<object, Map<string, Entry<T>[]>>();

  get(owner: object, key: string, inputs: readonly unknown[], make: () => T): T {
    const entries = this.#entries(owner, key);
    for (const entry of entries) if (sameItems(entry.inputs, inputs)) return entry.value;
    const value = make();
    if (entries.length >= MOST_PER_KEY) entries.shift();
    entries.push({ inputs, value });
    return value;
  }

  #entries(owner: object, key: string): Entry<T>[] {
    let keys = this.#results.get(owner);
    if (keys === undefined) {
      keys = new Map();
      this.#results.set(owner, keys);
    }
    let entries = keys.get(key);
    if (entries === undefined) {
      entries = [];
      keys.set(key, entries);
    }
    return entries;
  }
}

interface Entry<T> {
  readonly inputs: readonly unknown[];
  readonly value: T;
}
