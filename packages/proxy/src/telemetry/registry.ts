/**
 * Every statistic of the process by name.   in: scopes that declare their statistics   out: /stats and /stats/prometheus
 *
 * A statistic has two names: Envoy's dotted one (`cluster.outbound|80||a.upstream_rq_total`) and a Prometheus family with labels
 * (`envoy_cluster_upstream_rq_total{cluster_name="outbound|80||a"}`). Labels are declared, never parsed back out of the name, because
 * a cluster name may itself contain dots.
 */
import { Counter, Gauge, Histogram } from './stat.ts';

/** `[name, value, …]` pairs in the order they are written. */
export type Labels = readonly (readonly [name: string, value: string])[];

export type StatHandle = Counter | Gauge | Histogram;

export interface Stat {
  /** Envoy's dotted name, unique in the process; empty for series that exist in Prometheus text only (`istio_*`). */
  readonly name: string;
  /** The Prometheus family, such as `envoy_cluster_upstream_rq_total`. */
  readonly family: string;
  readonly labels: Labels;
  readonly handle: StatHandle;
}

/** A named group of statistics that appears and goes away together, such as all of one cluster. */
export class StatScope {
  readonly prefix: string;
  readonly stats: Stat[] = [];
  readonly #family: string;
  readonly #labels: Labels;

  /**
   * @param prefix start of the dotted names with its last dot: `cluster.orders.`
   * @param family start of the Prometheus families with its last underscore: `envoy_cluster_`
   */
  constructor(prefix: string, family: string, labels: Labels) {
    this.prefix = prefix;
    this.#family = family;
    this.#labels = labels;
  }

  counter(name: string): Counter {
    return this.#add(name, new Counter());
  }

  gauge(name: string): Gauge {
    return this.#add(name, new Gauge());
  }

  histogram(name: string): Histogram {
    return this.#add(name, new Histogram());
  }

  #add<H extends StatHandle>(name: string, handle: H): H {
    // `upstream_rq_2xx` is one family with a label, as Istio's bootstrap extracts it: response_code_class="2xx".
    const byClass = /^(.*_rq)_(\dxx)$/.exec(name);
    const family = this.#family + (byClass?.[1] ?? name).replace(/[^a-zA-Z0-9_]/g, '_');
    const labels: Labels =
      byClass === null ? this.#labels : [...this.#labels, ['response_code_class', byClass[2] ?? ''] as const];
    this.stats.push({ name: this.prefix + name, family, labels, handle });
    return handle;
  }
}

/** All scopes of the process. */
export class StatsRegistry {
  readonly #scopes = new Map<string, StatScope>();
  readonly #series = new Set<SeriesSource>();

  /** The scope with this prefix; made by `create` when it does not exist yet, so that counts survive an update of its owner. */
  scope<S extends StatScope>(prefix: string, create: () => S): S {
    const existing = this.#scopes.get(prefix);
    if (existing !== undefined) return existing as S;
    const made = create();
    this.#scopes.set(prefix, made);
    return made;
  }

  /** Forgets a scope, when its cluster or listener is gone for good. Handles still held go on working, unseen. */
  removeScope(prefix: string): void {
    this.#scopes.delete(prefix);
  }

  /** Adds series with labels of their own, read at scrape time. */
  addSource(source: SeriesSource): void {
    this.#series.add(source);
  }

  /** Everything, scopes first, in order of creation. */
  *stats(): Generator<Stat> {
    for (const scope of this.#scopes.values()) yield* scope.stats;
    for (const source of this.#series) yield* source.stats();
  }
}

/** Yields statistics whose labels come from traffic. */
export interface SeriesSource {
  stats(): Iterable<Stat>;
}
