/** A radix tree over path prefixes that hands out, for a path, the lists kept at every prefix of it. */
export class PrefixTree {
  readonly #root: Node = node('');

  /** The list kept at `prefix`; `separated` lists only count where a path segment ends. */
  listAt(prefix: string, separated: boolean): number[] {
    let at = this.#root;
    let from = 0;
    while (from < prefix.length) {
      const code = prefix.charCodeAt(from);
      const child = childOf(at, code);
      if (child === undefined) {
        const leaf = node(prefix.slice(from));
        setChild(at, code, leaf);
        at = leaf;
        break;
      }
      const shared = sharedLength(child.label, prefix, from);
      if (shared < child.label.length) {
        const upper = split(child, shared);
        setChild(at, code, upper);
        at = upper;
      } else at = child;
      from += shared;
    }
    if (separated) {
      at.separated ??= [];
      return at.separated;
    }
    at.plain ??= [];
    return at.plain;
  }

  /** @hot Puts into `out`, from `count` on, every list whose prefix `path` has; returns the new count. */
  collect(path: string, out: (readonly number[])[], count: number): number {
    let at = this.#root;
    let from = 0;
    let n = count;
    for (;;) {
      if (at.plain !== null) out[n++] = at.plain;
      if (at.separated !== null && (from === path.length || path.charCodeAt(from) === 47)) out[n++] = at.separated;
      if (from >= path.length) return n;
      const child = childOf(at, path.charCodeAt(from));
      if (child === undefined) return n;
      // The first character was the way here; in numbered names it is often all there is.
      const length = child.length;
      if (length > 1 && !path.startsWith(child.label, from)) return n;
      from += length;
      at = child;
    }
  }
}

/**
 * Children stand in an array by character code from `first` on: with thousands of nodes, most of them out of the processor's cache, a
 * step is one load where a Map costs three.
 */
interface Node {
  label: string;
  length: number;
  first: number;
  children: (Node | undefined)[];
  plain: number[] | null;
  separated: number[] | null;
}

function node(label: string): Node {
  return { label, length: label.length, first: 0, children: [], plain: null, separated: null };
}

function childOf(parent: Node, code: number): Node | undefined {
  const at = code - parent.first;
  return at >= 0 && at < parent.children.length ? parent.children[at] : undefined;
}

function setChild(parent: Node, code: number, child: Node): void {
  const { children, first } = parent;
  if (children.length === 0) {
    parent.first = code;
    parent.children = [child];
    return;
  }
  const low = Math.min(first, code);
  const high = Math.max(first + children.length - 1, code);
  // Built anew at its size: an array grown by assigning past its end would have holes, which are slower to read.
  parent.children = Array.from({ length: high - low + 1 }, (_, i) =>
    low + i === code ? child : childOf(parent, low + i),
  );
  parent.first = low;
}

function sharedLength(label: string, text: string, from: number): number {
  let n = 0;
  while (n < label.length && from + n < text.length && label.charCodeAt(n) === text.charCodeAt(from + n)) n++;
  return n;
}

function split(child: Node, at: number): Node {
  const parent = node(child.label.slice(0, at));
  child.label = child.label.slice(at);
  child.length = child.label.length;
  setChild(parent, child.label.charCodeAt(0), child);
  return parent;
}
