import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock, silentLogger } from '@weft/base';
import type { EndpointSet, EndpointSpec } from '@weft/engine';
import { type DnsDiscovery, DnsEndpoints } from './dns-endpoints.ts';
import type { DnsAnswer, ResolveName } from './dns-resolver.ts';

function named(host: string): EndpointSpec {
  return {
    address: { kind: 'name', host, port: 80 },
    hostname: '',
    weight: 1,
    health: 'healthy',
    metadata: {},
    healthCheck: { port: undefined, hostname: '', disabled: false },
  };
}

function discovery(kind: DnsDiscovery['kind'], respectTtl: boolean): DnsDiscovery {
  const locality = { region: '', zone: '', subZone: '' };
  const endpoints: EndpointSet = {
    clusterName: 'c',
    localities: [{ locality, weight: undefined, priority: 0, endpoints: [named('db.example')] }],
    overprovisioningFactor: 140,
    weightedPriorityHealth: false,
    drops: [],
    staleAfterMs: 0,
  };
  const dns = {
    refreshMs: 60_000,
    failureRefreshMs: 1000,
    failureRefreshMaxMs: 4000,
    respectTtl,
    family: 'auto',
  } as const;
  return { kind, endpoints, dns };
}

/** Answers the given values in turn; `asked` counts. */
class Names {
  asked = 0;
  readonly #answers: (DnsAnswer | undefined)[];

  constructor(answers: readonly (DnsAnswer | undefined)[]) {
    this.#answers = [...answers];
  }

  readonly resolve: ResolveName = async () => {
    this.asked++;
    const answer = this.#answers.shift();
    if (answer === undefined) throw new Error('SERVFAIL');
    return answer;
  };
}

/** Lets answers that are ready arrive. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}

interface Followed {
  readonly names: Names;
  readonly seen: readonly (readonly string[])[];
  pass(ms: number): Promise<void>;
  stop(): void;
}

async function follow(
  kind: DnsDiscovery['kind'],
  respectTtl: boolean,
  answers: readonly (DnsAnswer | undefined)[],
): Promise<Followed> {
  const clock = new FakeClock(1000);
  const names = new Names(answers);
  const seen: string[][] = [];
  const dns = new DnsEndpoints(
    discovery(kind, respectTtl),
    clock,
    silentLogger,
    (set) =>
      seen.push(set.localities.flatMap(({ endpoints }) => endpoints.map(({ address }) => JSON.stringify(address)))),
    names.resolve,
  );
  dns.start();
  await settle();
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settle();
  };
  return { names, seen, pass, stop: () => dns.stop() };
}

const answer = (ttlS: number | undefined, ...addresses: string[]): DnsAnswer => ({ addresses, ttlS });

test('a name is asked for again when its answer has expired', async () => {
  const { names, pass, stop } = await follow('strict-dns', true, [answer(5, '10.0.0.1'), answer(0, '10.0.0.1')]);
  await pass(4900);
  assert.equal(names.asked, 1);
  await pass(200);
  assert.equal(names.asked, 2);
  await pass(59_000);
  assert.equal(names.asked, 2, 'a time to live of 0 leaves the refresh rate');
  await pass(1100);
  assert.equal(names.asked, 3);
  stop();
});

test('strict DNS uses every address, logical DNS one', async () => {
  const all = await follow('strict-dns', false, [answer(undefined, '10.0.0.1', '10.0.0.2')]);
  assert.equal(all.seen[0]?.length, 2);
  all.stop();
  const one = await follow('logical-dns', false, [answer(undefined, '10.0.0.1', '10.0.0.2')]);
  assert.equal(one.seen[0]?.length, 1);
  one.stop();
});

test('while DNS fails the last good answer stays, asked for again ever more slowly', async () => {
  const failures = [undefined, undefined, undefined, undefined];
  const { names, seen, pass, stop } = await follow('strict-dns', false, [
    answer(undefined, '10.0.0.1'),
    ...failures,
    answer(undefined, '10.0.0.2'),
  ]);
  await pass(60_000);
  for (const wait of [1000, 2000, 4000]) {
    const before = names.asked;
    await pass(wait - 100);
    assert.equal(names.asked, before);
    await pass(100);
    assert.equal(names.asked, before + 1);
  }
  assert.equal(seen.length, 1);
  await pass(4000);
  assert.equal(seen.length, 2);
  assert.match(seen[1]?.[0] ?? '', /10\.0\.0\.2/);
  stop();
});
