import { sameItems } from '@weft/mesh';

const MOST_PER_OWNER = 16;

/**
 * A function's results, kept as long as its owner lives. A result is reused when every input is the same object or value as
 * before, so whatever it depends on must be among them. The last few
 * results of an owner are kept, so that proxies that differ (a sidecar and a gateway, say) do not push each other out.
 */
export class Memo<T> {
  readonly #results = new WeakMap<object, Entry<T>[]>();

  get(owner: object, inputs: readonly unknown[], make: () => T): T {
    let entries = this.#results.get(owner);
    if (entries === undefined) {
      entries = [];
      this.#results.set(owner, entries);
    }
    for (const entry of entries) if (sameItems(entry.inputs, inputs)) return entry.value;
    const value = make();
    if (entries.length >= MOST_PER_OWNER) entries.shift();
    entries.push({ inputs, value });
    return value;
  }
}

interface Entry<T> {
  readonly inputs: readonly unknown[];
  readonly value: T;
}
