export type Labels = Readonly<Record<string, string>>;

/** Every label of the selector is there with the same value. An empty selector selects everything. */
export function selects(selector: Labels, labels: Labels): boolean {
  for (const name in selector) if (selector[name] !== labels[name]) return false;
  return true;
}

/**
 * Finds the objects whose labels contain a selector without looking at all of them: one label of the selector names the
 * candidates, the rest is checked.
 */
export class LabelIndex<T> {
  readonly #byLabel = new Map<string, T[]>();
  readonly #labelsOf: (item: T) => Labels;

  constructor(items: Iterable<T>, labelsOf: (item: T) => Labels) {
    this.#labelsOf = labelsOf;
    for (const item of items) {
      for (const [name, value] of Object.entries(labelsOf(item))) {
        const key = `${name}=${value}`;
        const list = this.#byLabel.get(key);
        if (list === undefined) this.#byLabel.set(key, [item]);
        else list.push(item);
      }
    }
  }

  /** The items a non-empty selector selects, in their original order; nothing for an empty one. */
  select(selector: Labels): readonly T[] {
    let candidates: readonly T[] | undefined;
    for (const [name, value] of Object.entries(selector)) {
      const list = this.#byLabel.get(`${name}=${value}`) ?? [];
      if (candidates === undefined || list.length < candidates.length) candidates = list;
    }
    return (candidates ?? []).filter((item) => selects(selector, this.#labelsOf(item)));
  }
}
