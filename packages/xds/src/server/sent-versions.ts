import { LayeredMap } from '@weft/base';
import type { XdsResource } from '../resource.ts';

type Resources = ReadonlyMap<string, XdsResource>;

/** What turns one map of resources into another. */
export interface ResourceDiff {
  readonly changed: readonly XdsResource[];
  readonly removed: readonly string[];
}

const diffs = new WeakMap<Resources, WeakMap<Resources, ResourceDiff>>();

/** The difference of two maps, computed once however many proxies move from one to the other. */
export function diffOf(before: Resources, after: Resources): ResourceDiff {
  if (before instanceof LayeredMap || after instanceof LayeredMap) return layeredDiff(before, after);
  const known = diffs.get(before) ?? new WeakMap<Resources, ResourceDiff>();
  diffs.set(before, known);
  const diff = known.get(after) ?? computeDiff(before, after);
  known.set(after, diff);
  return diff;
}

function computeDiff(before: Resources, after: Resources): ResourceDiff {
  const changed: XdsResource[] = [];
  const removed: string[] = [];
  for (const resource of after.values())
    if (before.get(resource.name)?.version !== resource.version) changed.push(resource);
  for (const name of before.keys()) if (!after.has(name)) removed.push(name);
  return { changed, removed };
}

/** What a proxy holds at first; one map for all, so that their first responses are the same list. */
export const NO_RESOURCES: Resources = new Map();

/** Lists that were put together from others. */
const parts = new WeakMap<readonly XdsResource[], readonly (readonly XdsResource[])[]>();

/** The lists that `resources` consists of, the shared ones among them as they are wherever they are part of another. */
export function partsOf(resources: readonly XdsResource[]): readonly (readonly XdsResource[])[] {
  return parts.get(resources) ?? [resources];
}

function joined(shared: readonly XdsResource[], own: readonly XdsResource[]): readonly XdsResource[] {
  if (own.length === 0) return shared;
  if (shared.length === 0) return own;
  const all = [...shared, ...own];
  parts.set(all, [shared, own]);
  return all;
}

/** Bases are shared, so their difference is known; a resource that went from one layer to the other is in neither. */
function layeredDiff(before: Resources, after: Resources): ResourceDiff {
  const from = layersOf(before);
  const to = layersOf(after);
  const base = diffOf(from.base, to.base);
  const own = computeDiff(from.own, to.own);
  const isNew = ({ name, version }: XdsResource): boolean => before.get(name)?.version !== version;
  // The very list wherever it may be, so that its encoded form is found again.
  const shared = base.changed.every(isNew) ? base.changed : base.changed.filter(isNew);
  const removed = [...base.removed, ...own.removed].filter((name) => !after.has(name));
  return { changed: joined(shared, own.changed.filter(isNew)), removed };
}

function layersOf(resources: Resources): { readonly base: Resources; readonly own: Resources } {
  return resources instanceof LayeredMap ? resources : { base: resources, own: NO_RESOURCES };
}

/** Written for a name the proxy was told does not exist. No content hash is empty. */
export const ABSENT = '';

/**
 * Which version of each resource a proxy was sent. A proxy that holds exactly a shared map refers to that map instead of keeping
 * thousands of entries of its own.
 */
export class SentVersions {
  #shared: Resources | undefined;
  #own = new Map<string, string>();

  /** The shared map this is equal to, if it is. */
  get shared(): Resources | undefined {
    return this.#shared;
  }

  get size(): number {
    return this.#shared?.size ?? this.#own.size;
  }

  get(name: string): string | undefined {
    return this.#shared === undefined ? this.#own.get(name) : this.#shared.get(name)?.version;
  }

  names(): Iterable<string> {
    return (this.#shared ?? this.#own).keys();
  }

  set(name: string, version: string): void {
    this.#detach().set(name, version);
  }

  delete(name: string): void {
    if (this.get(name) !== undefined) this.#detach().delete(name);
  }

  clear(): void {
    this.#shared = undefined;
    this.#own = new Map();
  }

  adopt(map: Resources): void {
    this.#shared = map;
    this.#own = new Map();
  }

  #detach(): Map<string, string> {
    if (this.#shared !== undefined) {
      this.#own = new Map();
      for (const resource of this.#shared.values()) this.#own.set(resource.name, resource.version);
      this.#shared = undefined;
    }
    return this.#own;
  }
}
