/**
 * A read-only map made of a large part that many owners share and a small part of one owner's own. Copying the shared part for everybody
 * would cost more than all the rest; whoever knows the two parts need not look at the large one again. Keys of the base come first.
 */
export class LayeredMap<V> implements ReadonlyMap<string, V> {
  readonly base: ReadonlyMap<string, V>;
  /** Has no key of the base. */
  readonly own: ReadonlyMap<string, V>;

  private constructor(base: ReadonlyMap<string, V>, own: ReadonlyMap<string, V>) {
    this.base = base;
    this.own = own;
  }

  /** `base` with `own` over it: `base` itself when there is nothing to add, a plain map when a key is in both. */
  static over<V>(base: ReadonlyMap<string, V>, own: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
    if (own.size === 0) return base;
    for (const key of own.keys()) if (base.has(key)) return new Map([...base, ...own]);
    return new LayeredMap(base, own);
  }

  get size(): number {
    return this.base.size + this.own.size;
  }

  get(key: string): V | undefined {
    return this.own.get(key) ?? this.base.get(key);
  }

  has(key: string): boolean {
    return this.own.has(key) || this.base.has(key);
  }

  keys(): MapIterator<string> {
    return join(this.base.keys(), this.own.keys());
  }

  values(): MapIterator<V> {
    return join(this.base.values(), this.own.values());
  }

  entries(): MapIterator<[string, V]> {
    return join(this.base.entries(), this.own.entries());
  }

  [Symbol.iterator](): MapIterator<[string, V]> {
    return this.entries();
  }

  forEach(each: (value: V, key: string, map: ReadonlyMap<string, V>) => void): void {
    for (const [key, value] of this) each(value, key, this);
  }
}

function* join<T>(first: Iterable<T>, second: Iterable<T>): Generator<T, undefined, unknown> {
  yield* first;
  yield* second;
  return undefined;
}
