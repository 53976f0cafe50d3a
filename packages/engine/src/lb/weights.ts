import type { SlowStart } from '../cluster/lb-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';

/** Whether every endpoint has the same weight, so that no scheduler is needed. */
export function evenWeights(endpoints: readonly Endpoint[]): boolean {
  const first = endpoints[0]?.weight;
  return endpoints.every((endpoint) => endpoint.weight === first);
}

/** Whether any endpoint is still warming up at `nowMs`. */
export function warming(endpoints: readonly Endpoint[], slowStart: SlowStart | undefined, nowMs: number): boolean {
  return slowStart !== undefined && endpoints.some((endpoint) => nowMs - endpoint.sinceMs < slowStart.windowMs);
}

/** An endpoint's weight at `nowMs`, cut while it warms up (Envoy, "Slow start mode"). */
export function warmWeight(endpoint: Endpoint, slowStart: SlowStart | undefined, nowMs: number): number {
  if (slowStart === undefined) return endpoint.weight;
  const age = nowMs - endpoint.sinceMs;
  if (age >= slowStart.windowMs) return endpoint.weight;
  const factor = (Math.max(age, 1) / slowStart.windowMs) ** (1 / slowStart.aggression);
  return endpoint.weight * Math.max(factor, slowStart.minWeightPercent / 100);
}
