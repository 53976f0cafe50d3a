import type { Clock } from '@weft/base';
import { forEachKind, KINDS_IN_ORDER, RESOURCE_KINDS, type ResourceKind } from '../kinds.ts';
import { versionOfAll, type XdsResource, type XdsSet } from '../resource.ts';
import { Assignments } from './assignments.ts';
import type { KindStatus } from './proxy-status.ts';
import { editNames, type KindRequest, listNames } from './requested-names.ts';
import { type Contents, commit, nextContents } from './response-builder.ts';
import { ABSENT, diffOf, type ResourceDiff } from './sent-versions.ts';
import { Subscription } from './subscription.ts';

/** A response to write. */
export interface Outgoing {
  readonly kind: ResourceKind;
  readonly nonce: string;
  readonly version: string;
  readonly resources: readonly XdsResource[];
  readonly removed: readonly string[];
}

/** What a request did, for logs and metrics. */
export interface RequestOutcome {
  readonly answered: 'ack' | 'nack' | undefined;
  /** Since the response that it answers was written. */
  readonly afterMs: number;
  /** Set when the request breaks the protocol or a limit: the stream has to end with this reason. */
  readonly fault: string | undefined;
}

const NO_CONTENTS: Contents = { resources: [], removed: [], changed: [] };
const NOTHING: RequestOutcome = { answered: undefined, afterMs: 0, fault: undefined };

/**
 * One ADS stream without its transport. Requests go in through `receive`; the transport pulls responses out with `next` whenever it
 * can write. Nothing is queued: what is pending is always the difference between what the proxy was sent and the newest set,
 * so a slow proxy gets the latest state and never a backlog.
 */
export class Session {
  readonly mode: 'delta' | 'sotw';
  readonly #clock: Clock;
  readonly #maxNames: number;
  readonly #subscriptions: Readonly<Record<ResourceKind, Subscription>> = forEachKind((kind) => new Subscription(kind));
  readonly #assignments = new Assignments();
  #set: XdsSet | undefined;
  #generation = 0;
  #settledGeneration = 0;
  #nonce = 0;

  constructor(mode: 'delta' | 'sotw', clock: Clock, maxNames: number) {
    this.mode = mode;
    this.#clock = clock;
    this.#maxNames = maxNames;
  }

  get assigned(): XdsSet | undefined {
    return this.#set;
  }

  get assignedGeneration(): number {
    return this.#generation;
  }

  /** The newest generation of which the proxy has ACKed everything it subscribes to. */
  get settledGeneration(): number {
    return this.#settledGeneration;
  }

