/** What requests notice of a push of 5,000 endpoints: p99 at a fixed rate, without pushes and with one a second. */
import { setTimeout as delay } from 'node:timers/promises';
import type { XdsSet } from '@weft/xds';
import { fixedRate } from '../measure/fixed-rate.ts';
import { median, type Subject } from '../measure/rounds.ts';
import { forwardSet } from '../proxies/ads.ts';
import { adsBootstrap } from '../proxies/forward-config.ts';
import { startBackend } from '../proxies/nginx.ts';
import { type EndpointShape, PushAds, withEndpoints } from '../proxies/push-ads.ts';
import { type Candidate, envoy, withPeers } from './forwarding.ts';
import type { Effort, Goal, Measurement, Scenario } from './scenario.ts';

const RATE = 1_000;
const CONNECTIONS = 32;
const ENDPOINTS = 5_000;
const PUSH_EVERY_MS = 1_000;

const SHAPES: Readonly<Record<string, EndpointShape>> = {
  'one cluster': { clusters: 1, endpointsEach: ENDPOINTS },
  '500 clusters': { clusters: 500, endpointsEach: ENDPOINTS / 500 },
};

/** The sets that take turns: half of the endpoints are others, so that none can be passed over as known. */
type Turns = readonly [XdsSet, XdsSet];

function turns(port: number, backendPort: number, shape: EndpointShape): Turns {
  const base = forwardSet(port, backendPort);
  return [withEndpoints(base, shape, 0), withEndpoints(base, shape, shape.endpointsEach >> 1)];
}

/** Pushes until `over` resolves; the first after half a period, so that quiet and busy moments are in every window. */
async function pushDuring(over: Promise<unknown>, push: (turn: number) => void): Promise<void> {
  let ended = false;
  void over.finally(() => {
    ended = true;
  });
  await delay(PUSH_EVERY_MS / 2);
  for (let turn = 1; !ended; turn++) {
    push(turn);
    await delay(PUSH_EVERY_MS);
  }
}

interface Sample {
  readonly quietP99Ms: number;
  readonly pushP99Ms: number;
  readonly pushP999Ms: number;
  readonly failures: number;
}

async function sample(subject: Subject, seconds: number, push: (turn: number) => void): Promise<Sample> {
  const quiet = await fixedRate(subject.port, RATE, seconds, CONNECTIONS, false);
  const load = fixedRate(subject.port, RATE, seconds, CONNECTIONS, false);
  await pushDuring(load, push);
  const busy = await load;
  return {
    quietP99Ms: quiet.p99Ms,
    pushP99Ms: busy.p99Ms,
    pushP999Ms: busy.p999Ms,
    failures: quiet.failures + busy.failures,
  };
}

function summary(name: string, samples: readonly Sample[]): Measurement {
  const of = (pick: (sample: Sample) => number): number => median(samples.map(pick));
  const values = {
    quietP99Ms: of((s) => s.quietP99Ms),
    pushP99Ms: of((s) => s.pushP99Ms),
    movedMs: of((s) => s.pushP99Ms - s.quietP99Ms),
    pushP999Ms: of((s) => s.pushP999Ms),
  };
  return { name, values, failures: samples.reduce((sum, { failures }) => sum + failures, 0) };
}

const GOALS: readonly Goal[] = Object.keys(SHAPES).map((shape) => ({
  what: `push of ${ENDPOINTS} endpoints in ${shape}`,
  column: 'movedMs',
  ours: `weft, ${shape}`,
  bound: 'at most',
  limit: 10,
}));

async function measurePushes(
  subjects: readonly Subject[],
  ads: PushAds,
  sets: ReadonlyMap<string, Turns>,
  effort: Effort,
  progress: (line: string) => void,
): Promise<readonly Measurement[]> {
  const samples = new Map<string, Sample[]>(subjects.map(({ name }) => [name, []]));
  for (const subject of subjects) await fixedRate(subject.port, RATE, effort.warmUpSeconds, CONNECTIONS, false);
  for (let round = 0; round < effort.rounds; round++) {
    for (const subject of subjects) {
      const id = idOf(subject.name);
      const found = await sample(subject, Math.max(effort.seconds, 3), (turn) =>
        ads.push(id, sets.get(id)![turn % 2]!),
      );
      samples.get(subject.name)?.push(found);
      progress(`${subject.name}: p99 ${found.quietP99Ms.toFixed(1)} ms, with pushes ${found.pushP99Ms.toFixed(1)} ms`);
    }
  }
  return subjects.map(({ name }) => summary(name, samples.get(name) ?? []));
}

/** The id that `withPeers` makes of a candidate's name. */
function idOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]+/g, '-');
}

export const pushEndpoints: Scenario = {
  name: 'push-5000-endpoints',
  summary: 'p99 at 1,000 requests/s while 5,000 endpoints are pushed, beside Envoy',
  run: (effort, progress) =>
    withPeers(['nginx', 'envoy'], progress, async (setting) => {
      const backend = setting.own(await startBackend(setting.path('nginx'), setting.folder, 128));
      const ads = setting.own(new PushAds());
      await ads.start();
      const sets = new Map<string, Turns>();
      const candidate = (name: string, program: typeof setting.weft, shape: EndpointShape): Candidate => ({
        name,
        program,
        bootstrap: (id, port, adminPort) => {
          const both = turns(port, backend.port, shape);
          sets.set(id, both);
          ads.announce(id, both[0]);
          return adsBootstrap(id, adminPort, ads.port, true);
        },
      });
      const shapes = Object.entries(SHAPES);
      const subjects = await setting.start([
        ...shapes.map(([name, shape]) => candidate(`weft, ${name}`, setting.weft, shape)),
        ...setting.ifPresent('envoy', (path) =>
          shapes.map(([name, shape]) => candidate(`envoy, ${name}`, envoy(path), shape)),
        ),
      ]);
      return {
        title: `${ENDPOINTS.toLocaleString('en')} endpoints pushed once a second, at ${RATE.toLocaleString('en')} requests/s`,
        method:
          'Each proxy has one core, load and backend the other. Half of the endpoints change with every push (delta ADS); requests go to another cluster. Medians of rounds.',
        columns: [
          { key: 'quietP99Ms', title: 'p99 ms without pushes', digits: 2 },
          { key: 'pushP99Ms', title: 'p99 ms with pushes', digits: 2 },
          { key: 'movedMs', title: 'difference ms', digits: 2 },
          { key: 'pushP999Ms', title: 'p99.9 ms with pushes', digits: 2 },
        ],
        measurements: await measurePushes(subjects, ads, sets, effort, progress),
        goals: GOALS,
      };
    }),
};
