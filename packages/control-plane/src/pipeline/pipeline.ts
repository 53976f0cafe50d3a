import type { Clock, Issue, Logger } from '@weft/base';
import type { MeshConfig, Resource } from '@weft/config';
import { buildSnapshot, decodeNode, type MeshProxy, type Node, proxyOf, type Snapshot } from '@weft/mesh';
import { translate } from '@weft/translate';
import type { ConnectedProxy, ProxyConfigSource } from '@weft/xds';
import type { Metrics } from '../metrics.ts';
import type { AutoRegistration } from '../registries/auto-registration.ts';
import { type ObjectKey, printKey } from '../store/object.ts';
import type { Store, WatchEvent } from '../store/store.ts';
import { Debounce } from './debounce.ts';
import { SetEncoder } from './encode-set.ts';
import { EndpointChange, isEndpointChange } from './endpoint-change.ts';
import type { OwnerCleanup } from './owner-cleanup.ts';
import type { StoredResources } from './resources.ts';

export interface Change {
  readonly key: ObjectKey;
  readonly change: 'added' | 'modified' | 'deleted';
}

export interface PipelineListener {
  /** Every proxy was given `revision`. `since`: monotonic time of the first change in it. */
  pushed(revision: number, changes: readonly Change[], issues: readonly Issue[], since: number): void;
  proxy(change: 'connected' | 'disconnected', nodeId: string, connected: number): void;
}

export interface PipelineDeps {
  readonly store: Store;
  readonly resources: StoredResources;
  readonly meshConfigOf: (resources: readonly Resource[]) => MeshConfig | undefined;
  readonly owners: OwnerCleanup;
  readonly registration: AutoRegistration;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly listener: PipelineListener;
}

export interface PipelineSettings {
  readonly quietMs: number;
  readonly maxDelayMs: number;
  readonly domain: string | undefined;
  readonly clusterId: string | undefined;
}

/** A connected proxy with its decoded identity. */
export interface PipelineClient {
  readonly proxy: ConnectedProxy;
  readonly node: Node;
  /** What was odd about its configuration. The messages themselves are not kept: thousands of proxies would hold them all. */
  readonly issues: readonly Issue[];
}

type Client = { -readonly [K in keyof PipelineClient]: PipelineClient[K] } & {
  /** What it was given last. */
  snapshot: Snapshot | undefined;
};

/** Other work gets its turn after this long, so that a push to thousands of proxies does not stop the answers to any. */
const SLICE_MS = 20;

/** Endpoint changes that keep coming are pushed after this long, whatever the maximum for other changes. */
const ENDPOINT_DELAY_MS = 250;

const CHANGE = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const;

/** The ADS server's generation 0 means "nothing"; an empty store has version 0 and is still something to send. */
export function generationOf(revision: number): number {
  return revision + 1;
}

/** Store → snapshot → translation → sets for the ADS server. */
export class Pipeline implements ProxyConfigSource, Disposable {
  readonly #deps: PipelineDeps;
  readonly #settings: PipelineSettings;
  readonly #clients = new Map<number, Client>();
  readonly #encoder = new SetEncoder();
  readonly #debounce: Debounce;
  readonly #stop: Disposable;
  readonly #changes = new Map<string, Change>();
  #snapshot: Snapshot;
  #revision: number;
  #closed = false;
  #pushing = false;
  /** Monotonic time of the first change that waits for the push under way. */
  #waitingSince: number | undefined;
  /** How long the last push of endpoints took. */
  #endpointPushMs = 0;

  constructor(deps: PipelineDeps, settings: PipelineSettings) {
    this.#deps = deps;
    this.#settings = settings;
    this.#snapshot = this.#build(undefined);
    this.#revision = deps.store.version;
    this.#debounce = new Debounce(deps.clock, settings.quietMs, settings.maxDelayMs, (since) => this.#rebuild(since));
    for (const object of deps.store.list().objects) deps.owners.noticed(object);
    this.#stop = deps.store.watch(deps.store.version, (event) => this.#changed(event));
  }

