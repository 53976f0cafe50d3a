import type { XdsResource } from '../resource.ts';

/** What turns one map of resources into another. */
export interface ResourceDiff {
  readonly changed: readonly XdsResource[];
  readonly removed: readonly string[];
}

const diffs = new WeakMap<ReadonlyMap<string, XdsResource>, WeakMap<ReadonlyMap<string, XdsResource>, ResourceDiff>>();

/** The difference of two maps, computed once however many proxies move from one to the other. */
export function diffOf(
  before: ReadonlyMap<string, XdsResource>,
  after: ReadonlyMap<string, XdsResource>,
): ResourceDiff {
  const known = diffs.get(before) ?? new WeakMap<ReadonlyMap<string, XdsResource>, ResourceDiff>();
  diffs.set(before, known);
  const diff = known.get(after) ?? computeDiff(before, after);
  known.set(after, diff);
  return diff;
}

function computeDiff(before: ReadonlyMap<string, XdsResource>, after: ReadonlyMap<string, XdsResource>): ResourceDiff {
  const changed: XdsResource[] = [];
  const removed: string[] = [];
  for (const resource of after.values())
    if (before.get(resource.name)?.version !== resource.version) changed.push(resource);
  for (const name of before.keys()) if (!after.has(name)) removed.push(name);
  return { changed, removed };
}

/** Written for a name the proxy was told does not exist. No content hash is empty. */
export const ABSENT = '';

/**
 * Which version of each resource a proxy was sent. A proxy that holds exactly a shared map refers to that map instead of keeping
 * thousands of entries of its own.
 */
export class SentVersions {
  #shared: ReadonlyMap<string, XdsResource> | undefined;
  #own = new Map<string, string>();

  /** The shared map this is equal to, if it is. */
  get shared(): ReadonlyMap<string, XdsResource> | undefined {
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

  adopt(map: ReadonlyMap<string, XdsResource>): void {
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
