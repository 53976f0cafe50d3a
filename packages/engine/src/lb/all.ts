import type { LbPolicy } from '../cluster/lb-config.ts';
import { leastRequest } from './least-request.ts';
import { maglev } from './maglev.ts';
import { peakEwma } from './peak-ewma.ts';
import type { PolicyInput, PolicyPicker } from './picker.ts';
import { randomPicker } from './random.ts';
import { ringHash } from './ring-hash.ts';
import { roundRobin } from './round-robin.ts';

type Make<K extends LbPolicy['kind']> = (input: PolicyInput, policy: Extract<LbPolicy, { kind: K }>) => PolicyPicker;

/** Every balancing policy. One more is one more row, a file, and a call of `lbConformance`. */
export const LB_POLICIES: { readonly [K in LbPolicy['kind']]: Make<K> } = {
  'round-robin': (input, policy) => roundRobin(input, policy.slowStart),
  'least-request': (input, policy) => leastRequest(input, policy.choices, policy.activeBias, policy.slowStart),
  random: (input) => randomPicker(input),
  'ring-hash': (input, policy) =>
    ringHash(input, policy.minimumRingSize, policy.maximumRingSize, policy.hash, policy.hashHostname),
  maglev: (input, policy) => maglev(input, policy.tableSize, policy.hashHostname),
  'peak-ewma': (input, policy) => peakEwma(input, policy.decayMs, policy.defaultRttMs),
  // The endpoints are made by the cluster itself, one per destination; there is nothing to choose.
  'cluster-provided': (input) => ({ pick: () => input.endpoints[0] }),
};

/** The picker of `policy` over `input`. */
export function makePolicyPicker<K extends LbPolicy['kind']>(
  policy: Extract<LbPolicy, { kind: K }>,
  input: PolicyInput,
): PolicyPicker {
  const make: Make<K> = LB_POLICIES[policy.kind as K];
  return make(input, policy);
}
