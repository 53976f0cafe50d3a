/** What an entry costs beyond its bytes (RFC 7541 §4.1). */
export const ENTRY_OVERHEAD = 32;

/**
 * The dynamic table of one direction (RFC 7541 §2.3.2) as a ring: the newest entry has index 1 here (62 on the wire).
 * A number per entry rides along for the owner: what it found out about the entry when it went in.
 */
export class DynamicTable {
  #names: string[] = new Array<string>(16).fill('');
  #values: string[] = new Array<string>(16).fill('');
  #notes: Int32Array = new Int32Array(16);
  /** Entries ever inserted; the newest is number `#inserted - 1` and stands at that position modulo the ring. */
  #inserted = 0;
  #length = 0;
  #size = 0;
  #maxSize: number;
  readonly #onEvict: ((name: string) => void) | undefined;

  /** `maxSize` in bytes as RFC 7541 §4.1 counts them. `onEvict` learns the name of each entry that goes, oldest first. */
  constructor(maxSize: number, onEvict?: (name: string) => void) {
    this.#maxSize = maxSize;
    this.#onEvict = onEvict;
  }

  get length(): number {
    return this.#length;
  }
  get size(): number {
    return this.#size;
  }
  get maxSize(): number {
    return this.#maxSize;
  }
  /** How many entries were ever inserted: the number the next one gets. */
  get inserted(): number {
    return this.#inserted;
  }

  /** Evicts from the oldest until the table fits. */
  resize(maxSize: number): void {
    this.#maxSize = maxSize;
    this.#evictTo(maxSize);
  }

  /** @hot Inserts an entry after evicting what has to go for it; false when it is larger than the whole table, which is then empty. */
  insert(name: string, value: string, note: number): boolean {
    const cost = name.length + value.length + ENTRY_OVERHEAD;
    if (cost > this.#maxSize) {
      this.#evictTo(0);
      return false;
    }
    this.#evictTo(this.#maxSize - cost);
    if (this.#length === this.#names.length) this.#grow();
    const at = this.#inserted & (this.#names.length - 1);
    this.#names[at] = name;
    this.#values[at] = value;
    this.#notes[at] = note;
    this.#inserted++;
    this.#length++;
    this.#size += cost;
    return true;
  }

  // Valid for an index from 1 to `length`.

  /** @hot */
  name(index: number): string {
    return this.#names[(this.#inserted - index) & (this.#names.length - 1)]!;
  }
  /** @hot */
  value(index: number): string {
    return this.#values[(this.#inserted - index) & (this.#names.length - 1)]!;
  }
  /** @hot */
  note(index: number): number {
    return this.#notes[(this.#inserted - index) & (this.#names.length - 1)]!;
  }

  #evictTo(size: number): void {
    while (this.#size > size) {
      const number = this.#inserted - this.#length;
      const at = number & (this.#names.length - 1);
      const name = this.#names[at]!;
      this.#size -= name.length + this.#values[at]!.length + ENTRY_OVERHEAD;
      this.#length--;
      // Let go of the strings: a large header must not live on in an unused place.
      this.#names[at] = '';
      this.#values[at] = '';
      this.#onEvict?.(name);
    }
  }

  #grow(): void {
    const oldCapacity = this.#names.length;
    const capacity = oldCapacity * 2;
    const names = new Array<string>(capacity).fill('');
    const values = new Array<string>(capacity).fill('');
    const notes = new Int32Array(capacity);
    for (let number = this.#inserted - this.#length; number < this.#inserted; number++) {
      const from = number & (oldCapacity - 1);
      const to = number & (capacity - 1);
      names[to] = this.#names[from]!;
      values[to] = this.#values[from]!;
      notes[to] = this.#notes[from]!;
    }
    this.#names = names;
    this.#values = values;
    this.#notes = notes;
  }
}