  /** The newest store version that the snapshot contains. */
  get revision(): number {
    return this.#revision;
  }

  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** Everybody connected, oldest first. */
  clients(): readonly PipelineClient[] {
    return [...this.#clients.values()];
  }

  client(nodeId: string): PipelineClient | undefined {
    return this.clients().find(({ node }) => node.id === nodeId);
  }

  connected(proxy: ConnectedProxy): void {
    const { listener, metrics, logger, owners } = this.#deps;
    const decoded = decodeNode({
      id: proxy.node.id,
      metadata: proxy.node.metadata,
      locality: proxy.node.locality,
      userAgentName: proxy.node.userAgentName,
    });
    if (!decoded.ok) {
      const reasons = decoded.issues.map(
        ({ at, message, expected }) => `${at}: ${message}${expected === undefined ? '' : ` (expected ${expected})`}`,
      );
      proxy.disconnect(reasons.join('; '));
      return;
    }
    const { connection } = proxy;
    const refusal = this.#deps.registration.connected({
      connection,
      node: decoded.value,
      metadata: proxy.node.metadata,
    });
    if (refusal !== undefined) {
      proxy.disconnect(refusal);
      return;
    }
    const client: Client = { proxy, node: decoded.value, issues: [], snapshot: undefined };
    this.#clients.set(proxy.connection, client);
    metrics.set('pilot_xds', this.#clients.size);
    logger.info('a proxy connected', { node: proxy.node.id, proxies: this.#clients.size });
    owners.connected(proxy.node.id);
    listener.proxy('connected', proxy.node.id, this.#clients.size);
    this.#give(client);
  }

  disconnected(proxy: ConnectedProxy, reason: string): void {
    if (!this.#clients.delete(proxy.connection)) return;
    const { listener, metrics, logger, owners } = this.#deps;
    metrics.set('pilot_xds', this.#clients.size);
    logger.info('a proxy disconnected', { node: proxy.node.id, reason, proxies: this.#clients.size });
    if (this.#closed) return;
    owners.disconnected(proxy.node.id);
    this.#deps.registration.disconnected(proxy.connection);
    listener.proxy('disconnected', proxy.node.id, this.#clients.size);
  }

  health(proxy: ConnectedProxy, problem: string | undefined): void {
    this.#deps.registration.health(proxy.connection, problem);
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#stop[Symbol.dispose]();
    this.#debounce[Symbol.dispose]();
  }

  #changed(event: WatchEvent): void {
    const id = printKey(event.key);
    this.#deps.metrics.add('pilot_inbound_updates', { type: event.key.kind });
    this.#changes.set(id, { key: event.key, change: CHANGE[event.type] });
    if (event.type !== 'DELETED') this.#deps.owners.noticed(event.object);
    // An endpoint that is gone costs requests. The longer a push takes the more changes it takes along.
    const urgent = isEndpointChange(event);
    this.#debounce.call(urgent ? Math.max(ENDPOINT_DELAY_MS, 2 * this.#endpointPushMs) : undefined);
  }

  #build(previous: Snapshot | undefined): Snapshot {
    const { resources, meshConfigOf, metrics } = this.#deps;
    const all = resources.all();
    const meshConfig = meshConfigOf(all);
    const { domain, clusterId } = this.#settings;
    const snapshot = buildSnapshot(all, {
      ...(domain !== undefined && { domain }),
      ...(clusterId !== undefined && { clusterId }),
      ...(meshConfig !== undefined && { meshConfig }),
      ...(previous !== undefined && { previous }),
    });
    metrics.set('pilot_services', snapshot.services.length);
    return snapshot;
  }

  #rebuild(since: number): void {
    if (this.#pushing) {
      this.#waitingSince = Math.min(since, this.#waitingSince ?? since);
      return;
    }
    const revision = this.#deps.store.version;
    const before = this.#snapshot;
    try {
      this.#snapshot = this.#build(before);
    } catch (error) {
      // A bug in building must not take down what runs; the proxies keep the snapshot before it.
      this.#fail('the mesh snapshot could not be built; proxies keep the one before', error);
      return;
    }
    this.#revision = revision;
    this.#encoder.startGeneration();
    const changes = [...this.#changes.values()];
    this.#changes.clear();
    const keys = changes.map(({ key }) => key);
    const step = EndpointChange.between(before, this.#snapshot, keys);
    this.#deps.metrics.add('pilot_push_triggers', { type: step === undefined ? 'config' : 'endpoint' });
    const issues: Issue[] = [...this.#snapshot.issues, ...this.#deps.resources.issues];
    const started = this.#deps.clock.monotonic();
    this.#pushing = true;
    this.#push([...this.#clients.values()], 0, before, step, issues, () => {
      this.#pushing = false;
      if (step !== undefined) this.#endpointPushMs = this.#deps.clock.monotonic() - started;
      this.#deps.listener.pushed(revision, changes, unique(issues), since);
      if (this.#waitingSince === undefined) return;
      const waiting = this.#waitingSince;
      this.#waitingSince = undefined;
      this.#rebuild(waiting);
    });
  }

  /** Gives `clients` from `index` on the current snapshot, in slices. One push ends before the next begins. */
  #push(
    clients: readonly Client[],
    index: number,
    before: Snapshot,
    step: EndpointChange | undefined,
    issues: Issue[],
    done: () => void,
  ): void {
    const start = this.#deps.clock.monotonic();
    let next = index;
    while (next < clients.length && this.#deps.clock.monotonic() - start < SLICE_MS) {
      const client = clients[next++];
      if (client === undefined || !this.#clients.has(client.proxy.connection)) continue;
      if (client.snapshot === this.#snapshot) continue;
      if (step !== undefined && client.snapshot === before && this.#giveEndpoints(client, step)) continue;
      for (const issue of this.#give(client)) issues.push(issue);
    }
    if (next >= clients.length) done();
    else
      setImmediate(() => {
        if (!this.#closed) this.#push(clients, next, before, step, issues, done);
      });
  }

  /** False when this proxy needs more than new endpoints. */
  #giveEndpoints(client: Client, step: EndpointChange): boolean {
    const { proxy, node } = client;
    if (proxy.assigned === undefined) return false;
    try {
      const part = step.translate(node);
      const set = part === undefined ? undefined : this.#encoder.patchEndpoints(part, proxy.assigned);
      if (set === undefined) return false;
      client.snapshot = this.#snapshot;
      proxy.assign(set, generationOf(this.#revision));
      return true;
    } catch (error) {
      this.#fail(`endpoints for ${node.id} could not be translated; its whole configuration is translated anew`, error);
      return false;
    }
  }

  #give(client: Client): readonly Issue[] {
    const { proxy, node } = client;
    try {
      const meshProxy: MeshProxy = proxyOf(this.#snapshot, node);
      const translated = translate(this.#snapshot, meshProxy);
      client.issues = translated.issues;
      client.snapshot = this.#snapshot;
      proxy.assign(this.#encoder.encode(translated, proxy.assigned), generationOf(this.#revision));
      return translated.issues;
    } catch (error) {
      this.#deps.metrics.add('pilot_total_xds_internal_errors');
      const message = this.#fail(`configuration for ${node.id} could not be translated; it keeps what it has`, error);
      return [{ severity: 'error', code: 'translation-failed', at: '', message, resource: `node ${node.id}` }];
    }
  }

  #fail(message: string, error: unknown): string {
    this.#deps.logger.error(message, {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return `${message}: ${String(error)}`;
  }
}

/** Many proxies meet the same conflict; people hear of it once. */
function unique(issues: readonly Issue[]): readonly Issue[] {
  const seen = new Map<string, Issue>();
  for (const issue of issues) {
    const { code, resource, at, message, position } = issue;
    seen.set([code, resource, at, message, position?.file, position?.line].join('\0'), issue);
  }
  return [...seen.values()];
}
