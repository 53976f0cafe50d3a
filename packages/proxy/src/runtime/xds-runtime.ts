/**
 * Applies xDS updates: each resource is compiled beside the old one and swapped in, or refused with the reasons, which become the NACK.
 * Follows what is referenced: EDS names from clusters, RDS names from listeners, SDS names from both.
 */
import type { Logger } from '@weft/base';
import { compileRouteTable } from '@weft/engine';
import type { AdsHandler, Rejection, ResourceKind, XdsUpdate } from '@weft/xds/client';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { decodeRouteFilterConfig } from '../filters/network/http-connection-manager/http-filters.ts';
import type { ConfigStats } from '../telemetry/server-stats.ts';
import type { SecretStore } from '../tls/secret-store.ts';
import type { ClusterManager, Outcome } from './cluster-manager.ts';
import { type EndpointResources, type EndpointUpdate, endpointSlices } from './endpoint-slices.ts';
import type { ListenerManager } from './listener-manager.ts';
import type { Subscriptions } from './plane.ts';
import type { BookKeeper } from './resource-book.ts';
import type { RouteSources } from './route-sources.ts';

const ACCEPTED: Outcome = [];
const NOT_ASKED_FOR: Outcome = [
  { severity: 'error', code: 'unsupported-kind', at: '', message: 'this proxy did not ask for this kind' },
];

interface Named<M> {
  readonly name: string;
  readonly message: M;
}

