/** A thread's statistics as they travel to the main thread: declarations, and one array of numbers that is moved, not copied. */
import type { Labels, Stat, StatHandle } from '../telemetry/registry.ts';
import { Counter, Gauge, Histogram } from '../telemetry/stat.ts';

type Kind = 'counter' | 'gauge' | 'histogram';

interface Declaration {
  readonly name: string;
  readonly family: string;
  readonly labels: Labels;
  readonly kind: Kind;
  /** Of a histogram. */
  readonly bounds: readonly number[] | undefined;
}

export interface StatsSnapshot {
  /** So many declarations are those of the snapshot before; … */
  readonly kept: number;
  /** … and these follow. */
  readonly declarations: readonly Declaration[];
  /** In the order of the declarations: a counter's or gauge's value; a histogram's count, sum and counts by bucket. */
  readonly values: Float64Array<ArrayBuffer>;
}

function kindOf(handle: StatHandle): Kind {
  if (handle instanceof Histogram) return 'histogram';
  return handle instanceof Counter ? 'counter' : 'gauge';
}

function widthOf(handle: StatHandle): number {
  return handle instanceof Histogram ? handle.counts.length + 2 : 1;
}

/** How many handles both begin with. */
function commonStart(a: readonly StatHandle[], b: readonly StatHandle[]): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

/** Takes snapshots of one source, for one reader who keeps the declarations. */
export class SnapshotWriter {
  #handles: readonly StatHandle[] = [];

  take(stats: Iterable<Stat>): StatsSnapshot {
    const all = [...stats];
    const handles = all.map(({ handle }) => handle);
    // What is made for each reading (the gauges of breakers) is declared each time; it comes last.
    const kept = commonStart(this.#handles, handles);
    this.#handles = handles;
    return { kept, declarations: all.slice(kept).map(declare), values: valuesOf(handles) };
  }
}

function declare({ name, family, labels, handle }: Stat): Declaration {
  const bounds = handle instanceof Histogram ? handle.bounds : undefined;
  return { name, family, labels, kind: kindOf(handle), bounds };
}

function valuesOf(handles: readonly StatHandle[]): Float64Array<ArrayBuffer> {
  const values = new Float64Array(handles.reduce((sum, handle) => sum + widthOf(handle), 0));
  let at = 0;
  for (const handle of handles) {
    if (handle instanceof Histogram) {
      values[at++] = handle.count;
      values[at++] = handle.sum;
      values.set(handle.counts, at);
      at += handle.counts.length;
    } else values[at++] = handle.value;
  }
  return values;
}

/** Reads the snapshots of one writer. */
export class SnapshotReader {
  #declarations: readonly Declaration[] = [];

  read({ kept, declarations, values }: StatsSnapshot): readonly Stat[] {
    this.#declarations = [...this.#declarations.slice(0, kept), ...declarations];
    let at = 0;
    return this.#declarations.map(({ name, family, labels, kind, bounds }) => {
      const handle = restore(kind, bounds, values.subarray(at));
      at += widthOf(handle);
      return { name, family, labels, handle };
    });
  }
}

function restore(kind: Kind, bounds: readonly number[] | undefined, values: Float64Array): StatHandle {
  if (kind === 'histogram') {
    const histogram = new Histogram(bounds);
    histogram.count = values[0] ?? 0;
    histogram.sum = values[1] ?? 0;
    histogram.counts.set(values.subarray(2, 2 + histogram.counts.length));
    return histogram;
  }
  const handle = kind === 'counter' ? new Counter() : new Gauge();
  handle.value = values[0] ?? 0;
  return handle;
}
