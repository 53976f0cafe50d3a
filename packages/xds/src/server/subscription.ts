import type { ResourceKind } from '../kinds.ts';
import type { XdsResource } from '../resource.ts';
import type { KindStatus, NackStatus, RejectedResource } from './proxy-status.ts';
import { SentVersions } from './sent-versions.ts';

/** A response on its way: written before `nonce` is asked for again. */
interface Outstanding {
  readonly nonce: string;
  readonly version: string;
  /** To know what a NACK is about. */
  readonly carried: readonly XdsResource[];
  readonly sentAt: number;
}

/** What the proxy answered to the response it was sent last. */
export interface Answer {
  readonly nonce: string;
  /** Undefined for an ACK. */
  readonly error: { readonly message: string; readonly resources: readonly RejectedResource[] } | undefined;
}

/** One kind on one stream: what is subscribed, what was sent, what was answered. Both protocol variants drive it. */
export class Subscription {
  readonly kind: ResourceKind;
  /** The proxy has asked for this kind on this stream. */
  active = false;
  wildcard = false;
  /** The wildcard came from an empty first request, the form older than `*`. */
  legacyWildcard = false;
  readonly names: Set<string> = new Set();
  readonly sent: SentVersions = new SentVersions();
  /** Gone from the set, but perhaps still in use by routes and listeners the proxy has not replaced yet. */
  readonly retained: Map<string, XdsResource | undefined> = new Map();
  /** Names to be answered even when the proxy was sent them before. */
  readonly forced: Set<string> = new Set();
  /** A response is due even if it is empty: the proxy waits for one to finish its start. */
  mustRespond = false;
  /** Something may have to be sent. */
  dirty = false;
  lastNonce = '';
  outstanding: Outstanding | undefined;
  nack: NackStatus | undefined;
  /** Versions the proxy refused and still does not have. */
  #suspects = new Map<string, string>();
  #sentVersion = '';
  #ackedVersion = '';
  #lastAckAt: number | undefined;

  constructor(kind: ResourceKind) {
    this.kind = kind;
  }

  /** The proxy waits for an answer to something it just asked. */
  get requested(): boolean {
    return this.mustRespond || this.forced.size > 0;
  }

  /** Forgets what was sent: the proxy starts this kind anew on an open stream. */
  restart(): void {
    this.names.clear();
    this.sent.clear();
    this.forced.clear();
    this.outstanding = undefined;
    this.wildcard = false;
    this.legacyWildcard = false;
  }

  subscribe(name: string, force: boolean): void {
    this.names.add(name);
    if (force) this.forced.add(name);
    this.dirty = true;
  }

  unsubscribe(name: string): void {
    if (!this.names.delete(name)) return;
    this.forced.delete(name);
    this.retained.delete(name);
    this.sent.delete(name);
    // xDS protocol, "Unsubscribing from resources": still covered by the wildcard, so its state is told again.
    if (this.wildcard) this.forced.add(name);
    this.dirty = true;
  }

  written(nonce: string, version: string, carried: readonly XdsResource[], now: number): void {
    this.lastNonce = nonce;
    this.outstanding = { nonce, version, carried, sentAt: now };
    this.#sentVersion = version;
  }

  /** Takes an answer; false when it is not about the response that is out (a stale nonce). */
  answer(answer: Answer, now: number): boolean {
    const out = this.outstanding;
    if (out === undefined || out.nonce !== answer.nonce) return false;
    this.outstanding = undefined;
    if (answer.error !== undefined) this.#refuse(out, answer.error, now);
    else this.#accept(out, now);
    return true;
  }

  #accept(out: Outstanding, now: number): void {
    this.#ackedVersion = out.version;
    this.#lastAckAt = now;
    for (const [name, version] of this.#suspects) {
      if (out.carried.some((resource) => resource.name === name) || this.sent.get(name) !== version)
        this.#suspects.delete(name);
    }
    // A response without the refused resource does not mend it: the proxy still runs the old one.
    if (this.#suspects.size === 0) this.nack = undefined;
  }

  #refuse(out: Outstanding, error: NonNullable<Answer['error']>, now: number): void {
    this.nack = { message: error.message, version: out.version, at: now, resources: error.resources };
    const named = new Set(error.resources.map((resource) => resource.name));
    for (const { name, version } of out.carried) {
      // Envoy names the resource only inside its message ("Error adding/updating listener(s) x: …").
      if (named.size > 0 ? named.has(name) : error.message.includes(name)) this.#suspects.set(name, version);
    }
  }

  /** Whether its refusal may be about one of `resources`; one that names nothing may be about any. */
  refuses(resources: readonly XdsResource[]): boolean {
    if (this.nack === undefined) return false;
    return this.#suspects.size === 0 || resources.some(({ name }) => this.#suspects.has(name));
  }

  /** Drops a refusal whose resource is no longer wanted. */
  forgive(wanted: (name: string) => boolean): void {
    if (this.#suspects.size === 0) return;
    for (const name of this.#suspects.keys()) if (!wanted(name)) this.#suspects.delete(name);
    if (this.#suspects.size === 0) this.nack = undefined;
  }

  status(pending: boolean): KindStatus {
    const state = !this.active
      ? 'unsubscribed'
      : this.outstanding !== undefined || pending
        ? 'stale'
        : this.nack !== undefined
          ? 'rejected'
          : 'synced';
    return {
      state,
      wildcard: this.wildcard,
      names: this.names.size,
      sentVersion: this.#sentVersion,
      ackedVersion: this.#ackedVersion,
      lastAckAt: this.#lastAckAt,
      nack: this.nack,
    };
  }
}
