import { isDeepStrictEqual } from 'node:util';
import type { Clock, Logger, Random } from '@weft/base';
import { isJsonObject } from '@weft/config';
import type { ConfigReader } from '../../config-reader.ts';
import { describeKey, keyOf, type ObjectKey, printKey, type StoredObject } from '../../store/object.ts';
import type { Store } from '../../store/store.ts';
import type { RegistryStatus } from '../registry-status.ts';
import { type AskConsul, follow } from './blocking-query.ts';
import { consulServiceEntry, DATACENTRE_ANNOTATION, REGISTRY_LABEL, SERVICE_ANNOTATION } from './service-entry.ts';

export interface ConsulOptions {
  readonly name: string;
  readonly datacentres: readonly string[];
  readonly ask: AskConsul;
  /** Where its ServiceEntries go. */
  readonly namespace: string;
  readonly store: Store;
  readonly reader: ConfigReader;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly changed: (status: RegistryStatus) => void;
}

/** Consul's own servers register themselves under this name, with the port of their raft. */
const OWN_SERVICE = 'consul';
/** Each takes a held request at the agent. */
const MAX_SERVICES = 2000;

/**
 * Keeps a ServiceEntry in the store for each service of a Consul catalog: one blocking query for the list of services, one for the health of each.
 * While Consul does not answer, everything stays as it was last.
 */
export class ConsulRegistry implements Disposable {
  readonly #options: ConsulOptions;
  readonly #stop = new AbortController();
  readonly #datacentres: readonly Datacentre[];
  readonly #failing = new Map<string, string>();
  #status: RegistryStatus;

  constructor(options: ConsulOptions) {
    this.#options = options;
    const { name, datacentres, clock } = options;
    this.#status = { name, state: 'starting', services: 0, since: clock.now(), cause: undefined };
    const names: readonly (string | undefined)[] = datacentres.length === 0 ? [undefined] : datacentres;
    this.#datacentres = names.map((each, i) => this.#open(each, i === 0));
  }

  get status(): RegistryStatus {
    return this.#status;
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
    for (const datacentre of this.#datacentres) datacentre.close();
  }

  #open(name: string | undefined, isLocal: boolean): Datacentre {
    const { store, reader, namespace, ask, clock, random, logger } = this.#options;
    return new Datacentre({
      name,
      isLocal,
      namespace,
      ask,
      clock,
      random,
      logger,
      store,
      reader,
      signal: this.#stop.signal,
      answered: (path) => this.#answered(path),
      failed: (path, cause) => this.#failed(path, cause),
    });
  }

  #answered(path: string): void {
    this.#failing.delete(path);
    const [cause] = this.#failing.values();
    this.#become(cause === undefined ? 'synced' : 'failing', cause);
  }

  #failed(path: string, cause: string): void {
    this.#failing.set(path, cause);
    this.#become('failing', cause);
  }

  #become(state: RegistryStatus['state'], cause: string | undefined): void {
    const services = this.#datacentres?.reduce((sum, datacentre) => sum + datacentre.services, 0) ?? 0;
    const before = this.#status;
    const isNew = before.state !== state;
    this.#status = { ...before, state, cause, services, since: isNew ? this.#options.clock.now() : before.since };
    if (isNew) this.#options.changed(this.#status);
  }
}

interface DatacentreOptions extends Omit<ConsulOptions, 'name' | 'datacentres' | 'changed'> {
  /** Undefined: the agent's own, whatever it is called. */
  readonly name: string | undefined;
  readonly isLocal: boolean;
  readonly signal: AbortSignal;
  readonly answered: (path: string) => void;
  readonly failed: (path: string, cause: string) => void;
}

class Datacentre {
  readonly #options: DatacentreOptions;
  readonly #followed = new Map<string, AbortController>();

  constructor(options: DatacentreOptions) {
    this.#options = options;
    const path = this.#path('/v1/catalog/services');
    void this.#follow(path, options.signal, (body) => this.#list(body));
  }

  get services(): number {
    return this.#followed.size;
  }

  close(): void {
    for (const stop of this.#followed.values()) stop.abort();
  }

  #path(path: string): string {
    const { name } = this.#options;
    return name === undefined ? path : `${path}?dc=${encodeURIComponent(name)}`;
  }

