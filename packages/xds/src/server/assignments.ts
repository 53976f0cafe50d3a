import type { ResourceKind } from '../kinds.ts';
import type { ResourceDiff } from './sent-versions.ts';

/** What an assignment changed of the kinds that the proxy asks for; `everything` for its first set. */
export type AssignmentChanges = 'everything' | ReadonlyMap<ResourceKind, ResourceDiff>;

interface Assignment {
  readonly generation: number;
  readonly changes: AssignmentChanges;
}

/** Whoever waits for an older generation gets the answer for everything that was assigned. */
const MOST_REMEMBERED = 16;

/** The assignments of one stream that it has not wholly taken, so that waiting for a change means waiting for the proxies that it touched. */
export class Assignments {
  #recent: Assignment[] = [];
  #forgotten = false;

  note(generation: number, changes: AssignmentChanges): void {
    this.#recent.push({ generation, changes });
    if (this.#recent.length <= MOST_REMEMBERED) return;
    this.#recent.shift();
    this.#forgotten = true;
  }

  /** The proxy took everything so far; nobody asks for it any more. */
  settled(): void {
    this.#recent = [];
    this.#forgotten = false;
  }

  /** The changes of the assignment that brought `generation`; undefined when there is none yet or it is forgotten. */
  of(generation: number): AssignmentChanges | undefined {
    const index = this.#recent.findIndex((each) => each.generation >= generation);
    if (index === 0 && this.#forgotten) return undefined;
    return this.#recent[index]?.changes;
  }
}
