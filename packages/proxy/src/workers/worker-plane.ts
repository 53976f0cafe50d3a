/**
 * A data plane of several threads. The main thread, which runs this, follows the control plane and serves admin; each worker has its
 * listeners, pools and balancers, and counts for itself. An update counts as taken when every worker has swapped.
 */
import { toBinary } from '@bufbuild/protobuf';
import type { Issue, LogControl, Logger } from '@weft/base';
import type { Rejection, ResourceKind, XdsUpdate } from '@weft/xds/client';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Bootstrap } from '../bootstrap/bootstrap.ts';
import type { SocketsByAddress } from '../handover/inheritance.ts';
import type { OverloadConfig } from '../overload/overload-config.ts';
import { type PlaneDeps, staticUpdate } from '../runtime/data-plane.ts';
import type { BoundListener, Plane, PlaneEvents, Subscriptions } from '../runtime/plane.ts';
import type { ResourceBook } from '../runtime/resource-book.ts';
import type { StatsRegistry } from '../telemetry/registry.ts';
import { encodeUpdate } from './encode-update.ts';
import { GatheredView } from './gathered-view.ts';
import type { EncodedUpdate, FromWorker, RequestName, Requests, ToWorker, WorkerStart } from './messages.ts';
import { shareOverload } from './share-overload.ts';
import { createSharedTable } from './shared-cells.ts';
import { SubscriptionUnion } from './subscription-union.ts';
import { WorkerLink, type WorkerNews } from './worker-link.ts';

const { Worker } = process.getBuiltinModule('node:worker_threads');

/** As small as the main thread keeps its own (docs/decisions/0190): V8 would let each grow to 32 MiB. */
const YOUNG_GENERATION_MIB = 2;

export interface WorkerPlaneParts extends PlaneDeps {
  readonly concurrency: number;
  readonly node: Bootstrap['node'];
  readonly overload: OverloadConfig;
  readonly events: PlaneEvents;
  /** The main thread's own statistics. */
  readonly stats: StatsRegistry;
  readonly book: ResourceBook;
  readonly logControl: LogControl;
  /** What each thread takes over from the process before this one. */
  readonly inherited: readonly SocketsByAddress[];
}

export class WorkerPlane implements Plane {
  readonly view: GatheredView;
  readonly #parts: WorkerPlaneParts;
  readonly #links: readonly WorkerLink[];
  readonly #workers: readonly InstanceType<typeof Worker>[];
  readonly #loggers: readonly Logger[];
  readonly #answered = new Set<ResourceKind>();
  readonly #overdue = new Set<string>();
  #subscriptions: SubscriptionUnion | undefined = undefined;
  #closing = false;

