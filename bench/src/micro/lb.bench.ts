/** Cost of a pick by every policy, and of building a balancer. Run: node bench/src/micro/lb.bench.ts */
import { seededRandom } from '@weft/base';
import { createBalancer, EndpointStore, hashRequest, type LbConfig, type LbPolicy, pickContext } from '@weft/engine';
import { measure } from './measure.ts';

const POLICIES: readonly LbPolicy[] = [
  { kind: 'round-robin', slowStart: undefined },
  { kind: 'least-request', choices: 2, activeBias: 1, slowStart: undefined },
  { kind: 'random' },
  { kind: 'peak-ewma', decayMs: 10_000, defaultRttMs: 30 },
  { kind: 'ring-hash', minimumRingSize: 1024, maximumRingSize: 8_388_608, hash: 'xx', hashHostname: false },
  { kind: 'maglev', tableSize: 65_537, hashHostname: false },
];

function config(policy: LbPolicy): LbConfig {
  return {
    policy,
    panicThreshold: 50,
    locality: 'none',
    zoneAware: { routingPercent: 100, minClusterSize: 6, failOnPanic: false },
    subsets: undefined,
    closeConnectionsOnHostSetChange: false,
  };
}

function hostsOf(count: number, weight: (i: number) => number): ReturnType<EndpointStore['update']> {
  const endpoints = Array.from({ length: count }, (_, i) => ({
    address: { kind: 'ip', host: `10.0.${i >> 8}.${i & 255}`, port: 8080 } as const,
    hostname: '',
    weight: weight(i),
    health: 'healthy' as const,
    metadata: {},
    healthCheck: { port: undefined, hostname: '', disabled: false },
  }));
  const localities = [{ locality: { region: '', zone: '', subZone: '' }, weight: undefined, priority: 0, endpoints }];
  return new EndpointStore().update(
    {
      clusterName: 'c',
      localities,
      overprovisioningFactor: 140,
      weightedPriorityHealth: false,
      drops: [],
      staleAfterMs: 0,
    },
    0,
  );
}

const random = seededRandom(1);
const keys = Array.from({ length: 512 }, (_, i) => ({
  method: 'GET',
  path: '/',
  authority: 'a',
  scheme: 'http',
  headers: ['user-agent', 'bench', 'x-user', `user-${i * 7919}`],
}));
const byUser = [{ kind: 'header', name: 'x-user', rewrite: undefined, terminal: false }] as const;

for (const [weights, weight] of [
  ['even', () => 1],
  ['weights 1 to 4', (i: number) => 1 + (i % 4)],
] as const) {
  const hosts = hostsOf(50, weight);
  for (const policy of POLICIES) {
    const balancer = createBalancer({ lb: config(policy), hosts, random, nowMs: () => 0 });
    const hashed = policy.kind === 'ring-hash' || policy.kind === 'maglev';
    const context = pickContext();
    measure(`${policy.kind}, 50 endpoints, ${weights}${hashed ? ', hash of a header' : ''}`, (turn) => {
      if (hashed) hashRequest(byUser, keys[turn & 511]!, '', random, context);
      const endpoint = balancer.pick(context);
      if (endpoint === undefined) return 0;
      // Load moves, as it does in life.
      endpoint.active = (endpoint.active + 1) & 7;
      return endpoint.active;
    });
  }
}

const many = hostsOf(5000, () => 1);
for (const policy of POLICIES) {
  measure(
    `build ${policy.kind} over 5000 endpoints`,
    () => createBalancer({ lb: config(policy), hosts: many, random, nowMs: () => 0 }).load.healthy[0] ?? 0,
    1,
    9,
  );
}
