import type { Clock, Logger, Timer } from '@weft/base';
import { isJsonObject } from '@weft/config';
import type { Node } from '@weft/mesh';
import type { Metrics } from '../metrics.ts';
import { describeKey, type ObjectKey, type StoredObject } from '../store/object.ts';
import type { Store } from '../store/store.ts';
import {
  ANNOTATIONS,
  entryOfGroup,
  type RegistrationWish,
  registeredName,
  registrationWish,
} from './entry-of-group.ts';

export interface AutoRegistrationOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** How long an entry outlives its proxy's connection; Istio's PILOT_WORKLOAD_ENTRY_GRACE_PERIOD. */
  readonly graceMs: number;
  /** Which control plane a proxy is connected to, in `istio.io/workloadController`. */
  readonly instance: string;
}

/** A proxy on one stream, as far as its registration is concerned. */
export interface RegisteringProxy {
  readonly connection: number;
  readonly node: Node;
  readonly metadata: unknown;
}

interface Registered {
  readonly key: ObjectKey;
  /** Made here: it goes with its proxy. Otherwise only what is known about its health does. */
  readonly made: boolean;
  readonly connections: Set<number>;
  timer: Timer | undefined;
}

const GROUP = 'networking.istio.io';

/**
 * Makes a WorkloadEntry for each proxy that names a WorkloadGroup, keeps it across reconnects, removes it when the proxy has been away for the
 * grace period, and writes down the health that proxies report (pilot/pkg/autoregistration).
 */
export class AutoRegistration implements Disposable {
  readonly #options: AutoRegistrationOptions;
  readonly #byName = new Map<string, Registered>();
  readonly #byConnection = new Map<number, Registered>();

  constructor(options: AutoRegistrationOptions) {
    this.#options = options;
    this.#adoptLeftOver();
  }

  /** The reason to send the proxy away, or undefined. */
  connected(proxy: RegisteringProxy): string | undefined {
    const wish = registrationWish(proxy.metadata);
    if (wish.group === '' && wish.entry === '') return undefined;
    const made = wish.group !== '';
    const key = entryKey(proxy.node.namespace, made ? registeredName(wish.group, proxy.node) : wish.entry);
    const problem = made ? this.#register(key, proxy.node, wish) : this.#take(key);
    if (problem !== undefined) {
      this.#options.metrics.add('auto_registration_errors_total');
      this.#options.logger.warn('a proxy could not be registered', { node: proxy.node.id, cause: problem });
      return problem;
    }
    const registered = this.#entryOf(key, made);
    registered.timer?.cancel();
    registered.timer = undefined;
    registered.connections.add(proxy.connection);
    this.#byConnection.set(proxy.connection, registered);
    return undefined;
  }

  disconnected(connection: number): void {
    const registered = this.#byConnection.get(connection);
    this.#byConnection.delete(connection);
    if (registered === undefined || !registered.connections.delete(connection)) return;
    if (registered.connections.size > 0) return;
    const at = new Date(this.#options.clock.now()).toISOString();
    this.#annotate(registered.key, { [ANNOTATIONS.connectedAt]: null, [ANNOTATIONS.disconnectedAt]: at });
    if (registered.made) this.#options.metrics.add('auto_registration_unregister_total');
    this.#expire(registered);
  }

  /** Writes the condition `Healthy`; ignored for proxies without an entry whose health is checked. */
  health(connection: number, problem: string | undefined): void {
    const { store, clock, logger } = this.#options;
    const registered = this.#byConnection.get(connection);
    const entry = registered === undefined ? undefined : store.get(registered.key);
    if (registered === undefined || entry?.metadata.annotations?.[ANNOTATIONS.healthChecks] === undefined) return;
    const now = new Date(clock.now()).toISOString();
    const condition = {
      type: 'Healthy',
      status: problem === undefined ? 'True' : 'False',
      ...(problem !== undefined && { message: problem }),
      lastProbeTime: now,
      lastTransitionTime: now,
    };
    const log = { entry: describeKey(registered.key), cause: problem };
    if (problem === undefined) logger.info('a workload is healthy', log);
    else logger.warn('a workload is unhealthy', log);
    this.#setConditions(registered.key, [...otherConditions(entry), condition]);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#byName.values()) timer?.cancel();
    this.#byName.clear();
    this.#byConnection.clear();
  }

  /** Entries of an earlier life: their proxies have the grace period to come back. */
  #adoptLeftOver(): void {
    for (const object of this.#options.store.list({ group: GROUP, kind: 'WorkloadEntry' }).objects) {
      if (object.metadata.annotations?.[ANNOTATIONS.group] === undefined) continue;
      this.#expire(this.#entryOf(entryKey(object.metadata.namespace ?? '', object.metadata.name), true));
    }
  }