  constructor(parts: WorkerPlaneParts) {
    this.#parts = parts;
    const table = createSharedTable();
    const indexes = Array.from({ length: parts.concurrency }, (_, index) => index);
    this.#loggers = indexes.map((worker) => parts.logger.with({ worker }));
    this.#workers = indexes.map((index) => this.#startWorker(index, table));
    this.#links = this.#workers.map((worker, index) => this.#link(worker, index));
    this.view = new GatheredView(this.#links, parts.stats);
  }

  #startWorker(index: number, sharedTable: SharedArrayBuffer): InstanceType<typeof Worker> {
    const { concurrency: count, node, overload, logControl, inherited } = this.#parts;
    const workerData: WorkerStart = {
      index,
      count,
      node: toBinary(NodeSchema, node),
      overload: shareOverload(overload, index, count),
      logLevel: logControl.level,
      sharedTable,
      inherited: inherited[index],
    };
    return new Worker(new URL('./main.ts', import.meta.url), {
      name: `worker-${index}`,
      workerData,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MIB },
    });
  }

  #link(worker: InstanceType<typeof Worker>, index: number): WorkerLink {
    const port = { postMessage: (message: ToWorker) => worker.postMessage(message) };
    const link = new WorkerLink(index, port, (news, from) => this.#onNews(news, from));
    worker.on('message', (message: FromWorker) => link.receive(message));
    worker.on('error', (error) => this.#crashed(link, error));
    worker.on('exit', (code) => {
      if (!this.#closing) this.#crashed(link, new Error(`worker ${index} ended with exit code ${code}`));
    });
    return link;
  }

  /**
   * What threw left state behind that nobody knows, some of it shared with the other workers. With one thread the same error would have
   * ended the process, and does so here: whoever runs it starts it again.
   */
  #crashed(link: WorkerLink, error: unknown): void {
    const cause = error instanceof Error ? error : new Error(String(error));
    link.end(cause);
    if (this.#closing) return;
    this.#closing = true;
    this.#parts.logger.error('a worker thread crashed; the process ends', {
      worker: link.index,
      stack: cause.stack ?? cause.message,
    });
    process.nextTick(() => {
      throw cause;
    });
  }

  #onNews(news: WorkerNews, from: WorkerLink): void {
    const { events, stdout, stderr } = this.#parts;
    switch (news.type) {
      case 'progress':
        events.onProgress();
        break;
      case 'subscribe':
        this.#subscriptions?.subscribe(from.index, news.kind, news.names);
        break;
      case 'unsubscribe':
        this.#subscriptions?.unsubscribe(from.index, news.kind, news.names);
        break;
      case 'bind':
        events.onBind(news.name, news.failure);
        break;
      case 'secretOverdue':
        // Every worker misses it; it is said once.
        if (!this.#overdue.has(news.name)) events.onSecretOverdue(news.name);
        this.#overdue.add(news.name);
        break;
      case 'log':
        if (news.level !== 'off') this.#loggers[from.index]?.[news.level](news.message, news.fields);
        break;
      case 'print':
        (news.stream === 'stdout' ? stdout : stderr)(news.text);
        break;
      case 'health':
        for (const link of this.#links) if (link !== from) link.tell({ type: 'health', news: news.news });
        break;
    }
  }

  #all<K extends RequestName>(what: K, ask: Requests[K]['ask']): Promise<readonly Requests[K]['answer'][]> {
    return Promise.all(this.#links.map((link) => link.ask(what, ask)));
  }

  #tell(message: Exclude<ToWorker, { readonly type: 'ask' }>): void {
    for (const link of this.#links) link.tell(message);
  }

  async putStatic(bootstrap: Bootstrap): Promise<readonly string[]> {
    const updates = encodeStatic(bootstrap);
    const failures = await this.#all('static', updates);
    return [...new Set(failures.flat())];
  }

  async update(update: XdsUpdate): Promise<readonly Rejection[]> {
    const answers = await this.#all('update', encodeUpdate(update));
    const rejections = distinct(answers.flat());
    this.#note(update, rejections);
    this.#answered.add(update.kind);
    this.#parts.events.onProgress();
    return rejections;
  }

  #note(update: XdsUpdate, rejections: readonly Rejection[]): void {
    const { book, clock } = this.#parts;
    for (const { name, version, message } of update.resources) {
      const reasons = rejections.filter((rejection) => rejection.name === name);
      const is = version || update.version;
      if (reasons.length === 0) book.accepted(update.kind, name, message, is, clock.now(), true);
      else book.refused(update.kind, name, is, reasons.map(asIssue), clock.now());
    }
    for (const name of update.removed) book.removed(update.kind, name);
  }

  connected(): void {
    this.#links[0]?.tell({ type: 'connected' });
  }

  disconnected(reason: string, retryInMs: number): void {
    this.#links[0]?.tell({ type: 'disconnected', reason, retryInMs });
  }

  follow(subscriptions: Subscriptions): void {
    this.#subscriptions = new SubscriptionUnion(subscriptions);
    this.#tell({ type: 'follow' });
  }

  answered(kind: ResourceKind): boolean {
    return this.#answered.has(kind);
  }

  get warming(): number {
    return Math.max(...this.#links.map(({ state }) => state.warming));
  }

  async bound(): Promise<void> {
    await this.#all('bound', null);
  }

  listeners(): readonly BoundListener[] {
    // Those that cannot be shared are bound by the first only.
    return this.#links[0]?.state.listeners ?? [];
  }

  sockets(): readonly SocketsByAddress[] {
    return this.#links.map(({ state }) => state.sockets);
  }

  closeUnused(): void {
    this.#tell({ type: 'closeUnused' });
  }

  discourage(inboundOnly: boolean): void {
    this.#tell({ type: 'discourage', inboundOnly });
  }

  async stopAccepting(): Promise<void> {
    await this.#all('stopAccepting', null);
  }

  async drain(inboundOnly: boolean): Promise<void> {
    await this.#all('drain', { inboundOnly });
  }

  async idle(): Promise<void> {
    await this.#all('idle', null);
  }

  reopenLogs(): void {
    this.#tell({ type: 'reopenLogs' });
  }

  logLevelChanged(): void {
    this.#tell({ type: 'logLevel', level: this.#parts.logControl.level });
  }

  async close(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#all('close', null);
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

function encodeStatic(bootstrap: Bootstrap): readonly EncodedUpdate[] {
  const { secrets, listeners, ads } = bootstrap;
  const clusters = bootstrap.clusters.filter(({ name }) => name !== ads?.clusterName);
  return [staticUpdate('secret', secrets), staticUpdate('cluster', clusters), staticUpdate('listener', listeners)].map(
    encodeUpdate,
  );
}

/** Workers refuse the same for the same reasons. */
function distinct(rejections: readonly Rejection[]): readonly Rejection[] {
  return [...new Map(rejections.map((each) => [`${each.name}\n${each.at}\n${each.message}`, each])).values()];
}

function asIssue({ at, message }: Rejection): Issue {
  return { severity: 'error', code: 'refused', at, message };
}
