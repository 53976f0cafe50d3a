import type { Endpoint } from '../endpoint/endpoint.ts';

/** How much of the traffic each priority takes, in percent, and which of them are in panic. Both lists go by priority. */
export interface PriorityLoad {
  readonly healthy: readonly number[];
  readonly degraded: readonly number[];
  readonly panic: readonly boolean[];
}

export interface PriorityHealth {
  readonly total: number;
  readonly healthy: number;
  readonly degraded: number;
}

/** Counts, or weights if `weighted` (ClusterLoadAssignment.Policy.weighted_priority_health). */
export function priorityHealth(endpoints: readonly Endpoint[], weighted: boolean): PriorityHealth {
  let total = 0;
  let healthy = 0;
  let degraded = 0;
  for (const endpoint of endpoints) {
    const unit = weighted ? endpoint.weight : 1;
    const { health } = endpoint;
    total += unit;
    if (health === 'healthy') healthy += unit;
    else if (health === 'degraded') degraded += unit;
  }
  return { total, healthy, degraded };
}

/**
 * Envoy's "Priority levels", "Degraded endpoints" and "Panic threshold": a priority's health is its healthy share times the
 * overprovisioning factor, at most 100; what it cannot take spills to the next; below 100 in all, each priority under the panic threshold
 * ignores health. `panicThreshold` 0 never panics.
 */
export function priorityLoad(
  priorities: readonly PriorityHealth[],
  overprovisioning: number,
  panicThreshold: number,
): PriorityLoad {
  const share = (count: number, total: number): number =>
    total === 0 ? 0 : Math.min(100, Math.trunc((overprovisioning * count) / total));
  const healthy = priorities.map((priority) => share(priority.healthy, priority.total));
  const degraded = priorities.map((priority) => share(priority.degraded, priority.total));
  const available = Math.min(100, sum(healthy) + sum(degraded));
  if (available === 0 && panicThreshold > 0) return totalPanic(priorities);
  const panic = priorities.map(
    (priority) =>
      available < 100 &&
      priority.total > 0 &&
      (100 * (priority.healthy + priority.degraded)) / priority.total < panicThreshold,
  );
  if (available === 0) return { healthy: healthy.map(() => 0), degraded: healthy.map(() => 0), panic };
  let left = 100;
  const take = (health: number): number => {
    const load = Math.min(left, Math.trunc((health * 100) / available));
    left -= load;
    return load;
  };
  const healthyLoad = healthy.map(take);
  const degradedLoad = degraded.map(take);
  // What rounding left over goes to the first that takes anything.
  const first = healthyLoad.findIndex((load) => load > 0);
  if (first >= 0) healthyLoad[first] = healthyLoad[first]! + left;
  else {
    const firstDegraded = degradedLoad.findIndex((load) => load > 0);
    if (firstDegraded >= 0) degradedLoad[firstDegraded] = degradedLoad[firstDegraded]! + left;
  }
  return { healthy: healthyLoad, degraded: degradedLoad, panic };
}

/** Nobody is available anywhere: all endpoints share the traffic by their number. */
function totalPanic(priorities: readonly PriorityHealth[]): PriorityLoad {
  const total = sum(priorities.map((priority) => priority.total));
  const load = priorities.map((priority) => (total === 0 ? 0 : Math.trunc((100 * priority.total) / total)));
  const first = load.findIndex((part) => part > 0);
  if (first >= 0) load[first] = load[first]! + 100 - sum(load);
  return { healthy: load, degraded: load.map(() => 0), panic: priorities.map(() => true) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
