/** Statistics of several threads → those of the process. */
import type { Labels, Stat, StatHandle } from '../telemetry/registry.ts';
import { Counter, Gauge, Histogram } from '../telemetry/stat.ts';

/**
 * What every thread counts alike, because it tells of configuration or of the whole process and not of a thread's share of the traffic:
 * taken once. Everything else is added up.
 */
const ALIKE =
  /^(?:cluster\..*\.(?:membership_(?:change|total|healthy|degraded)|assignment_stale|update_(?:success|rejected)|circuit_breakers\..*|outlier_detection\.ejections_active)|overload\.envoy\..*)$/;

/** `listener.<address>.downstream_cx_total` and `_active`, which Envoy shows for each worker as well (docs: configuration/listeners/stats). */
const BY_WORKER = /^listener\.(.+)\.(downstream_cx_(?:total|active))$/;

function keyOf({ name, family, labels }: Stat): string {
  return name === '' ? `${family}${JSON.stringify(labels)}` : name;
}

function copyOf(handle: StatHandle): StatHandle {
  if (handle instanceof Histogram) {
    const copy = new Histogram(handle.bounds);
    addHistogram(copy, handle);
    return copy;
  }
  const copy = handle instanceof Counter ? new Counter() : new Gauge();
  copy.value = handle.value;
  return copy;
}

function addHistogram(sum: Histogram, more: Histogram): void {
  sum.count += more.count;
  sum.sum += more.sum;
  for (let i = 0; i < sum.counts.length; i++) sum.counts[i]! += more.counts[i] ?? 0;
}

function add(name: string, sum: StatHandle, more: StatHandle): void {
  if (sum instanceof Histogram) {
    if (more instanceof Histogram) addHistogram(sum, more);
  } else if (!(more instanceof Histogram)) {
    sum.value = ALIKE.test(name) ? Math.max(sum.value, more.value) : sum.value + more.value;
  }
}

function ofWorker(stat: Stat, worker: number): Stat | undefined {
  const match = BY_WORKER.exec(stat.name);
  if (match === null) return undefined;
  const [, address = '', name = ''] = match;
  const labels: Labels = [...stat.labels, ['worker_id', String(worker)]];
  return {
    name: `listener.${address}.worker_${worker}.${name}`,
    family: `envoy_listener_worker_${name}`,
    labels,
    handle: stat.handle,
  };
}

/** Adds up what `threads` counted, in the order in which statistics first appear. The input is left alone. */
export function mergeStats(threads: readonly (readonly Stat[])[]): readonly Stat[] {
  const merged = new Map<string, Stat>();
  const byWorker: Stat[] = [];
  for (const [worker, stats] of threads.entries()) {
    for (const stat of stats) {
      const own = ofWorker(stat, worker);
      if (own !== undefined) byWorker.push(own);
      const key = keyOf(stat);
      const sum = merged.get(key);
      if (sum === undefined) merged.set(key, { ...stat, handle: copyOf(stat.handle) });
      else add(stat.name, sum.handle, stat.handle);
    }
  }
  return [...merged.values(), ...byWorker];
}
