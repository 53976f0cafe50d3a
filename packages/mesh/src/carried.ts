/**
 * Values made from inputs, kept from one snapshot to the next: as long as every input is the same object, so is the value.
 * Inputs are compared by identity, so nothing a value depends on may be left out of them.
 */
export class Carried<T> {
  readonly #before: ReadonlyMap<string, Entry<T>>;
  readonly #now = new Map<string, Entry<T>>();

  constructor(previous?: Carried<T>) {
    this.#before = previous === undefined ? new Map() : previous.#now;
  }

  keep(key: string, inputs: readonly unknown[], make: () => T): T {
    const known = this.#before.get(key);
    const entry = known !== undefined && sameItems(known.inputs, inputs) ? known : { inputs, value: make() };
    this.#now.set(key, entry);
    return entry.value;
  }
}

/**
 * The same for values that belong to an object: they live as long as it does, and nothing is copied from one snapshot to the next. What is
 * kept for an object is the last value made for it.
 */
export class CarriedBy<K extends object, T> {
  readonly #entries = new WeakMap<K, Entry<T>>();

  keep(owner: K, inputs: readonly unknown[], make: () => T): T {
    const known = this.#entries.get(owner);
    if (known !== undefined && sameItems(known.inputs, inputs)) return known.value;
    const value = make();
    this.#entries.set(owner, { inputs, value });
    return value;
  }
}

interface Entry<T> {
  readonly inputs: readonly unknown[];
  readonly value: T;
}

/** Whether two lists hold the same objects in the same order. */
export function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
