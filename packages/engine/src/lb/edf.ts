/**
 * Earliest deadline first: of items with weights, each is due again after 1/weight, so that picks are spread smoothly in proportion.
 * A binary heap; ties go to the item that was put in first.
 */
export class EdfSchedule<T> {
  readonly #heap: { deadline: number; order: number; readonly item: T }[] = [];
  readonly #weight: (item: T) => number;
  #now = 0;
  #order = 0;

  /** `weight` is asked each time an item is put back, so it may change. */
  constructor(items: readonly T[], weight: (item: T) => number) {
    this.#weight = weight;
    for (const item of items) this.#put({ deadline: this.#due(item), order: this.#order++, item });
  }

  /** The next item; undefined when there is none. */
  next(): T | undefined {
    const first = this.#heap[0];
    if (first === undefined) return undefined;
    this.#now = first.deadline;
    first.deadline = this.#due(first.item);
    first.order = this.#order++;
    this.#sink(0);
    return first.item;
  }

  #due(item: T): number {
    return this.#now + 1 / Math.max(this.#weight(item), 1e-9);
  }

  #put(entry: { deadline: number; order: number; readonly item: T }): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(at, parent)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(from: number): void {
    const size = this.#heap.length;
    for (let at = from; ; ) {
      const left = 2 * at + 1;
      let least = at;
      if (left < size && this.#before(left, least)) least = left;
      if (left + 1 < size && this.#before(left + 1, least)) least = left + 1;
      if (least === at) return;
      this.#swap(at, least);
      at = least;
    }
  }

  #before(a: number, b: number): boolean {
    const x = this.#heap[a]!;
    const y = this.#heap[b]!;
    return x.deadline < y.deadline || (x.deadline === y.deadline && x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a]!;
    this.#heap[a] = this.#heap[b]!;
    this.#heap[b] = x;
  }
}
