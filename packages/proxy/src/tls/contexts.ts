/** Resolved TLS settings made into `node:tls` contexts, and made anew when a secret they came from changed. */
import type { SecureContext, SecureContextOptions } from 'node:tls';
import type { CommonTls, ResolvedTls } from './common-tls.ts';
import type { Identity } from './identity.ts';
import { nodeTls } from './node-crypto.ts';
import type { PeerValidation } from './peer-validation.ts';
import type { SecretStore } from './secret-store.ts';

export type Resolved = Extract<ResolvedTls, { ok: true }>;

/** Keeps what `make` builds from resolved settings until one of those changes. Contexts with the same settings keep their session tickets. */
export class Rotating<T> {
  readonly #common: CommonTls;
  readonly #secrets: SecretStore;
  readonly #make: (resolved: Resolved) => T;
  #generation = -1;
  #resolved: ResolvedTls = { ok: false, cause: 'not looked at yet' };
  #made: T | undefined = undefined;

  constructor(common: CommonTls, secrets: SecretStore, make: (resolved: Resolved) => T) {
    this.#common = common;
    this.#secrets = secrets;
    this.#make = make;
  }

  /** What the settings of this moment make; or the reason why they make nothing. */
  get(): { readonly ok: true; readonly value: T } | { readonly ok: false; readonly cause: string } {
    if (this.#generation !== this.#secrets.generation) this.#refresh();
    if (this.#made !== undefined) return { ok: true, value: this.#made };
    return { ok: false, cause: this.#resolved.ok ? 'no context' : this.#resolved.cause };
  }

  #refresh(): void {
    this.#generation = this.#secrets.generation;
    const next = this.#common.resolve();
    if (this.#made !== undefined && same(this.#resolved, next)) return;
    this.#resolved = next;
    this.#made = undefined;
    if (!next.ok) return;
    try {
      this.#made = this.#make(next);
    } catch (error) {
      this.#resolved = { ok: false, cause: refusal(error) };
    }
  }
}

/** OpenSSL's reason for making no context of settings that parse, such as a key too short for its security level. */
export function refusal(error: unknown): string {
  return `OpenSSL refuses these settings: ${error instanceof Error ? error.message : String(error)}`;
}

function same(a: ResolvedTls, b: ResolvedTls): boolean {
  if (!a.ok || !b.ok || a.identities.length !== b.identities.length) return false;
  if (!a.identities.every((identity, i) => identity === b.identities[i])) return false;
  if (a.validation === b.validation) return true;
  return a.validation !== undefined && b.validation !== undefined && sameValidation(a.validation, b.validation);
}

/** Merged settings are a new object each time; their parts are not. */
function sameValidation(a: PeerValidation, b: PeerValidation): boolean {
  const sameList = (x: readonly unknown[] | undefined, y: readonly unknown[] | undefined): boolean =>
    x === y || (x !== undefined && y !== undefined && x.length === y.length && x.every((item, i) => item === y[i]));
  return (
    sameList(a.authorities, b.authorities) &&
    a.crl === b.crl &&
    sameList(a.hashes, b.hashes) &&
    sameList(a.keyHashes, b.keyHashes) &&
    sameList(a.altNames, b.altNames) &&
    a.acceptUntrusted === b.acceptUntrusted
  );
}

/** Throws OpenSSL's error for ciphers, curves or signatures that it does not know. */
export function secureContext(
  params: SecureContextOptions,
  identities: readonly Identity[],
  validation: PeerValidation | undefined,
  more: SecureContextOptions = {},
): SecureContext {
  return nodeTls().createSecureContext({
    ...params,
    cert: identities.map(({ chain }) => chain),
    key: identities.map(({ key, passphrase }) => (passphrase === undefined ? { pem: key } : { pem: key, passphrase })),
    // An empty list, because without one the authorities of the machine would be trusted.
    ca: [...(validation?.authorities ?? [])],
    ...(validation?.crl !== undefined && { crl: validation.crl }),
    allowPartialTrustChain: true,
    ...more,
  });
}
