import type { Endpoint } from '../endpoint/endpoint.ts';
import { normalised } from './hash-key.ts';
import { murmur2 } from './murmur2.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { type Hash64, hashText } from './xxhash64.ts';

/**
 * Ketama as Envoy builds it: endpoint i stands on the ring at the hashes of `<key>_0`, `<key>_1`, … in proportion to its weight, the
 * lightest a whole number of times; a request goes to the first place at or after its own hash.
 */
export function ringHash(
  input: PolicyInput,
  minimumSize: number,
  maximumSize: number,
  hash: 'xx' | 'murmur2',
  byHostname: boolean,
): PolicyPicker {
  const { endpoints } = input;
  if (endpoints.length === 0) return { pick: () => undefined };
  const ring = buildRing(endpoints, minimumSize, maximumSize, hash === 'xx' ? hashText : murmur2, byHostname);
  const size = ring.hi.length;
  return {
    pick(hi, lo, attempt) {
      let low = 0;
      let high = size;
      while (low < high) {
        const middle = (low + high) >> 1;
        const h = ring.hi[middle]!;
        if (h < hi || (h === hi && ring.lo[middle]! < lo)) low = middle + 1;
        else high = middle;
      }
      return endpoints[ring.owner[(low + attempt) % size]!];
    },
  };
}

interface Ring {
  readonly hi: Uint32Array;
  readonly lo: Uint32Array;
  readonly owner: Uint32Array;
}

type HashText = (text: string, seed: number, out: Hash64) => Hash64;

function buildRing(
  endpoints: readonly Endpoint[],
  minimumSize: number,
  maximumSize: number,
  hash: HashText,
  byHostname: boolean,
): Ring {
  const weighted = normalised(endpoints, byHostname);
  const least = Math.min(...weighted.map((entry) => entry.weight));
  const scale = Math.min(Math.ceil(least * minimumSize) / least, maximumSize);
  const places: { hi: number; lo: number; owner: number }[] = [];
  let target = 0;
  weighted.forEach((entry, owner) => {
    target += scale * entry.weight;
    for (let i = 0; places.length < target; i++) {
      const out = hash(`${entry.key}_${i}`, 0, { hi: 0, lo: 0 });
      places.push({ hi: out.hi, lo: out.lo, owner });
    }
  });
  places.sort((a, b) => a.hi - b.hi || a.lo - b.lo);
  return {
    hi: Uint32Array.from(places, (place) => place.hi),
    lo: Uint32Array.from(places, (place) => place.lo),
    owner: Uint32Array.from(places, (place) => place.owner),
  };
}