  /** It asked for something, nothing is on its way, and nothing is left to send. */
  get idle(): boolean {
    if (this.#set === undefined) return false;
    const asked = KINDS_IN_ORDER.some((kind) => this.#subscriptions[kind].active);
    return asked && KINDS_IN_ORDER.every((kind) => !this.#busy(this.#subscriptions[kind]));
  }

  /** Nothing is on its way or to be sent, though removals may be held back by a refusal. */
  get quiet(): boolean {
    return KINDS_IN_ORDER.every((kind) => {
      const sub = this.#subscriptions[kind];
      return !sub.active || (sub.outstanding === undefined && !sub.dirty);
    });
  }

  get rejected(): boolean {
    return KINDS_IN_ORDER.some((kind) => this.#subscriptions[kind].nack !== undefined);
  }

  assign(set: XdsSet, generation: number): void {
    const before = this.#set;
    this.#set = set;
    this.#generation = generation;
    const changes = new Map<ResourceKind, ResourceDiff>();
    for (const kind of KINDS_IN_ORDER) {
      if (before?.[kind] === set[kind]) continue;
      const sub = this.#subscriptions[kind];
      if (before !== undefined && sub.active) {
        const diff = diffOf(before[kind], set[kind]);
        if (diff.changed.length > 0 || diff.removed.length > 0) changes.set(kind, diff);
      }
      sub.dirty = sub.active;
      sub.forgive((name) => set[kind].has(name));
      if (RESOURCE_KINDS[kind].removedLate && sub.active) retain(sub, before?.[kind], set[kind]);
    }
    this.#assignments.note(generation, before === undefined ? 'everything' : changes);
  }

  /**
   * Whether the proxy took what `generation` changed of its configuration. What is on its way or was refused for another reason does not
   * count, nor does a generation that changed nothing for it.
   */
  verdictOn(generation: number): 'settled' | 'waiting' | 'rejected' {
    if (this.#settledGeneration >= generation) return 'settled';
    if (this.#generation < generation) return 'waiting';
    const heldBack = this.rejected && this.quiet ? 'rejected' : 'waiting';
    const changes = this.#assignments.of(generation);
    if (changes === undefined || changes === 'everything') return heldBack;
    let refused = false;
    for (const [kind, { changed, removed }] of changes) {
      const sub = this.#subscriptions[kind];
      if (sub.outstanding !== undefined || sub.dirty) return 'waiting';
      if (removed.some((name) => sub.retained.has(name))) return heldBack;
      refused ||= sub.refuses(changed);
    }
    return refused ? 'rejected' : 'settled';
  }

  receive(request: KindRequest): RequestOutcome {
    const sub = this.#subscriptions[request.kind];
    const sentAt = sub.outstanding?.sentAt ?? 0;
    const answer = request.answer;
    let answered: RequestOutcome['answered'];
    if (answer !== undefined && sub.active && sub.answer(answer, this.#clock.now())) {
      answered = answer.error === undefined ? 'ack' : 'nack';
    } else if (answer !== undefined && sub.active && this.mode === 'sotw' && answer.nonce !== sub.lastNonce) {
      // A state-of-the-world request with a stale nonce is about a list that a newer response superseded; the proxy repeats it.
      return NOTHING;
    }
    const take = this.mode === 'sotw' ? listNames : editNames;
    const fault = take(sub, request, this.#set, this.#maxNames);
    const afterMs = answered === undefined ? 0 : this.#clock.monotonic() - sentAt;
    this.#noteSettled();
    return answered === undefined && fault === undefined ? NOTHING : { answered, afterMs, fault };
  }

  /** The next response, or undefined until a request or a new set comes. */
  next(): Outgoing | undefined {
    const set = this.#set;
    if (set === undefined) return undefined;
    const out = this.#sweep(set);
    if (out !== undefined) return out;
    if (this.#releaseRetained()) {
      const removal = this.#sweep(set);
      if (removal !== undefined) return removal;
    }
    this.#noteSettled();
    return undefined;
  }

  statuses(): Readonly<Record<ResourceKind, KindStatus>> {
    return forEachKind((kind) => {
      const sub = this.#subscriptions[kind];
      return sub.status(this.#busy(sub));
    });
  }

  #busy(sub: Subscription): boolean {
    return sub.active && (sub.outstanding !== undefined || sub.dirty || sub.retained.size > 0);
  }

  #noteSettled(): void {
    if (this.#settledGeneration < this.#generation && this.idle && !this.rejected) {
      this.#settledGeneration = this.#generation;
      this.#assignments.settled();
    }
  }

  /** One pass in push order. A kind waits until the kinds before it are ACKed, unless the proxy asked and waits itself. */
  #sweep(set: XdsSet): Outgoing | undefined {
    let earlierBusy = false;
    for (const kind of KINDS_IN_ORDER) {
      const sub = this.#subscriptions[kind];
      if (!sub.active) continue;
      if (sub.outstanding !== undefined) {
        earlierBusy = true;
        continue;
      }
      if (!sub.dirty) continue;
      if (!earlierBusy || sub.requested) {
        const out = this.#write(sub, set[kind], earlierBusy);
        if (out !== undefined) return out;
      }
      if (sub.dirty) earlierBusy = true;
    }
    return undefined;
  }

  #write(sub: Subscription, target: ReadonlyMap<string, XdsResource>, onlyRequested: boolean): Outgoing | undefined {
    // A full-state response cannot be cut down to what was asked for.
    const partial = onlyRequested && !(this.mode === 'sotw' && RESOURCE_KINDS[sub.kind].fullStateInSotw);
    const contents = nextContents(sub, target, this.mode, partial);
    commit(sub, target, contents ?? NO_CONTENTS, partial);
    if (!partial) sub.dirty = false;
    if (contents === undefined) return undefined;
    const nonce = String(++this.#nonce);
    const version = versionOfAll(target) + (sub.retained.size > 0 ? '+' : '');
    sub.written(nonce, version, contents.resources, this.#clock.monotonic());
    if (sub.kind === 'cluster') this.#repeatEndpoints(contents.changed);
    return { kind: sub.kind, nonce, version, resources: contents.resources, removed: contents.removed };
  }

  /** A changed cluster warms anew and waits for its endpoints even if those did not change. */
  #repeatEndpoints(clusters: readonly XdsResource[]): void {
    const endpoints = this.#subscriptions.endpoint;
    if (!endpoints.active) return;
    for (const { endpointName } of clusters) {
      if (endpointName === undefined || endpoints.sent.get(endpointName) === undefined) continue;
      endpoints.sent.delete(endpointName);
      endpoints.dirty = true;
    }
  }

  /** Lets go of clusters and endpoints once no listener or route can point at them: all are ACKed, none refused. */
  #releaseRetained(): boolean {
    let released = false;
    const settled = KINDS_IN_ORDER.every((kind) => {
      const sub = this.#subscriptions[kind];
      return (
        !sub.active || (sub.outstanding === undefined && !sub.dirty && !(sub.nack && !RESOURCE_KINDS[kind].removedLate))
      );
    });
    if (!settled) return false;
    for (const kind of KINDS_IN_ORDER) {
      const sub = this.#subscriptions[kind];
      if (sub.retained.size === 0) continue;
      sub.retained.clear();
      sub.dirty = true;
      released = true;
    }
    return released;
  }
}

function retain(
  sub: Subscription,
  before: ReadonlyMap<string, XdsResource> | undefined,
  after: ReadonlyMap<string, XdsResource>,
): void {
  for (const name of sub.retained.keys()) if (after.has(name)) sub.retained.delete(name);
  const gone = before !== undefined && sub.sent.shared === before ? diffOf(before, after).removed : sub.sent.names();
  for (const name of gone) {
    if (after.has(name) || sub.retained.has(name)) continue;
    const version = sub.sent.get(name);
    if (version !== undefined && version !== ABSENT) sub.retained.set(name, before?.get(name));
  }
}
