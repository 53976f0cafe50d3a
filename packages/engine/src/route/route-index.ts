import { literalPrefix } from '../match/literal-prefix.ts';
import type { RouteMatch } from '../match/route-match.ts';
import { PrefixTree } from './prefix-tree.ts';

/** Up to this many routes are tried one after the other: a scan of that length costs less than the index. */
const LINEAR_LIMIT = 8;

/**
 * Narrows a virtual host's routes to those whose path could match, in list order: exact paths by hash, prefixes (and the literal
 * beginnings of regular expressions and templates) by radix tree. What comes out is a superset; `matchesRoute` still decides.
 */
export class RouteIndex {
  readonly #exact = new Map<string, number[]>();
  readonly #tree = new PrefixTree();
  readonly #foldedExact = new Map<string, number[]>();
  readonly #foldedTree = new PrefixTree();
  readonly #always: number[] = [];
  readonly #size: number;
  #folds = false;
  // Scratch for one look-up: look-ups do not nest, and none outlives the call that made it.
  readonly #lists: (readonly number[])[] = [];
  readonly #cursors: number[] = [];
  #count = 0;

  constructor(matches: readonly RouteMatch[]) {
    this.#size = matches.length;
    if (this.linear) return;
    for (const [order, match] of matches.entries()) this.#add(match, order);
  }

  /** Whether the caller should simply try every route in order. */
  get linear(): boolean {
    return this.#size <= LINEAR_LIMIT;
  }

  #add(match: RouteMatch, order: number): void {
    const fold = !match.caseSensitive;
    const tree = fold ? this.#foldedTree : this.#tree;
    switch (match.pathKind) {
      case 'path': {
        const map = fold ? this.#foldedExact : this.#exact;
        const list = map.get(match.path);
        if (list === undefined) map.set(match.path, [order]);
        else list.push(order);
        break;
      }
      case 'prefix':
        tree.listAt(match.path, false).push(order);
        break;
      case 'separated-prefix':
        tree.listAt(match.path, true).push(order);
        break;
      case 'regex':
        this.#tree.listAt(literalPrefix(match.path), false).push(order);
        return;
      case 'template':
        this.#tree.listAt(match.template?.literalPrefix ?? '', false).push(order);
        return;
      case 'connect':
        this.#always.push(order);
        return;
    }
    if (fold) this.#folds = true;
  }

  /** @hot Starts a look-up; then call `next` until it returns -1. */
  begin(path: string): void {
    const lists = this.#lists;
    let n = 0;
    // A path fresh off the wire has no hash yet: without exact paths there is no need to compute it.
    const exact = this.#exact.size === 0 ? undefined : this.#exact.get(path);
    if (exact !== undefined) lists[n++] = exact;
    n = this.#tree.collect(path, lists, n);
    if (this.#folds) {
      const folded = path.toLowerCase();
      const foldedExact = this.#foldedExact.get(folded);
      if (foldedExact !== undefined) lists[n++] = foldedExact;
      n = this.#foldedTree.collect(folded, lists, n);
    }
    if (this.#always.length > 0) lists[n++] = this.#always;
    this.#count = n;
    for (let i = 0; i < n; i++) this.#cursors[i] = 0;
  }

  /** @hot The next candidate's position in the route list, ascending; -1 when there is none left. */
  next(): number {
    const lists = this.#lists;
    const cursors = this.#cursors;
    let best = -1;
    let from = -1;
    for (let i = 0; i < this.#count; i++) {
      const order = lists[i]![cursors[i]!];
      if (order !== undefined && (best < 0 || order < best)) {
        best = order;
        from = i;
      }
    }
    if (from >= 0) cursors[from] = cursors[from]! + 1;
    return best;
  }
}
