import type { SlowStart } from '../cluster/lb-config.ts';
import { EdfSchedule } from './edf.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { evenWeights, warming, warmWeight } from './weights.ts';

/** Each endpoint in turn, in proportion to its weight; the first is chosen by chance, so that proxies do not march in step. */
export function roundRobin(input: PolicyInput, slowStart: SlowStart | undefined): PolicyPicker {
  const { endpoints, random, nowMs } = input;
  if (endpoints.length > 1 && (!evenWeights(endpoints) || warming(endpoints, slowStart, nowMs()))) {
    const schedule = new EdfSchedule(endpoints, (endpoint) => warmWeight(endpoint, slowStart, nowMs()));
    for (let skip = random.below(endpoints.length); skip > 0; skip--) schedule.next();
    return { pick: () => schedule.next() };
  }
  let turn = endpoints.length === 0 ? 0 : random.below(endpoints.length);
  return {
    pick() {
      if (turn >= endpoints.length) turn = 0;
      return endpoints[turn++];
    },
  };
}
