import type { LbConfig } from '../cluster/lb-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HostLocality } from '../endpoint/endpoint-store.ts';
import { makePolicyPicker } from './all.ts';
import { EdfSchedule } from './edf.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';

/** What every balancer of a cluster needs beside the endpoints. */
export interface SourceInput {
  readonly lb: LbConfig;
  readonly overprovisioning: number;
  readonly random: PolicyInput['random'];
  readonly nowMs: () => number;
}

/** The policy over the endpoints of one priority that `accepts` lets through, by locality weight where that is configured. */
export function hostSource(
  localities: readonly HostLocality[],
  accepts: (endpoint: Endpoint) => boolean,
  input: SourceInput,
): PolicyPicker {
  const overAll = (groups: readonly HostLocality[]): PolicyPicker =>
    makePolicyPicker(input.lb.policy, {
      endpoints: groups.flatMap((group) => group.endpoints.filter(accepts)),
      random: input.random,
      nowMs: input.nowMs,
    });
  if (input.lb.locality !== 'weighted') return overAll(localities);
  const weighted = localities.flatMap((group) => {
    const weight = localityWeight(group, accepts, input.overprovisioning);
    return weight > 0 ? [{ weight, picker: overAll([group]) }] : [];
  });
  if (weighted.length === 0) return { pick: () => undefined };
  const { kind } = input.lb.policy;
  if (kind === 'ring-hash' || kind === 'maglev') return hashedLocalities(weighted);
  const schedule = new EdfSchedule(weighted, (entry) => entry.weight);
  return { pick: (hi, lo, attempt) => schedule.next()?.picker.pick(hi, lo, attempt) };
}

/**
 * A locality's weight, cut to what its availability times the overprovisioning factor leaves (Envoy, "Locality weighted load balancing").
 * One without a weight gets nothing.
 */
function localityWeight(
  group: HostLocality,
  accepts: (endpoint: Endpoint) => boolean,
  overprovisioning: number,
): number {
  const total = group.endpoints.length;
  if (total === 0) return 0;
  const available = group.endpoints.filter(accepts).length;
  return (group.weight ?? 0) * Math.min(1, ((overprovisioning / 100) * available) / total);
}

/** A key must stay in its locality: the hash chooses that too, in proportion to the weights. */
function hashedLocalities(
  weighted: readonly { readonly weight: number; readonly picker: PolicyPicker }[],
): PolicyPicker {
  const total = weighted.reduce((sum, entry) => sum + entry.weight, 0);
  return {
    pick(hi, lo, attempt) {
      // The upper half chooses the locality; inside it, the whole hash the endpoint.
      let point = (hi / 0x1_0000_0000) * total;
      for (const entry of weighted) {
        point -= entry.weight;
        if (point < 0) return entry.picker.pick(hi, lo, attempt);
      }
      return weighted.at(-1)?.picker.pick(hi, lo, attempt);
    },
  };
}
