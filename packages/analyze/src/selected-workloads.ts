import type { Resource } from '@weft/config';
import { type Labels, selects } from '@weft/mesh';
import type { Objects } from './objects.ts';
import { type Workload, workloadsOf } from './workload.ts';

type Selecting = Resource<'Sidecar' | 'Telemetry'>;

/** Which objects of a kind select which workloads of their namespace. */
export interface Selection<R extends Selecting> {
  /** Objects whose selector finds nothing. */
  readonly idle: readonly R[];
  readonly byWorkload: ReadonlyMap<Workload, readonly R[]>;
}

/** For objects that apply to at most the workloads of their own namespace. */
export function selectionOf<R extends Selecting>(
  resources: readonly R[],
  selectorOf: (resource: R) => Labels,
  objects: Objects,
): Selection<R> {
  const workloads = workloadsOf(objects);
  const idle: R[] = [];
  const byWorkload = new Map<Workload, R[]>();
  for (const resource of resources) {
    const selector = selectorOf(resource);
    const selected = workloads.filter(
      ({ namespace, labels }) => namespace === resource.metadata.namespace && selects(selector, labels),
    );
    if (selected.length === 0 && objects.workloadsKnown) idle.push(resource);
    for (const workload of selected) byWorkload.set(workload, [...(byWorkload.get(workload) ?? []), resource]);
  }
  return { idle, byWorkload };
}

/** `a, b`, sorted. */
export function namesOf(resources: readonly Resource[]): string {
  return resources
    .map(({ metadata }) => metadata.name)
    .sort()
    .join(', ');
}

/** Objects by their namespace. */
export function byNamespace<R extends Resource>(resources: readonly R[]): ReadonlyMap<string, readonly R[]> {
  return Map.groupBy(resources, ({ metadata }) => metadata.namespace);
}
