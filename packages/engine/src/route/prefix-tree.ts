/** A radix tree over path prefixes that hands out, for a path, the lists kept at every prefix of it. */
export class PrefixTree {
  readonly #root: Node = node('');

  /** The list kept at `prefix`; `separated` lists only count where a path segment ends. */
  listAt(prefix: string, separated: boolean): number[] {
    let at = this.#root;
    let from = 0;
    while (from < prefix.length) {
      const code = prefix.charCodeAt(from);
      const child = at.children.get(code);
      if (child === undefined) {
        const leaf = node(prefix.slice(from));
        at.children.set(code, leaf);
        at = leaf;
        break;
      }
      const shared = sharedLength(child.label, prefix, from);
      if (shared < child.label.length) at.children.set(code, split(child, shared));
      at = at.children.get(code)!;
      from += shared;
    }
    if (separated) {
      at.separated ??= [];
      return at.separated;
    }
    at.plain ??= [];
    return at.plain;
  }

  /** @hot Appends to `out` from `count` on every list whose prefix `path` has; returns the new count. */
  collect(path: string, out: (readonly number[])[], count: number): number {
    let at = this.#root;
    let from = 0;
    let n = count;
    for (;;) {
      if (at.plain !== null) out[n++] = at.plain;
      if (at.separated !== null && (from === path.length || path.charCodeAt(from) === 47)) out[n++] = at.separated;
      if (from >= path.length) return n;
      const child = at.children.get(path.charCodeAt(from));
      if (child === undefined || !path.startsWith(child.label, from)) return n;
      from += child.label.length;
      at = child;
    }
  }
}

interface Node {
  label: string;
  readonly children: Map<number, Node>;
  plain: number[] | null;
  separated: number[] | null;
}

function node(label: string): Node {
  return { label, children: new Map(), plain: null, separated: null };
}

function sharedLength(label: string, text: string, from: number): number {
  let n = 0;
  while (n < label.length && from + n < text.length && label.charCodeAt(n) === text.charCodeAt(from + n)) n++;
  return n;
}

function split(child: Node, at: number): Node {
  const parent = node(child.label.slice(0, at));
  child.label = child.label.slice(at);
  parent.children.set(child.label.charCodeAt(0), child);
  return parent;
}