/** Lets the event loop look for what is readable, which is between one immediate and the next. */
function nextRound(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

export interface XdsRuntimeParts {
  readonly clusters: ClusterManager;
  readonly listeners: ListenerManager;
  readonly routes: RouteSources;
  readonly secrets: SecretStore;
  readonly book: BookKeeper;
  readonly stats: ConfigStats;
  readonly logger: Logger;
  readonly nowMs: () => number;
  /** Something changed that readiness may depend on. */
  readonly onProgress: () => void;
}

export class XdsRuntime implements AdsHandler {
  readonly #parts: XdsRuntimeParts;
  readonly #answered = new Set<ResourceKind>();
  #client: Subscriptions | undefined = undefined;
  #endpointNames: readonly string[] = [];
  #routeNames: readonly string[] = [];
  #secretNames: readonly string[] = [];

  constructor(parts: XdsRuntimeParts) {
    this.#parts = parts;
  }

  follow(client: Subscriptions): void {
    this.#client = client;
    this.#subscribe();
  }

  /** Whether the control plane has answered for this kind. */
  answered(kind: ResourceKind): boolean {
    return this.#answered.has(kind);
  }

  connected(): void {
    this.#parts.stats.controlPlaneConnected.set(1);
  }

  disconnected(reason: string, retryInMs: number): void {
    this.#parts.stats.controlPlaneConnected.set(0);
    this.#parts.logger.warn('the control plane is away; what was received stays in force', {
      reason,
      retryInMs: Math.round(retryInMs),
    });
  }

  /** Takes resources of the bootstrap file, which nobody is to be told about. */
  putStatic(update: XdsUpdate): readonly Outcome[] {
    const outcomes = this.#putAll(update);
    if (update.kind === 'secret') for (const { name } of update.resources) this.#parts.secrets.makeStatic(name);
    return outcomes;
  }

  /** Takes an update; one of many endpoints in slices, between which requests are served. */
  update(update: XdsUpdate): readonly Rejection[] | Promise<readonly Rejection[]> {
    const slices = update.kind === 'endpoint' ? endpointSlices(update.resources) : undefined;
    if (update.kind !== 'endpoint' || slices === undefined) return this.#finish(update, this.#take(update));
    return this.#takeSlices(update, slices);
  }

  async #takeSlices(update: EndpointUpdate, slices: readonly EndpointResources[]): Promise<readonly Rejection[]> {
    const rejections: Rejection[] = [];
    for (const resources of slices) {
      await nextRound();
      this.#each({ ...update, resources }, (message) => {
        this.#parts.clusters.prepareEndpoints(message);
        return ACCEPTED;
      });
      await nextRound();
      rejections.push(...this.#take({ ...update, resources }));
    }
    return this.#finish(update, rejections);
  }

  /** Puts resources into force and writes down how that went. */
  #take(update: XdsUpdate): readonly Rejection[] {
    const { book, nowMs, logger } = this.#parts;
    const rejections: Rejection[] = [];
    const outcomes = this.#putAll(update);
    for (const [i, resource] of update.resources.entries()) {
      const issues = outcomes[i] ?? ACCEPTED;
      if (issues.length === 0) {
        book.accepted(update.kind, resource.name, resource.message, resource.version || update.version, nowMs(), true);
        continue;
      }
      book.refused(update.kind, resource.name, resource.version || update.version, issues, nowMs());
      for (const issue of issues) {
        logger.warn('refused a resource', {
          kind: update.kind,
          name: resource.name,
          at: issue.at,
          cause: issue.message,
        });
        rejections.push({
          name: resource.name,
          at: issue.at,
          message: issue.expected === undefined ? issue.message : `${issue.message} (expected ${issue.expected})`,
        });
      }
    }
    return rejections;
  }

  /** What an update brings about when all of its resources were taken. */
  #finish(update: XdsUpdate, rejections: readonly Rejection[]): readonly Rejection[] {
    for (const name of update.removed) this.#remove(update.kind, name);
    this.#answered.add(update.kind);
    this.#count(update.kind, rejections.length === 0);
    this.#parts.clusters.settle();
    this.#parts.listeners.settle();
    this.#subscribe();
    this.#parts.onProgress();
    return rejections;
  }

  #putAll(update: XdsUpdate): readonly Outcome[] {
    const { clusters, listeners, secrets } = this.#parts;
    switch (update.kind) {
      case 'cluster':
        return this.#each(update, (message) => clusters.put(message));
      case 'endpoint':
        return this.#each(update, (message) => clusters.putEndpoints(message));
      case 'listener':
        return this.#each(update, (message) => listeners.put(message));
      case 'route':
        return this.#each(update, (message) => this.#putRoutes(message));
      case 'secret':
        return this.#each(update, (message) => secrets.put(message));
      case 'extensionConfig':
        return this.#each(update, () => NOT_ASKED_FOR);
      case 'nameTable':
        return this.#each(update, () => NOT_ASKED_FOR);
    }
  }

  /** An exception while compiling is a bug of ours; it costs the resource, not the process. */
  #each<M>(
    update: { readonly kind: ResourceKind; readonly resources: readonly Named<M>[] },
    put: (message: M) => Outcome,
  ): readonly Outcome[] {
    return update.resources.map(({ name, message }) => {
      try {
        return put(message);
      } catch (error) {
        const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
        this.#parts.logger.error('compiling a resource threw', { kind: update.kind, name, stack });
        return [
          { severity: 'error', code: 'internal', at: '', message: `internal error while compiling: ${String(error)}` },
        ];
      }
    });
  }

  #putRoutes(message: RouteConfiguration): Outcome {
    const table = compileRouteTable(message, { decodeFilterConfig: decodeRouteFilterConfig });
    if (!table.ok) return table.issues;
    this.#parts.routes.get(message.name).current = table.value;
    return ACCEPTED;
  }

  #remove(kind: ResourceKind, name: string): void {
    const { clusters, listeners, routes, secrets, book, stats } = this.#parts;
    book.removed(kind, name);
    switch (kind) {
      case 'cluster':
        clusters.remove(name);
        stats.clusterRemoved.inc();
        break;
      case 'endpoint':
        clusters.removeEndpoints(name);
        break;
      case 'listener':
        listeners.remove(name);
        stats.listenerRemoved.inc();
        break;
      case 'route':
        routes.get(name).current = undefined;
        break;
      case 'secret':
        secrets.remove(name);
        break;
      case 'extensionConfig':
      case 'nameTable':
        break;
    }
  }

  #count(kind: ResourceKind, ok: boolean): void {
    const { stats, clusters, listeners } = this.#parts;
    if (kind === 'cluster') (ok ? stats.cdsUpdateSuccess : stats.cdsUpdateRejected).inc();
    if (kind === 'listener') (ok ? stats.ldsUpdateSuccess : stats.ldsUpdateRejected).inc();
    stats.activeClusters.set(clusters.all().length);
    stats.warmingClusters.set(clusters.warming);
    stats.totalListenersActive.set(listeners.all().length);
    stats.totalListenersWarming.set(listeners.warming);
    stats.totalListenersDraining.set(listeners.draining);
  }

  /** Asks for what is referenced now and was not before, and for nothing that no longer is. */
  #subscribe(): void {
    const client = this.#client;
    if (client === undefined) return;
    const endpoints = this.#parts.clusters.endpointNames();
    const routes = this.#parts.listeners.routeNames();
    const named = new Set([...this.#parts.listeners.secretNames(), ...this.#parts.clusters.secretNames()]);
    const secrets = [...named].filter((name) => !this.#parts.secrets.isStatic(name));
    this.#parts.secrets.await(secrets);
    change(client, 'endpoint', this.#endpointNames, endpoints);
    change(client, 'route', this.#routeNames, routes);
    change(client, 'secret', this.#secretNames, secrets);
    this.#secretNames = secrets;
    this.#endpointNames = endpoints;
    this.#routeNames = routes;
  }
}

function change(client: Subscriptions, kind: ResourceKind, before: readonly string[], now: readonly string[]): void {
  const old = new Set(before);
  const wanted = new Set(now);
  const added = now.filter((name) => !old.has(name));
  const gone = before.filter((name) => !wanted.has(name));
  if (added.length > 0) client.subscribe(kind, added);
  if (gone.length > 0) client.unsubscribe(kind, gone);
}
