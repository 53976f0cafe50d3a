/**
 * The three kinds of statistic. A handle is resolved once, when config is compiled; the hot path holds it and adds.
 * Nothing here knows names or labels: that is the registry's business.
 */

/** A count that only grows. */
export class Counter {
  value = 0;

  /** @hot */
  inc(): void {
    this.value++;
  }

  /** @hot */
  add(amount: number): void {
    this.value += amount;
  }
}

/** A value that goes up and down: connections open, requests in flight. */
export class Gauge {
  value = 0;

  /** @hot */
  inc(): void {
    this.value++;
  }

  /** @hot */
  dec(): void {
    this.value--;
  }

  set(value: number): void {
    this.value = value;
  }
}

/**
 * Upper bounds of Envoy's default histogram buckets (envoy.config.metrics.v3.StatsConfig.histogram_bucket_settings): durations in
 * milliseconds and sizes in bytes alike.
 */
const DEFAULT_BUCKETS: readonly number[] = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** A distribution, kept as counts per bucket. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One count a bound, and a last one for everything above. Not cumulative. */
  readonly counts: Float64Array;
  count = 0;
  sum = 0;

  constructor(bounds: readonly number[] = DEFAULT_BUCKETS) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  /** @hot Negative values count as zero: a clock that jumped must not make a sum shrink. */
  record(value: number): void {
    const v = Math.max(value, 0);
    const bounds = this.bounds;
    let i = 0;
    while (i < bounds.length && v > bounds[i]!) i++;
    this.counts[i]!++;
    this.count++;
    this.sum += v;
  }

  /** The value below which the share `q` (0..1) of all records lies, linear within its bucket; NaN when empty. */
  quantile(q: number): number {
    if (this.count === 0) return Number.NaN;
    const rank = q * this.count;
    let seen = 0;
    for (let i = 0; i < this.counts.length; i++) {
      const inBucket = this.counts[i]!;
      if (inBucket > 0 && seen + inBucket >= rank) {
        const low = i === 0 ? 0 : this.bounds[i - 1]!;
        const high = this.bounds[i] ?? low;
        return low + (high - low) * Math.max(0, (rank - seen) / inBucket);
      }
      seen += inBucket;
    }
    return this.bounds[this.bounds.length - 1] ?? 0;
  }
}