  #follow(path: string, signal: AbortSignal, changed: (body: unknown) => void): Promise<void> {
    const { ask, clock, random, logger, answered, failed } = this.#options;
    return follow({
      path,
      ask,
      clock,
      random,
      signal,
      changed,
      answered: () => answered(path),
      failed: (cause, retryInMs) => {
        logger.warn('Consul does not answer; its services stay as they were', { path, cause, retryInMs });
        failed(path, cause);
      },
    });
  }

  #list(body: unknown): void {
    const names = isJsonObject(body) ? Object.keys(body).filter((name) => name !== OWN_SERVICE) : [];
    if (names.length > MAX_SERVICES) {
      this.#options.logger.error('Consul has more services than are followed', {
        services: names.length,
        MAX_SERVICES,
      });
    }
    const wanted = new Set(names.slice(0, MAX_SERVICES));
    for (const [name, stop] of this.#followed) {
      if (wanted.has(name)) continue;
      stop.abort();
      this.#followed.delete(name);
      // A query that is given up neither answers nor fails any more.
      this.#options.answered(this.#servicePath(name));
    }
    for (const name of wanted) {
      if (this.#followed.has(name)) continue;
      const stop = new AbortController();
      this.#followed.set(name, stop);
      const signal = AbortSignal.any([stop.signal, this.#options.signal]);
      void this.#follow(this.#servicePath(name), signal, (health) => this.#write(name, health));
    }
    this.#remove((service) => !wanted.has(service));
  }

  #servicePath(service: string): string {
    return this.#path(`/v1/health/service/${encodeURIComponent(service)}`);
  }

  #write(service: string, health: unknown): void {
    const { store, reader, logger } = this.#options;
    const object = consulServiceEntry(service, health, this.#options);
    if (object === undefined) {
      this.#remove((each) => each === service);
      return;
    }
    const key = keyOf(object);
    const before = store.get(key);
    if (before !== undefined && isSame(before, object)) return;
    const owner = before?.metadata.annotations?.[SERVICE_ANNOTATION];
    if (before !== undefined && (owner !== service || store.originOf(key)?.kind !== 'api')) {
      logger.error('a service of Consul is left out: its name is taken', { service, by: describeKey(key) });
      return;
    }
    const decoded = reader.object(object, describeKey(key));
    const problems = decoded.issues.filter(({ severity }) => severity === 'error');
    if (problems.length > 0) {
      const cause = problems.map(({ at, message }) => `${at}: ${message}`).join('; ');
      logger.error('a service of Consul is left out: it makes no valid ServiceEntry', { service, cause });
      return;
    }
    store.transact([{ type: 'put', object }]);
  }

  /** Of this datacentre's, those whose service `goes` names. */
  #remove(goes: (service: string) => boolean): void {
    const { store, namespace } = this.#options;
    const keys: ObjectKey[] = [];
    for (const object of store.list({ kind: 'ServiceEntry', namespace }).objects) {
      const { labels, annotations } = object.metadata;
      const service = annotations?.[SERVICE_ANNOTATION];
      if (labels?.[REGISTRY_LABEL] !== 'consul' || service === undefined || !this.#isHere(object)) continue;
      if (goes(service) && store.originOf(keyOf(object))?.kind === 'api') keys.push(keyOf(object));
    }
    if (keys.length > 0) store.transact(keys.map((key) => ({ type: 'delete', key })));
  }

  /** Names of the local datacentre's objects have no dot; those of others end in theirs. */
  #isHere(object: StoredObject): boolean {
    const { name, isLocal } = this.#options;
    const datacentre = object.metadata.annotations?.[DATACENTRE_ANNOTATION];
    return name === undefined
      ? !object.metadata.name.includes('.')
      : datacentre === name && isLocal !== object.metadata.name.includes('.');
  }
}

function isSame(before: StoredObject, after: StoredObject): boolean {
  const { labels, annotations } = after.metadata;
  return (
    isDeepStrictEqual(before['spec'], after['spec']) &&
    isDeepStrictEqual(before.metadata.labels, labels) &&
    isDeepStrictEqual(before.metadata.annotations, annotations) &&
    printKey(keyOf(before)) === printKey(keyOf(after))
  );
}