  #entryOf(key: ObjectKey, made: boolean): Registered {
    const id = `${key.namespace}/${key.name}`;
    const known = this.#byName.get(id);
    if (known !== undefined) return known;
    const registered: Registered = { key, made, connections: new Set(), timer: undefined };
    this.#byName.set(id, registered);
    return registered;
  }

  #register(key: ObjectKey, node: Node, wish: RegistrationWish): string | undefined {
    const { store, metrics, logger } = this.#options;
    if (store.get(key) !== undefined) {
      const problem = this.#take(key);
      if (problem === undefined) metrics.add('auto_registration_updates_total');
      return problem;
    }
    const group = store.get({ group: GROUP, kind: 'WorkloadGroup', namespace: node.namespace, name: wish.group });
    if (group === undefined) {
      return `cannot register ${node.id}: there is no WorkloadGroup ${node.namespace}/${wish.group}`;
    }
    const entry = entryOfGroup(group, key.name, node, wish);
    const annotations = { ...entry.metadata.annotations, ...this.#connectedNow() };
    store.create({ ...entry, metadata: { ...entry.metadata, annotations } });
    metrics.add('auto_registration_success_total');
    logger.info('registered a workload', { entry: describeKey(key), node: node.id, group: wish.group });
    return undefined;
  }

  /** The entry exists: it is this control plane's from now on. */
  #take(key: ObjectKey): string | undefined {
    if (this.#options.store.get(key) === undefined)
      return `there is no ${describeKey(key)}, which the proxy says is its own`;
    this.#annotate(key, { ...this.#connectedNow(), [ANNOTATIONS.disconnectedAt]: null });
    return undefined;
  }

  #connectedNow(): Record<string, string> {
    const { clock, instance } = this.#options;
    return {
      [ANNOTATIONS.controller]: instance,
      [ANNOTATIONS.connectedAt]: new Date(clock.now()).toISOString(),
    };
  }

  #expire(registered: Registered): void {
    const { clock, graceMs } = this.#options;
    registered.timer?.cancel();
    registered.timer = clock.after(graceMs, () => {
      this.#byName.delete(`${registered.key.namespace}/${registered.key.name}`);
      this.#forget(registered);
    });
  }

  #forget({ key, made }: Registered): void {
    const { store, logger, metrics } = this.#options;
    const entry = store.get(key);
    if (entry === undefined || !this.#isOurs(key)) return;
    if (!made) {
      // Nobody looks any more, so nobody knows.
      this.#setConditions(key, otherConditions(entry));
      return;
    }
    store.delete(key);
    metrics.add('auto_registration_deletes_total');
    logger.info('removed a workload whose proxy is gone', { entry: describeKey(key) });
  }

  #annotate(key: ObjectKey, annotations: Readonly<Record<string, string | null>>): void {
    if (this.#isOurs(key)) this.#options.store.patch(key, { metadata: { annotations } });
  }

  #setConditions(key: ObjectKey, conditions: readonly unknown[]): void {
    if (this.#isOurs(key)) this.#options.store.patch(key, { status: { conditions } });
  }

  /** Objects from files are as their files say. */
  #isOurs(key: ObjectKey): boolean {
    return this.#options.store.originOf(key)?.kind === 'api';
  }
}

function entryKey(namespace: string, name: string): ObjectKey {
  return { group: GROUP, kind: 'WorkloadEntry', namespace, name };
}

function otherConditions(entry: StoredObject): readonly unknown[] {
  const status = entry['status'];
  const conditions = isJsonObject(status) ? status['conditions'] : undefined;
  if (!Array.isArray(conditions)) return [];
  return conditions.filter((each) => !isJsonObject(each) || each['type'] !== 'Healthy');
}
