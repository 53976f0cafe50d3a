/**
 * Which parts of an object have an effect, as a tree of field names. Built from lines such as `http[].match[].uri`: list indices are
 * left out, `*` stands for the keys of a map, and a line covers everything below it.
 */
export interface PathTree {
  /** Everything below has its effect. */
  readonly whole: boolean;
  readonly children: ReadonlyMap<string, PathTree>;
}

interface Growing {
  whole: boolean;
  readonly children: Map<string, Growing>;
}

/** One line a path, each starting below `spec`. */
export function pathTree(paths: readonly string[]): PathTree {
  const root: Growing = { whole: false, children: new Map() };
  for (const path of paths) {
    let node = root;
    for (const name of path.replaceAll('[]', '').split('.')) {
      const next = node.children.get(name) ?? { whole: false, children: new Map() };
      node.children.set(name, next);
      node = next;
    }
    node.whole = true;
  }
  return root;
}

/** A value in an object, and where: `http[2].match[0].uri`. */
export interface Place {
  readonly at: string;
  readonly value: unknown;
}

/** The outermost places of `value` that `tree` does not cover, in the order of the document. */
export function uncovered(value: unknown, tree: PathTree, at: string): Place[] {
  if (tree.whole || value === null || value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => uncovered(item, tree, `${at}[${index}]`));
  if (typeof value !== 'object') return [{ at, value }];
  return Object.entries(value).flatMap(([name, item]) => {
    const child = tree.children.get(name) ?? tree.children.get('*');
    const path = at === '' ? name : `${at}.${name}`;
    if (child !== undefined) return uncovered(item, child, path);
    return saysNothing(item) ? [] : [{ at: path, value: item }];
  });
}

/** Every place that one line (`subsets[].trafficPolicy.tls.mode`) names. */
export function placesOf(value: unknown, path: string): Place[] {
  let places: Place[] = [{ at: '', value }];
  for (const name of path.replaceAll('[]', '').split('.')) {
    places = places.flatMap((place) => flatten(place)).flatMap((place) => step(place, name));
  }
  return places;
}

function flatten(place: Place): Place[] {
  if (!Array.isArray(place.value)) return [place];
  return place.value.flatMap((item, index) => flatten({ at: `${place.at}[${index}]`, value: item }));
}

function step({ at, value }: Place, name: string): Place[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value)
    .filter(([key]) => name === '*' || key === name)
    .map(([key, item]) => ({ at: at === '' ? key : `${at}.${key}`, value: item }));
}

function saysNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
