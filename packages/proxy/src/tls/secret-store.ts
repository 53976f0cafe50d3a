/**
 * Secrets by name, from the bootstrap or SDS, decoded and checked. Who uses one asks at each handshake (by `generation`), so that a
 * rotation needs no new configuration and touches no open connection. A refused secret leaves the last good one in force.
 */
import type { Clock, Issue, Timer } from '@weft/base';
import { checkFields, Issues } from '@weft/engine';
import { type Secret, SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { Environment } from './data-source.ts';
import { decodeIdentity, type Identity } from './identity.ts';
import { decodeValidation, type PeerValidation, verifiesPeer } from './peer-validation.ts';
import { TLS_MESSAGES } from './supported.ts';

export type HeldSecret =
  | { readonly kind: 'identity'; readonly identity: Identity }
  | { readonly kind: 'validation'; readonly validation: PeerValidation };

/** After this long without an answer a listener or cluster goes on without the secret (`ConfigSource.initial_fetch_timeout`, 15 s in Envoy). */
const FETCH_TIMEOUT_MS = 15_000;

export class SecretStore {
  readonly #clock: Clock;
  readonly #environment: Environment;
  readonly #onOverdue: (name: string) => void;
  readonly #secrets = new Map<string, HeldSecret>();
  readonly #static = new Set<string>();
  readonly #awaited = new Map<string, Timer | 'overdue'>();
  /** Grows with every change: who derived something from secrets compares it. */
  generation = 0;

  constructor(clock: Clock, environment: Environment, onOverdue: (name: string) => void) {
    this.#clock = clock;
    this.#environment = environment;
    this.#onOverdue = onOverdue;
  }

  get(name: string): HeldSecret | undefined {
    return this.#secrets.get(name);
  }

  /** Still worth waiting for: asked for, not here, and not for too long. */
  pending(name: string): boolean {
    return !this.#secrets.has(name) && this.#awaited.get(name) !== 'overdue';
  }

  /** The names in use; begins to wait for those that are missing. */
  await(names: readonly string[]): void {
    const wanted = new Set(names);
    for (const [name, timer] of this.#awaited) {
      if (wanted.has(name) && !this.#secrets.has(name)) continue;
      if (timer !== 'overdue') timer.cancel();
      this.#awaited.delete(name);
    }
    for (const name of wanted) {
      if (this.#secrets.has(name) || this.#awaited.has(name)) continue;
      const timer = this.#clock.after(FETCH_TIMEOUT_MS, () => {
        this.#awaited.set(name, 'overdue');
        this.#onOverdue(name);
      });
      this.#awaited.set(name, timer);
    }
  }

  /** Takes a secret; the issues, when there are any, say why it is refused. */
  put(message: Secret): readonly Issue[] {
    const issues = new Issues(`Secret ${message.name}`);
    checkFields(SecretSchema, message, '', TLS_MESSAGES, issues);
    const held = this.#decode(message, issues);
    if (issues.list.length > 0 || held === undefined) return issues.list;
    this.#secrets.set(message.name, held);
    this.generation++;
    return [];
  }

  #decode(message: Secret, issues: Issues): HeldSecret | undefined {
    if (message.type.case === 'tlsCertificate') {
      const identity = decodeIdentity(message.type.value, 'tls_certificate', this.#environment, issues);
      return identity === undefined ? undefined : { kind: 'identity', identity };
    }
    if (message.type.case === 'validationContext') {
      const validation = decodeValidation(message.type.value, 'validation_context', this.#environment, issues);
      // Whoever names it means to verify; taking it would switch that off without a word.
      if (!verifiesPeer(validation) && !validation.acceptUntrusted)
        issues.error('validation_context', 'missing-field', 'demands nothing of the peer', 'trusted_ca or a hash');
      return { kind: 'validation', validation };
    }
    if (message.type.case === undefined)
      issues.error('', 'missing-field', 'holds nothing', 'tls_certificate or validation_context');
    return undefined;
  }

  /** From now on the secret of that name is the bootstrap's own: nobody is asked for it. */
  makeStatic(name: string): void {
    this.#static.add(name);
  }

  isStatic(name: string): boolean {
    return this.#static.has(name);
  }

  remove(name: string): void {
    if (this.#secrets.delete(name)) this.generation++;
  }

  close(): void {
    for (const timer of this.#awaited.values()) if (timer !== 'overdue') timer.cancel();
    this.#awaited.clear();
  }
}
