/** What the admin interface reads of several threads: what they answered when it was gathered last. */
import type { MemoryView, PlaneCluster, PlaneView } from '../runtime/plane.ts';
import type { SeriesSource, Stat, StatsRegistry } from '../telemetry/registry.ts';
import { Counter } from '../telemetry/stat.ts';
import { mergeClusters } from './merge-clusters.ts';
import { mergeStats } from './merge-stats.ts';
import { SnapshotReader } from './stats-snapshot.ts';
import type { WorkerLink } from './worker-link.ts';

export class GatheredView implements PlaneView {
  readonly stats: SeriesSource;
  readonly #links: readonly WorkerLink[];
  readonly #own: StatsRegistry;
  readonly #readers: readonly SnapshotReader[];
  #workerStats: readonly Stat[] = [];
  #clusters: readonly PlaneCluster[] = [];
  #connections = 0;
  #memories: readonly MemoryView[] = [];
  #gathering: Promise<void> | undefined = undefined;

  /** `own` are the statistics of the main thread. */
  constructor(links: readonly WorkerLink[], own: StatsRegistry) {
    this.#links = links;
    this.#own = own;
    this.#readers = links.map(() => new SnapshotReader());
    this.stats = { stats: () => this.#merged() };
  }

  /** Who asks while others are waiting gets what they get. */
  gather(): Promise<void> {
    this.#gathering ??= this.#gather().finally(() => {
      this.#gathering = undefined;
    });
    return this.#gathering;
  }

  async #gather(): Promise<void> {
    const all = await Promise.all(this.#links.map((link) => link.ask('gather', null)));
    this.#workerStats = mergeStats(all.map(({ stats }, i) => this.#readers[i]?.read(stats) ?? []));
    this.#clusters = mergeClusters(all.map(({ clusters }) => clusters));
    this.#connections = all.reduce((sum, { connections }) => sum + connections, 0);
    this.#memories = all.map(({ memory }) => memory);
  }

  /** What the process counts, and then what its workers do. The few that both have are added up. */
  #merged(): Iterable<Stat> {
    const own = [...this.#own.stats()];
    const names = new Set(own.map(({ name }) => name));
    const both = this.#workerStats.filter(({ name }) => names.has(name));
    const rest = this.#workerStats.filter(({ name }) => name === '' || !names.has(name));
    return [...mergeStats([own, both]), ...rest];
  }

  clusters(): readonly PlaneCluster[] {
    return this.#clusters;
  }

  isWarming(kind: 'cluster' | 'listener', name: string): boolean {
    return this.#links.some(({ state }) =>
      (kind === 'cluster' ? state.warmingClusters : state.warmingListeners).includes(name),
    );
  }

  connections(): number {
    return this.#connections;
  }

  /** The process's resident memory, and the heaps of all threads. */
  memory(): MemoryView {
    const sum = { ...process.memoryUsage() };
    for (const { heapUsed, heapTotal, external } of this.#memories) {
      sum.heapUsed += heapUsed;
      sum.heapTotal += heapTotal;
      sum.external += external;
    }
    return sum;
  }

  resetCounters(): void {
    for (const { handle } of this.#own.stats()) if (handle instanceof Counter) handle.value = 0;
    for (const link of this.#links) link.tell({ type: 'resetCounters' });
  }
}
