import { RESOURCE_KINDS, type ResourceKind } from '../kinds.ts';
import type { XdsSet } from '../resource.ts';
import type { Answer, Subscription } from './subscription.ts';

/** A request of one kind, whichever protocol variant it came by. */
export interface KindRequest {
  readonly kind: ResourceKind;
  readonly answer: Answer | undefined;
  /** State of the world: the whole list of names. Delta: what is added. */
  readonly subscribe: readonly string[];
  /** Delta only. */
  readonly unsubscribe: readonly string[];
  /** Delta only, first request of a kind: what the proxy kept from an earlier stream. */
  readonly held: Readonly<Record<string, string>>;
}

/**
 * Takes a state-of-the-world request, whose `subscribe` is the whole list (xDS protocol, "How the client specifies what resources to
 * return"). Returns why the stream has to end, if it has to.
 */
export function listNames(
  sub: Subscription,
  request: KindRequest,
  set: XdsSet | undefined,
  maxNames: number,
): string | undefined {
  const restarted = sub.active && request.answer === undefined && sub.lastNonce !== '';
  if (restarted) sub.restart();
  const first = !sub.active || restarted;
  sub.active = true;
  const names = new Set(request.subscribe);
  const star = names.delete('*');
  const fault = faultIn(names, maxNames);
  if (fault !== undefined) return fault;
  const empty = names.size === 0 && !star;
  if (first) sub.legacyWildcard = empty && RESOURCE_KINDS[sub.kind].fullStateInSotw;
  else if (!empty) sub.legacyWildcard = false;
  const wildcard = star || sub.legacyWildcard;
  if (wildcard && !sub.wildcard) requireAnswer(sub);
  if (!wildcard && sub.wildcard) dropUnlisted(sub, names);
  sub.wildcard = wildcard;
  for (const name of sub.names) if (!names.has(name)) sub.unsubscribe(name);
  for (const name of names) if (!sub.names.has(name)) sub.subscribe(canonical(set, sub.kind, name), true);
  return undefined;
}

/** Takes a delta request, which adds names and takes them away, whatever the nonce. Returns why the stream has to end, if it has to. */
export function editNames(
  sub: Subscription,
  request: KindRequest,
  set: XdsSet | undefined,
  maxNames: number,
): string | undefined {
  const first = !sub.active;
  sub.active = true;
  // Most requests only acknowledge.
  if (request.subscribe.length > 0) {
    const fault = faultIn(new Set([...sub.names, ...request.subscribe]), maxNames);
    if (fault !== undefined) return fault;
  }
  if (first) {
    for (const [name, version] of Object.entries(request.held)) sub.sent.set(name, version);
    sub.wildcard = sub.legacyWildcard = request.subscribe.length === 0 && RESOURCE_KINDS[sub.kind].fullStateInSotw;
    if (sub.wildcard) requireAnswer(sub, sub.sent.size > 0);
  }
  for (const name of request.subscribe) {
    if (name === '*') {
      if (!sub.wildcard) requireAnswer(sub, first && sub.sent.size > 0);
      sub.wildcard = true;
    } else {
      sub.subscribe(canonical(set, sub.kind, name), !(first && sub.sent.get(name) !== undefined));
    }
  }
  for (const name of request.unsubscribe) {
    if (name !== '*') sub.unsubscribe(name);
    else if (sub.wildcard) {
      sub.wildcard = false;
      dropUnlisted(sub, sub.names);
    }
  }
  return undefined;
}

function requireAnswer(sub: Subscription, holdsSome = false): void {
  sub.dirty = true;
  if (!holdsSome) sub.mustRespond = true;
}

function faultIn(names: ReadonlySet<string>, maxNames: number): string | undefined {
  if (names.size > maxNames) return `more than ${maxNames} resource names on one stream`;
  return names.has('') ? 'an empty resource name' : undefined;
}

/** The set's own string for a name: thousands of proxies naming the same resources then share them. */
function canonical(set: XdsSet | undefined, kind: ResourceKind, name: string): string {
  return set?.[kind].get(name)?.name ?? name;
}

function dropUnlisted(sub: Subscription, listed: ReadonlySet<string>): void {
  for (const name of [...sub.sent.names()]) if (!listed.has(name)) sub.sent.delete(name);
  for (const name of [...sub.retained.keys()]) if (!listed.has(name)) sub.retained.delete(name);
}
