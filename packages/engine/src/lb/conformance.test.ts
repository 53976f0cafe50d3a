import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import type { LbPolicy } from '../cluster/lb-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import { LB_POLICIES, makePolicyPicker } from './all.ts';
import type { PolicyPicker } from './picker.ts';
import { hosts, locality, spec } from './test-hosts.ts';
import { hashText } from './xxhash64.ts';

const EXAMPLES: { readonly [K in LbPolicy['kind']]: Extract<LbPolicy, { kind: K }> } = {
  'round-robin': { kind: 'round-robin', slowStart: undefined },
  'least-request': { kind: 'least-request', choices: 2, activeBias: 1, slowStart: undefined },
  random: { kind: 'random' },
  'ring-hash': {
    kind: 'ring-hash',
    minimumRingSize: 1024,
    maximumRingSize: 8_388_608,
    hash: 'xx',
    hashHostname: false,
  },
  maglev: { kind: 'maglev', tableSize: 65_537, hashHostname: false },
  'peak-ewma': { kind: 'peak-ewma', decayMs: 10_000, defaultRttMs: 30 },
  'cluster-provided': { kind: 'cluster-provided' },
};

/** By policy and title, why a check does not apply. */
const SKIPS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'peak-ewma': { 'follows weights of 1 to 3': 'two are compared by cost, so shares are not proportional to weights' },
};
const HASHED: ReadonlySet<string> = new Set(['ring-hash', 'maglev']);

function endpoints(weights: readonly number[]): readonly Endpoint[] {
  return hosts([locality(weights.map((weight, i) => spec(9000 + i, { weight })))]).endpoints;
}

/** How often each port comes up in `times` picks, each with its own key. */
function spread(picker: PolicyPicker, times: number): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const hash = { hi: 0, lo: 0 };
  for (let i = 0; i < times; i++) {
    hashText(`key-${i}`, 0, hash);
    const address = picker.pick(hash.hi, hash.lo, 0)?.address;
    if (address?.kind === 'ip') counts.set(address.port, (counts.get(address.port) ?? 0) + 1);
  }
  return counts;
}

/** What every policy must do. */
function lbConformance(policy: LbPolicy): void {
  const make = (list: readonly Endpoint[]): PolicyPicker =>
    makePolicyPicker(policy, { endpoints: list, random: seededRandom(3), nowMs: () => 0 });
  const check = (title: string, body: () => void): void => {
    test(`${policy.kind}: ${title}`, { skip: SKIPS[policy.kind]?.[title] ?? false }, body);
  };

  check('picks nothing from nothing', () => assert.equal(make([]).pick(1, 2, 0), undefined));
  check('picks the only one there is', () => {
    const list = endpoints([1]);
    assert.equal(make(list).pick(1, 2, 0), list[0]);
  });
  check('reaches every endpoint, evenly when weights are even', () => {
    const counts = spread(make(endpoints([1, 1, 1, 1, 1])), 10_000);
    assert.equal(counts.size, 5);
    for (const [port, count] of counts) assert.ok(count > 1500 && count < 2500, `${port}: ${count} of 10000`);
  });
  check('follows weights of 1 to 3', () => {
    const heavy = spread(make(endpoints([1, 3])), 10_000).get(9001) ?? 0;
    assert.ok(heavy > 6800 && heavy < 8200, `${heavy} of 10000`);
  });
  if (!HASHED.has(policy.kind)) return;
  check('a key stays with its endpoint, whatever the order of the endpoints', () => {
    const list = endpoints([1, 1, 1, 1]);
    assert.equal(make(list).pick(7, 9, 0), make(list.toReversed()).pick(7, 9, 0));
  });
}

for (const kind of Object.keys(LB_POLICIES) as LbPolicy['kind'][]) {
  // A cluster that provides its endpoints makes one per destination: there is nothing to choose among.
  if (kind !== 'cluster-provided') lbConformance(EXAMPLES[kind]);
}
