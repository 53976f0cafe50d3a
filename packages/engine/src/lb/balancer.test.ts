import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@weft/base';
import type { LbConfig, LbPolicy } from '../cluster/lb-config.ts';
import { EndpointStore, type HostSet } from '../endpoint/endpoint-store.ts';
import { type Balancer, createBalancer, explainEndpoints } from './balancer.ts';
import { pickContext } from './picker.ts';
import { priorityLoad } from './priority-load.ts';
import { hosts, lbConfig, locality, spec } from './test-hosts.ts';

const RANDOM: LbPolicy = { kind: 'random' };
const ROUND_ROBIN: LbPolicy = { kind: 'round-robin', slowStart: undefined };

function balance(set: HostSet, lb: LbConfig, nowMs = 0): Balancer {
  return createBalancer({ lb, hosts: set, random: seededRandom(11), nowMs: () => nowMs });
}

function shares(balancer: Balancer, context = pickContext(), times = 10_000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < times; i++) {
    const key = balancer.pick(context)?.key ?? 'none';
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

// Envoy, "Priority levels", the table for two and three levels with overprovisioning 1.4.
test('priority loads are those of the tables in the Envoy documentation', () => {
  const level = (percent: number): { total: number; healthy: number; degraded: number } => ({
    total: 100,
    healthy: percent,
    degraded: 0,
  });
  const rows: readonly (readonly [health: readonly number[], load: readonly number[]])[] = [
    [
      [100, 100],
      [100, 0],
    ],
    [
      [72, 72],
      [100, 0],
    ],
    [
      [71, 71],
      [99, 1],
    ],
    [
      [50, 50],
      [70, 30],
    ],
    [
      [25, 100],
      [35, 65],
    ],
    [
      [25, 25],
      [50, 50],
    ],
    [
      [0, 100],
      [0, 100],
    ],
    [
      [100, 100, 100],
      [100, 0, 0],
    ],
    [
      [72, 72, 100],
      [100, 0, 0],
    ],
    [
      [71, 71, 100],
      [99, 1, 0],
    ],
    [
      [50, 50, 100],
      [70, 30, 0],
    ],
    [
      [25, 100, 100],
      [35, 65, 0],
    ],
    [
      [25, 25, 100],
      [35, 35, 30],
    ],
  ];
  for (const [health, load] of rows)
    assert.deepEqual(priorityLoad(health.map(level), 140, 0).healthy, load, health.join('/'));
});

test('degraded endpoints take what healthy ones of all priorities leave', () => {
  const load = priorityLoad(
    [
      { total: 10, healthy: 5, degraded: 1 },
      { total: 10, healthy: 0, degraded: 0 },
    ],
    140,
    0,
  );
  // 70 % healthy and 14 % degraded make 84 in all, scaled to 100.
  assert.deepEqual(load, { healthy: [84, 0], degraded: [16, 0], panic: [false, false] });
});

test('below the panic threshold health is ignored; with a threshold of 0 it never is', () => {
  const set = hosts([locality([spec(1), ...[2, 3, 4].map((port) => spec(port, { health: 'unhealthy' }))])]);
  assert.equal(Object.keys(shares(balance(set, lbConfig(RANDOM)))).length, 4);
  assert.deepEqual(Object.keys(shares(balance(set, lbConfig(RANDOM, { panicThreshold: 0 })))), ['127.0.0.1:1']);
  const dead = hosts([locality([spec(1, { health: 'unhealthy' })])]);
  assert.deepEqual(Object.keys(shares(balance(dead, lbConfig(RANDOM)))), ['127.0.0.1:1']);
  assert.deepEqual(Object.keys(shares(balance(dead, lbConfig(RANDOM, { panicThreshold: 0 })))), ['none']);
});

test('a priority is not in panic while the others make up for it', () => {
  const set = hosts([
    locality([spec(1), ...[2, 3, 4].map((port) => spec(port, { health: 'unhealthy' }))]),
    locality([spec(5)], { priority: 1 }),
  ]);
  const got = shares(balance(set, lbConfig(RANDOM)));
  assert.deepEqual(Object.keys(got).sort(), ['127.0.0.1:1', '127.0.0.1:5']);
  assert.ok(got['127.0.0.1:1']! > 3200 && got['127.0.0.1:1']! < 3800, 'a quarter healthy × 1.4 is 35 %');
});

test('locality weights decide where they are configured, cut by what is left of a locality', () => {
  const zone = (name: string, ports: readonly number[], weight: number, down = 0): ReturnType<typeof locality> =>
    locality(
      ports.map((port, i) => spec(port, { health: i < down ? 'unhealthy' : 'healthy' })),
      { weight, locality: { region: 'r', zone: name, subZone: '' } },
    );
  const even = balance(
    hosts([zone('a', [1], 80), zone('b', [2, 3], 20)]),
    lbConfig(ROUND_ROBIN, { locality: 'weighted' }),
  );
  assert.deepEqual(shares(even, pickContext(), 1000), { '127.0.0.1:1': 800, '127.0.0.1:2': 100, '127.0.0.1:3': 100 });
  // Half of zone a is down: its 50 becomes 50 × 0.7 = 35 against 50 (Envoy, "Locality weighted load balancing").
  const half = balance(
    hosts([zone('a', [1, 4], 50, 1), zone('b', [2, 3], 50)]),
    lbConfig(ROUND_ROBIN, { locality: 'weighted' }),
  );
  const share = shares(half)['127.0.0.1:4']! / 10_000;
  assert.ok(Math.abs(share - 35 / 85) < 0.02, `${share}`);
});

test('a locality without a weight gets nothing when weights count', () => {
  const set = hosts([locality([spec(1)], { weight: 1 }), locality([spec(2)])]);
  assert.deepEqual(Object.keys(shares(balance(set, lbConfig(RANDOM, { locality: 'weighted' })))), ['127.0.0.1:1']);
});

test('a retry avoids endpoints that were tried, unless there is no other', () => {
  const set = hosts([locality([spec(1), spec(2), spec(3)])]);
  const [one, two] = set.endpoints;
  const context = { ...pickContext(), previous: [one!, two!], attempts: 20 };
  assert.deepEqual(Object.keys(shares(balance(set, lbConfig(RANDOM)), context, 200)), ['127.0.0.1:3']);
  const only = hosts([locality([spec(1)])]);
  const tried = { ...pickContext(), previous: only.endpoints, attempts: 5 };
  assert.equal(balance(only, lbConfig(RANDOM)).pick(tried)?.key, '127.0.0.1:1');
});

test('least request prefers the idle one, and counters survive a push', () => {
  const store = new EndpointStore();
  const first = hosts([locality([spec(1), spec(2)])], store);
  first.endpoints[0]!.active = 50;
  const second = hosts([locality([spec(2), spec(1), spec(3)])], store, 1000);
  assert.equal(second.endpoints[1], first.endpoints[0]);
  assert.equal(second.endpoints[1]?.active, 50);
  assert.equal(second.endpoints[2]?.sinceMs, 1000);
  const least: LbPolicy = { kind: 'least-request', choices: 2, activeBias: 1, slowStart: undefined };
  const busy = shares(balance(second, lbConfig(least)))['127.0.0.1:1'] ?? 0;
  assert.ok(busy < 1400, `a busy one of three is only taken when it is drawn twice: ${busy}`);
});

test('slow start gives a new endpoint its minimum first and its whole weight after the window', () => {
  const policy: LbPolicy = {
    kind: 'round-robin',
    slowStart: { windowMs: 10_000, aggression: 1, minWeightPercent: 10 },
  };
  const store = new EndpointStore();
  hosts([locality([spec(1)])], store, 0);
  const set = hosts([locality([spec(1), spec(2)])], store, 100_000);
  const fresh = shares(balance(set, lbConfig(policy), 100_000))['127.0.0.1:2']! / 10_000;
  assert.ok(Math.abs(fresh - 0.1 / 1.1) < 0.02, `${fresh}`);
  const half = shares(balance(set, lbConfig(policy), 105_000))['127.0.0.1:2']! / 10_000;
  assert.ok(Math.abs(half - 0.5 / 1.5) < 0.02, `${half}`);
  assert.equal(shares(balance(set, lbConfig(policy), 110_000), pickContext(), 1000)['127.0.0.1:2'], 500);
});

test('subsets: exactly a selector, else the fallback (Cluster.LbSubsetConfig)', () => {
  const version = (port: number, v: string): ReturnType<typeof spec> =>
    spec(port, { metadata: { 'envoy.lb': { version: v, stage: 'prod' } } });
  const set = hosts([locality([version(1, 'v1'), version(2, 'v2')])]);
  const pick = (
    fallback: 'none' | 'any' | 'default',
    match: readonly (readonly [string, string])[] | undefined,
  ): string => {
    const subsets = {
      fallback,
      defaultSubset: [['version', '"v1"']] as const,
      selectors: [{ keys: ['version'], singleHost: false, fallback: undefined, fallbackKeys: [] }],
      panicAny: false,
      listAsAny: false,
    };
    const got = shares(balance(set, lbConfig(RANDOM, { subsets })), { ...pickContext(), metadataMatch: match }, 100);
    return Object.keys(got).sort().join(' ');
  };
  assert.equal(pick('none', [['version', '"v2"']]), '127.0.0.1:2');
  assert.equal(pick('none', [['version', '"v3"']]), 'none');
  assert.equal(pick('any', [['version', '"v3"']]), '127.0.0.1:1 127.0.0.1:2');
  assert.equal(pick('default', undefined), '127.0.0.1:1');
  assert.equal(pick('none', [['stage', '"prod"']]), 'none', 'no selector has these keys');
});

test('an explanation of endpoints says who is out, and why', () => {
  const set = hosts([
    locality([spec(1), spec(2), spec(3, { health: 'draining' })]),
    locality([spec(4)], { priority: 1 }),
  ]);
  set.endpoints[1]!.ejected = true;
  const balancer = balance(set, lbConfig(RANDOM));
  assert.deepEqual(
    explainEndpoints(balancer, set).map((verdict) => [verdict.eligible, verdict.why]),
    [
      [true, 'priority 0 takes 46 % of requests to healthy endpoints'],
      [false, 'ejected by outlier detection'],
      [false, 'the control plane says draining'],
      [true, 'priority 1 takes 54 % of requests to healthy endpoints'],
    ],
  );
});
