import type { Operation } from './patch.ts';

/** How a patch finds its place in a list, and what it puts there. */
export interface Placement<T> {
  readonly operation: Operation;
  /** The elements it is about; undefined when the patch names none. */
  readonly matches: ((element: T) => boolean) | undefined;
  /** A copy of the value, each time anew. */
  readonly make: () => T;
}

/**
 * A list with one patch applied; the same list when nothing changed. Without a match, "before" is first, "after" is last, and nothing is
 * replaced or removed (core/envoyfilter, insertBeforeFunc and its siblings). Insertion and replacement count for the first match only.
 */
export function placeInList<T>(list: T[], { operation, matches, make }: Placement<T>): T[] {
  switch (operation) {
    case 'ADD':
      return [...list, make()];
    case 'INSERT_FIRST':
      return [make(), ...list];
    case 'INSERT_AFTER':
    case 'INSERT_BEFORE': {
      const before = operation === 'INSERT_BEFORE';
      if (matches === undefined) return before ? [make(), ...list] : [...list, make()];
      const at = list.findIndex(matches);
      return at < 0 ? list : list.toSpliced(before ? at : at + 1, 0, make());
    }
    case 'REPLACE': {
      const at = matches === undefined ? -1 : list.findIndex(matches);
      return at < 0 ? list : list.with(at, make());
    }
    case 'REMOVE':
      return matches !== undefined && list.some(matches) ? list.filter((element) => !matches(element)) : list;
    case 'MERGE':
    case 'MERGE_AND_REPLACE_LIST':
      return list;
  }
}
