import { RESOURCE_KINDS } from '../kinds.ts';
import type { XdsResource } from '../resource.ts';
import { ABSENT, diffOf, NO_RESOURCES } from './sent-versions.ts';
import type { Subscription } from './subscription.ts';

/** What a response to one subscription would carry. */
export interface Contents {
  readonly resources: readonly XdsResource[];
  /** Delta only: names that are gone or never existed. */
  readonly removed: readonly string[];
  /** The part of `resources` that is new to the proxy; in state of the world the rest is repetition. */
  readonly changed: readonly XdsResource[];
}

/**
 * The next response for a subscription, or undefined when the proxy has everything. With `onlyRequested`, only what the proxy asked
 * for and waits for. Does not change the subscription; `commit` does, once the response is written.
 */
export function nextContents(
  sub: Subscription,
  target: ReadonlyMap<string, XdsResource>,
  mode: 'delta' | 'sotw',
  onlyRequested: boolean,
): Contents | undefined {
  const { changed, removed } = onlyRequested ? requestedOnly(sub, target) : difference(sub, target);
  const full = mode === 'sotw' && RESOURCE_KINDS[sub.kind].fullStateInSotw;
  const due = sub.mustRespond || (full && sub.forced.size > 0);
  if (mode === 'delta') {
    if (changed.length === 0 && removed.length === 0 && !due) return undefined;
    return { resources: changed, removed, changed };
  }
  if (full) {
    if (changed.length === 0 && removed.length === 0 && !due) return undefined;
    return { resources: everything(sub, target), removed: [], changed };
  }
  return changed.length === 0 && !due ? undefined : { resources: changed, removed: [], changed };
}

/** Writes down that the proxy was sent `contents` of `target`. */
export function commit(
  sub: Subscription,
  target: ReadonlyMap<string, XdsResource>,
  contents: Contents,
  onlyRequested: boolean,
): void {
  sub.mustRespond = false;
  const asked = [...sub.forced];
  sub.forced.clear();
  if (!onlyRequested && wantsExactly(sub, target)) {
    sub.sent.adopt(target);
    return;
  }
  for (const resource of contents.resources) sub.sent.set(resource.name, resource.version);
  const gone = onlyRequested ? asked : [...sub.sent.names(), ...asked];
  for (const name of gone) {
    if (target.has(name) || sub.retained.has(name)) continue;
    if (sub.names.has(name)) sub.sent.set(name, ABSENT);
    else sub.sent.delete(name);
  }
  if (!onlyRequested) {
    for (const name of sub.names) if (!target.has(name) && !sub.retained.has(name)) sub.sent.set(name, ABSENT);
  }
}

/** Whether the proxy, after a complete response, holds all of the shared map and nothing else. */
function wantsExactly(sub: Subscription, target: ReadonlyMap<string, XdsResource>): boolean {
  if (sub.retained.size > 0) return false;
  if (sub.wildcard) return sub.names.size === 0;
  if (sub.names.size !== target.size) return false;
  for (const name of sub.names) if (!target.has(name)) return false;
  return true;
}

interface Difference {
  readonly changed: readonly XdsResource[];
  readonly removed: readonly string[];
}

function difference(sub: Subscription, target: ReadonlyMap<string, XdsResource>): Difference {
  if (sub.sent.size === 0 && wantsExactly(sub, target)) return diffOf(NO_RESOURCES, target);
  const shared = sub.sent.shared;
  if (shared !== undefined && sub.forced.size === 0 && sub.retained.size === 0) {
    const diff = diffOf(shared, target);
    // The very list wherever it may be: its encoded form is found by it.
    if (sub.wildcard || diff.changed.every(({ name }) => sub.names.has(name))) return diff;
    return { changed: diff.changed.filter(({ name }) => sub.names.has(name)), removed: diff.removed };
  }
  const changed: XdsResource[] = [];
  const removed: string[] = [];
  const consider = (name: string): void => {
    const resource = target.get(name);
    const held = sub.sent.get(name);
    if (resource !== undefined) {
      if (held !== resource.version || sub.forced.has(name)) changed.push(resource);
    } else if (!sub.retained.has(name)) {
      const listed = sub.names.has(name) || sub.forced.has(name);
      if (held === undefined ? listed : held !== ABSENT || sub.forced.has(name)) removed.push(name);
    }
  };
  if (!sub.wildcard) {
    for (const name of sub.names) consider(name);
    return { changed, removed };
  }
  for (const name of target.keys()) consider(name);
  const beyond = new Set([...sub.sent.names(), ...sub.names, ...sub.forced]);
  for (const name of beyond) if (!target.has(name)) consider(name);
  return { changed, removed };
}

function requestedOnly(sub: Subscription, target: ReadonlyMap<string, XdsResource>): Difference {
  if (sub.mustRespond) return difference(sub, target);
  const changed: XdsResource[] = [];
  const removed: string[] = [];
  for (const name of sub.forced) {
    const resource = target.get(name);
    if (resource !== undefined) changed.push(resource);
    else if (!sub.retained.has(name)) removed.push(name);
  }
  return { changed, removed };
}

function everything(sub: Subscription, target: ReadonlyMap<string, XdsResource>): readonly XdsResource[] {
  if (sub.wildcard && sub.retained.size === 0) return diffOf(NO_RESOURCES, target).changed;
  const all = sub.wildcard ? [...target.values()] : [];
  if (!sub.wildcard) {
    for (const name of sub.names) {
      const resource = target.get(name);
      if (resource !== undefined) all.push(resource);
    }
  }
  for (const resource of sub.retained.values()) if (resource !== undefined) all.push(resource);
  return all;
}
