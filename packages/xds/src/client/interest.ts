import { RESOURCE_KINDS, type ResourceKind } from '../kinds.ts';
import type { Rejection } from './ads-client.ts';

/** Changes of a subscription that the server has not been told. */
export interface Edit {
  readonly subscribe: readonly string[];
  readonly unsubscribe: readonly string[];
}

/** What the client wants of one kind and what it holds. Outlives streams; a new stream starts from it. */
export class Interest {
  readonly kind: ResourceKind;
  wildcard = false;
  readonly names: Set<string> = new Set();
  /** Name → version, of what was accepted. */
  readonly held: Map<string, string> = new Map();
  acceptedVersion = '';
  answered = false;
  rejections: readonly Rejection[] = [];
  /** Of the current stream. */
  nonce = '';
  announced = false;
  readonly #added = new Set<string>();
  readonly #dropped = new Set<string>();

  constructor(kind: ResourceKind) {
    this.kind = kind;
  }

  get wanted(): boolean {
    return this.wildcard || this.names.size > 0;
  }

  get edited(): boolean {
    return this.#added.size > 0 || this.#dropped.size > 0;
  }

  subscribe(names: readonly string[] | '*'): void {
    if (names === '*') {
      if (this.wildcard) return;
      this.wildcard = true;
      this.#note('*', this.#added, this.#dropped);
      return;
    }
    for (const name of names) {
      if (this.names.has(name)) continue;
      this.names.add(name);
      this.#note(name, this.#added, this.#dropped);
    }
  }

  unsubscribe(names: readonly string[] | '*'): void {
    if (names === '*') {
      if (!this.wildcard) return;
      this.wildcard = false;
      this.#note('*', this.#dropped, this.#added);
      for (const name of [...this.held.keys()]) if (!this.names.has(name)) this.held.delete(name);
      return;
    }
    for (const name of names) {
      if (!this.names.delete(name)) continue;
      if (!this.wildcard) this.held.delete(name);
      this.#note(name, this.#dropped, this.#added);
    }
  }

  /** A name dropped and added again between two messages stays in both lists: the server then sends it again. */
  #note(name: string, to: Set<string>, other: Set<string>): void {
    if (to === this.#dropped && other.delete(name)) return;
    to.add(name);
  }

  /** The whole list: for state of the world, and for the first delta request. Empty means everything (legacy wildcard). */
  allNames(): string[] {
    if (this.wildcard && this.names.size === 0 && RESOURCE_KINDS[this.kind].fullStateInSotw) return [];
    return this.wildcard ? ['*', ...this.names] : [...this.names];
  }

  takeEdit(): Edit {
    const edit = {
      subscribe: [...this.#added],
      unsubscribe: [...this.#dropped].filter((name) => !this.#added.has(name)),
    };
    this.#added.clear();
    this.#dropped.clear();
    return edit;
  }

  /** Forgets what belongs to a stream. */
  startStream(): void {
    this.nonce = '';
    this.announced = false;
    this.takeEdit();
  }
}
