import { normalised, type WeightedEndpoint } from './hash-key.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { hashText, modulo } from './xxhash64.ts';

/**
 * Maglev (Eisenbud et al., NSDI 2016, listing 1) as Envoy builds it: endpoints in order of their keys fill a table of prime size by
 * their own permutations, lighter ones in fewer rounds. A request's hash modulo the size is its place.
 */
export function maglev(input: PolicyInput, tableSize: number, byHostname: boolean): PolicyPicker {
  const { endpoints } = input;
  if (endpoints.length === 0) return { pick: () => undefined };
  const sorted = [...normalised(endpoints, byHostname)].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const table = fillTable(sorted, tableSize);
  return {
    pick(hi, lo, attempt) {
      // A repeated look mixes the attempt into the hash: Envoy XORs with 2^64 - attempt.
      const place = attempt === 0 ? modulo(hi, lo, tableSize) : modulo(~hi >>> 0, (lo ^ -attempt) >>> 0, tableSize);
      return sorted[table[place]!]!.endpoint;
    },
  };
}

function fillTable(entries: readonly WeightedEndpoint[], size: number): Int32Array {
  const heaviest = Math.max(...entries.map((entry) => entry.weight));
  const out = { hi: 0, lo: 0 };
  const offset = entries.map((entry) => {
    hashText(entry.key, 0, out);
    return modulo(out.hi, out.lo, size);
  });
  const skip = entries.map((entry) => {
    hashText(entry.key, 1, out);
    return modulo(out.hi, out.lo, size - 1) + 1;
  });
  const target = new Float64Array(entries.length);
  const next = new Float64Array(entries.length);
  const table = new Int32Array(size).fill(-1);
  for (let iteration = 1, filled = 0; filled < size; iteration++) {
    for (let i = 0; i < entries.length && filled < size; i++) {
      if (iteration * entries[i]!.weight < target[i]!) continue;
      target[i] = target[i]! + heaviest;
      let place: number;
      do {
        place = (offset[i]! + skip[i]! * next[i]!) % size;
        next[i] = next[i]! + 1;
      } while (table[place] !== -1);
      table[place] = i;
      filled++;
    }
  }
  return table;
}
