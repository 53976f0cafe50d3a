/** Outlier detection of one cluster: ticks the detector, counts and logs what it does. */
import type { Logger, Random, Timer } from '@weft/base';
import {
  EJECTION_KINDS,
  type EjectionKind,
  type Endpoint,
  type OutlierConfig,
  OutlierDetector,
  type OutlierObserver,
} from '@weft/engine';
import type { Loop } from '../net/loop.ts';
import { StatScope, type StatsRegistry } from '../telemetry/registry.ts';
import type { Counter, Gauge } from '../telemetry/stat.ts';

/** `cluster.<name>.outlier_detection.*` (Envoy, "Outlier detection statistics"). */
class OutlierStats extends StatScope {
  readonly active: Gauge = this.gauge('ejections_active');
  readonly overflow: Counter = this.counter('ejections_overflow');
  readonly enforcedTotal: Counter = this.counter('ejections_enforced_total');
  readonly detected: Readonly<Record<EjectionKind, Counter>> = this.#each('ejections_detected_');
  readonly enforced: Readonly<Record<EjectionKind, Counter>> = this.#each('ejections_enforced_');

  constructor(prefix: string, cluster: string) {
    super(prefix, 'envoy_cluster_outlier_detection_', [['cluster_name', cluster]]);
  }

  #each(prefix: string): Readonly<Record<EjectionKind, Counter>> {
    const counters = EJECTION_KINDS.map((kind) => [kind, this.counter(prefix + kind.replaceAll('-', '_'))] as const);
    return Object.fromEntries(counters) as Record<EjectionKind, Counter>;
  }
}

export interface OutlierWatchContext {
  readonly loop: Loop;
  readonly random: Random;
  readonly logger: Logger;
  readonly registry: StatsRegistry;
  readonly statName: string;
  /** Endpoints were ejected or are back. */
  onChange(): void;
}

export class OutlierWatch implements OutlierObserver {
  readonly #context: OutlierWatchContext;
  readonly #detector: OutlierDetector;
  readonly #stats: OutlierStats;
  #timer: Timer;
  #intervalMs: number;

  constructor(config: OutlierConfig, context: OutlierWatchContext) {
    this.#context = context;
    const { loop, random, registry, statName } = context;
    const prefix = `cluster.${statName}.outlier_detection.`;
    this.#stats = registry.scope(prefix, () => new OutlierStats(prefix, statName));
    this.#detector = new OutlierDetector({ config, random, nowMs: () => loop.clock.monotonic(), observer: this });
    this.#intervalMs = config.intervalMs;
    this.#timer = this.#start();
  }

  #start(): Timer {
    return this.#context.loop.clock.every(this.#intervalMs, () => this.#detector.tick());
  }

  reconfigure(config: OutlierConfig): void {
    this.#detector.reconfigure(config);
    if (config.intervalMs === this.#intervalMs) return;
    this.#intervalMs = config.intervalMs;
    this.#timer.cancel();
    this.#timer = this.#start();
  }

  follow(endpoints: readonly Endpoint[]): void {
    this.#detector.follow(endpoints);
    this.#stats.active.set(this.#detector.active);
  }

  add(endpoint: Endpoint): void {
    this.#detector.add(endpoint);
  }

  remove(endpoint: Endpoint): void {
    this.#detector.remove(endpoint);
    this.#stats.active.set(this.#detector.active);
  }

  onHealthCheckPassed(endpoint: Endpoint): void {
    this.#detector.onHealthCheckPassed(endpoint);
  }

  /** Everybody returns. */
  stop(): void {
    this.#timer.cancel();
    this.#detector.stop();
    this.#context.registry.removeScope(this.#stats.prefix);
  }

  detected(kind: EjectionKind): void {
    this.#stats.detected[kind].inc();
  }

  ejected(kind: EjectionKind, key: string): void {
    this.#stats.enforced[kind].inc();
    this.#stats.enforcedTotal.inc();
    this.#context.logger.warn('an endpoint is ejected', { endpoint: key, cause: kind });
  }

  returned(key: string): void {
    this.#context.logger.info('an ejected endpoint is back', { endpoint: key });
  }

  overflow(): void {
    this.#stats.overflow.inc();
  }

  changed(active: number): void {
    this.#stats.active.set(active);
    this.#context.onChange();
  }
}
