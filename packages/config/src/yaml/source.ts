import { type Document, isMap, isScalar, isSeq, type LineCounter, type Node } from 'yaml';
import type { Source } from '../resource.ts';

/** `spec.http[2].match` → `['spec', 'http', 2, 'match']`. Keys with dots are found by trying longer keys. */
function segments(path: string): (string | number)[] {
  return [...path.matchAll(/[^.[\]]+|\[(\d+)\]/g)].map((match) =>
    match[1] === undefined ? match[0] : Number(match[1]),
  );
}

interface Place {
  /** Where the key, or the list entry, starts. */
  readonly offset: number;
  readonly value: unknown;
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** The entry of a mapping whose key is the next segment, or several joined by dots: `istio.io/rev`. */
function findKey(
  node: unknown,
  path: readonly (string | number)[],
  from: number,
): (Place & { readonly next: number }) | undefined {
  if (!isMap(node)) return undefined;
  for (let end = path.length; end > from; end--) {
    const key = path.slice(from, end).join('.');
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
    if (pair !== undefined) return { offset: offsetOf(pair.key) ?? 0, value: pair.value, next: end };
  }
  return undefined;
}

function locate(root: unknown, path: string): number {
  const keys = segments(path);
  let node = root;
  let offset = offsetOf(root) ?? 0;
  for (let i = 0; i < keys.length; ) {
    const key = keys[i];
    if (typeof key === 'number') {
      const item: unknown = isSeq(node) ? node.items[key] : undefined;
      if (item === undefined) return offset;
      offset = offsetOf(item) ?? offset;
      node = item;
      i++;
    } else {
      const found = findKey(node, keys, i);
      if (found === undefined) return offset;
      ({ offset, value: node, next: i } = found);
    }
  }
  return offset;
}

/** Finds lines in a parsed document. Nothing is computed before somebody asks. */
export function documentSource(document: Document.Parsed, file: string, lines: LineCounter): Source {
  return {
    file,
    line: lines.linePos(offsetOf(document.contents) ?? document.range[0]).line,
    lineOf: (path) => lines.linePos(locate(document.contents, path)).line,
    columnOf: (path) => lines.linePos(locate(document.contents, path)).col,
  };
}

/** The source of an entry of a List: its paths start at `items[n]`. */
export function entrySource(source: Source, index: number): Source {
  const at = `items[${index}]`;
  const below = (path: string): string => (path === '' ? at : `${at}.${path}`);
  return {
    file: source.file,
    line: source.lineOf(at),
    lineOf: (path) => source.lineOf(below(path)),
    columnOf: (path) => source.columnOf(below(path)),
  };
}

/** For objects that did not come from a text a person wrote: a request body, a record of the store. */
export function plainSource(file: string): Source {
  return { file, line: 1, lineOf: () => 1, columnOf: () => 1 };
}
