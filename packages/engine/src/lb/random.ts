import type { PolicyInput, PolicyPicker } from './picker.ts';
import { evenWeights } from './weights.ts';

/** By chance, in proportion to weights. */
export function randomPicker(input: PolicyInput): PolicyPicker {
  const { endpoints, random } = input;
  if (endpoints.length === 0) return { pick: () => undefined };
  if (evenWeights(endpoints)) return { pick: () => endpoints[random.below(endpoints.length)] };
  const upTo: number[] = [];
  let total = 0;
  for (const endpoint of endpoints) {
    total += endpoint.weight;
    upTo.push(total);
  }
  return {
    pick() {
      const roll = random.below(total);
      let low = 0;
      let high = upTo.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (roll < upTo[middle]!) high = middle;
        else low = middle + 1;
      }
      return endpoints[low];
    },
  };
}
