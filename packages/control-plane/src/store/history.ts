import type { WatchEvent } from './store.ts';

/** The latest events of a store, for watches that start in the past. Bounded; older ones are forgotten. */
export class History {
  readonly #limit: number;
  #events: WatchEvent[] = [];
  /** Everything after this version is still here. */
  #floor: number;

  constructor(limit: number, version: number) {
    this.#limit = limit;
    this.#floor = version;
  }

  add(event: WatchEvent): void {
    this.#events.push(event);
    // Trimmed by halves, so that adding stays cheap.
    if (this.#events.length < this.#limit * 2) return;
    const dropped = this.#events.splice(0, this.#limit);
    this.#floor = dropped.at(-1)?.version ?? this.#floor;
  }

  /** The events after `from`, or undefined when some of them are forgotten. */
  since(from: number): readonly WatchEvent[] | undefined {
    if (from < this.#floor) return undefined;
    return this.#events.filter((event) => event.version > from);
  }
}
