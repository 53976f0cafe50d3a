/**
 * Every golden case of `translate` through a stock Envoy and through our proxy, both fed by our ADS server: neither refuses anything, and
 * the same requests have the same outcomes.
 */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { type AdsServer, type ConnectedProxy, EMPTY_XDS_SET, startAdsServer, type XdsSet } from '@weft/xds';
import { NO_ENVOY } from '../stock-envoy.ts';
import { Backends } from './backends.ts';
import { compare, type Difference } from './compare.ts';
import { toEdge } from './edge.ts';
import { type DataPlane, GoldenCase, goldenCases, type NodeKind } from './golden-case.ts';
import { type ApiType, type Peer, startPeer } from './peer.ts';
import { probesOf } from './probes.ts';

type Sets = Readonly<Record<DataPlane, XdsSet>>;

interface Refusal {
  readonly dataPlane: DataPlane;
  readonly why: string;
}

class Stage {
  readonly #server: AdsServer;
  readonly #proxies: Map<DataPlane, ConnectedProxy>;
  readonly peers: readonly Peer[];
  #generation = 1;

  constructor(server: AdsServer, proxies: Map<DataPlane, ConnectedProxy>, peers: readonly Peer[]) {
    this.#server = server;
    this.#proxies = proxies;
    this.peers = peers;
  }

  /** Gives each data plane its set; resolves when both hold it, with what they refused. */
  async serve(sets: Sets): Promise<readonly Refusal[]> {
    const generation = ++this.#generation;
    for (const [dataPlane, proxy] of this.#proxies) proxy.assign(sets[dataPlane], generation);
    const { waiting, rejected } = await this.#server.whenSettled(generation, { timeoutMs: 10_000 });
    return [
      ...waiting.map((proxy): Refusal => ({ dataPlane: dataPlaneOf(proxy.nodeId), why: 'it did not answer' })),
      ...rejected.flatMap(({ nodeId, kinds }) =>
        Object.entries(kinds).flatMap(([kind, { nack }]): Refusal[] =>
          nack === undefined ? [] : [{ dataPlane: dataPlaneOf(nodeId), why: `${kind}: ${nack.message}` }],
        ),
      ),
    ];
  }
}

function dataPlaneOf(nodeId: string): DataPlane {
  return nodeId.includes('~envoy.') ? 'envoy' : 'weft';
}

async function openStage(t: TestContext, apiType: ApiType): Promise<Stage> {
  const proxies = new Map<DataPlane, ConnectedProxy>();
  const bothCame = Promise.withResolvers<void>();
  const server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      clock: systemClock,
      logger: silentLogger,
      source: {
        connected(proxy) {
          proxy.assign(EMPTY_XDS_SET, 1);
          proxies.set(dataPlaneOf(proxy.node.id), proxy);
          if (proxies.size === 2) bothCame.resolve();
        },
        disconnected: () => undefined,
      },
    },
  );
  t.after(() => server.close());
  const peers = await Promise.all([
    startPeer(t, 'envoy', server.address.port, apiType),
    startPeer(t, 'weft', server.address.port, apiType),
  ]);
  await bothCame.promise;
  return new Stage(server, proxies, peers);
}

/** A case about what a stock Envoy gets may hold what our proxy refuses by name, such as a Lua filter; Envoy takes everything. */
function isKnownGap(golden: GoldenCase, { dataPlane }: Refusal): boolean {
  return dataPlane === 'weft' && golden.forStockEnvoy;
}

/** Serves the case as a node of that kind and, when it is the case's own, sends its requests. Returns how many were compared. */
async function runCase(t: TestContext, stage: Stage, golden: GoldenCase, kind: NodeKind): Promise<number> {
  await using backends = new Backends();
  const portOf = (label: string): Promise<number> => backends.portOf(label);
  const envoy = await toEdge(golden.resources(kind, 'envoy'), 'envoy', portOf);
  const weft = await toEdge(golden.resources(kind, 'weft'), 'weft', portOf);
  const refusals = await stage.serve({ envoy: envoy.set, weft: weft.set });
  const lacking = refusals.filter((refusal) => isKnownGap(golden, refusal));
  assert.deepEqual(
    refusals.filter((refusal) => !lacking.includes(refusal)),
    [],
  );
  if (lacking.length > 0) {
    t.diagnostic(`not compared, our proxy refuses it by name: ${lacking.map(({ why }) => why).join('; ')}`);
    return 0;
  }
  const stranger = `localhost:${await portOf('any stranger')}`;
  const probes = kind === golden.kind ? probesOf(envoy, golden.requests, stranger) : [];
  const names = new Set(envoy.set.listener.keys());
  const ports = await Promise.all(stage.peers.map((peer) => peer.listening(names)));
  const differences: Difference[] = [];
  for (const probe of probes) {
    const [atEnvoy = 0, atWeft = 0] = ports.map((bound) => bound.get(probe.listener));
    differences.push(...(await compare(probe, { envoy: atEnvoy, weft: atWeft })));
  }
  assert.deepEqual(differences, []);
  return probes.length;
}

/** Takes everything back, so that a case never meets what another left. */
async function clear(stage: Stage): Promise<void> {
  assert.deepEqual(await stage.serve({ envoy: EMPTY_XDS_SET, weft: EMPTY_XDS_SET }), []);
  await Promise.all(stage.peers.map((peer) => peer.listening(new Set())));
}

for (const apiType of ['DELTA_GRPC', 'GRPC'] as const) {
  test(`golden cases through Envoy and through our proxy, ${apiType}`, {
    skip: NO_ENVOY,
    timeout: 240_000,
  }, async (t) => {
    const stage = await openStage(t, apiType);
    let compared = 0;
    let taken = 0;
    for (const name of goldenCases(process.env['WEFT_TEST_CASES']?.split(','))) {
      const golden = new GoldenCase(name);
      for (const kind of ['sidecar', 'router'] as const) {
        await t.test(`${name} as ${kind}`, async (t) => {
          t.after(() => clear(stage));
          compared += await runCase(t, stage, golden, kind);
          taken++;
        });
      }
    }
    t.diagnostic(`${taken} configurations taken without a NACK, ${compared} requests with equal outcomes`);
  });
}
