import type { SlowStart } from '../cluster/lb-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { EdfSchedule } from './edf.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { evenWeights, warming, warmWeight } from './weights.ts';

/**
 * With even weights the least busy of `choices` drawn by chance; with uneven ones a schedule by weight / (active + 1)^bias (Envoy,
 * "Weighted least request").
 */
export function leastRequest(
  input: PolicyInput,
  choices: number,
  activeBias: number,
  slowStart: SlowStart | undefined,
): PolicyPicker {
  const { endpoints, random, nowMs } = input;
  if (endpoints.length > 1 && (!evenWeights(endpoints) || warming(endpoints, slowStart, nowMs()))) {
    const schedule = new EdfSchedule(
      endpoints,
      (endpoint) => warmWeight(endpoint, slowStart, nowMs()) / (endpoint.active + 1) ** activeBias,
    );
    return { pick: () => schedule.next() };
  }
  const size = endpoints.length;
  return {
    pick() {
      if (size === 0) return undefined;
      let best: Endpoint = endpoints[random.below(size)]!;
      for (let i = 1; i < choices; i++) {
        const other = endpoints[random.below(size)]!;
        if (other.active < best.active) best = other;
      }
      return best;
    },
  };
}
