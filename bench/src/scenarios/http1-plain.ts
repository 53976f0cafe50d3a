/** Plain HTTP/1.1: 32 kept-alive connections, small responses, one core for the proxy. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { debianPeer, envoyPeer, type Peer } from '../../../tools/peers.ts';
import { LOAD_COLUMNS, MEMORY_COLUMN, measure, STEADY_COLUMNS, type Subject } from '../measure/rounds.ts';
import { freePort } from '../measure/running.ts';
import { saturate } from '../measure/wrk.ts';
import { forwardSet, startForwardAds } from '../proxies/ads.ts';
import { type EnvoyLike, envoyProgram, startEnvoyLike, weftProgram } from '../proxies/envoy-like.ts';
import { adsBootstrap, staticBootstrap } from '../proxies/forward-config.ts';
import { startHaproxy } from '../proxies/haproxy.ts';
import { type Started, startBackend, startNginx } from '../proxies/nginx.ts';
import { SIDE_BY_SIDE } from './forwarding.ts';
import type { Effort, Goal, Scenario, ScenarioResult } from './scenario.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CONNECTIONS = 32;
const BODY_BYTES = 128;
const STEADY_RATE = 1_000;

const GOALS: readonly Goal[] = [
  {
    what: 'plain HTTP/1.1 forward',
    column: 'cpuMicrosPerRequest',
    ours: 'weft',
    theirs: 'nginx',
    bound: 'at most',
    limit: 1.25,
  },
  {
    what: 'plain HTTP/1.1 forward, both configured by our ADS server',
    column: 'cpuMicrosPerRequest',
    ours: 'weft (ADS)',
    theirs: 'envoy (ADS)',
    bound: 'at most',
    limit: 1,
  },
];

/** Everything a subject needs to start. */
interface Bench {
  readonly folder: string;
  readonly backendPort: number;
  readonly own: <T extends AsyncDisposable>(resource: T) => T;
  readonly progress: (line: string) => void;
}

interface EnvoyLikeSubject {
  readonly name: string;
  /** The name in the node id and the file name. */
  readonly id: string;
  readonly program: EnvoyLike;
  readonly ads: boolean;
}

/** Starts them, the ones that ask for it on an ADS server of ours. One that does not start is missing, and the rest is measured. */
async function startEnvoyLikes(
  bench: Bench,
  wanted: readonly EnvoyLikeSubject[],
  missing: string[],
): Promise<readonly Subject[]> {
  const ports = new Map<string, number>();
  for (const { id } of wanted) ports.set(id, await freePort());
  const ads = bench.own(
    await startForwardAds(new Map([...ports].map(([id, port]) => [id, forwardSet(port, bench.backendPort)]))),
  );
  const subjects: Subject[] = [];
  for (const { name, id, program, ads: fromAds } of wanted) {
    const port = ports.get(id) ?? 0;
    const adminPort = await freePort();
    const bootstrap = fromAds
      ? adsBootstrap(id, adminPort, ads.address.port, true)
      : staticBootstrap(id, port, adminPort, bench.backendPort);
    try {
      const running = bench.own(await startEnvoyLike(id, program, bench.folder, bootstrap, port));
      subjects.push({ name, ...running });
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return subjects;
}

async function startAll(
  bench: Bench,
  peers: { readonly nginx: Peer; readonly haproxy: Peer; readonly envoy: Peer },
  missing: string[],
): Promise<readonly Subject[]> {
  const subjects: Subject[] = [];
  const add = async (name: string, start: Promise<Started>): Promise<void> => {
    subjects.push({ name, ...bench.own(await start) });
  };
  if (peers.nginx.ok) await add('nginx', startNginx(peers.nginx.path, bench.folder, bench.backendPort));
  if (peers.haproxy.ok) await add('haproxy', startHaproxy(peers.haproxy.path, bench.folder, bench.backendPort));
  const weft = weftProgram(ROOT);
  const wanted: EnvoyLikeSubject[] = [
    { name: 'weft', id: 'weft-static', program: weft, ads: false },
    { name: 'weft (ADS)', id: 'weft-ads', program: weft, ads: true },
  ];
  if (peers.envoy.ok)
    wanted.push({ name: 'envoy (ADS)', id: 'envoy-ads', program: envoyProgram(peers.envoy.path), ads: true });
  return [...subjects, ...(await startEnvoyLikes(bench, wanted, missing))];
}

async function run(effort: Effort, progress: (line: string) => void): Promise<ScenarioResult> {
  const peers = {
    nginx: debianPeer('nginx'),
    haproxy: debianPeer('haproxy'),
    wrk: debianPeer('wrk'),
    envoy: envoyPeer(),
  };
  const missing = Object.values(peers).flatMap((peer) => (peer.ok ? [] : [`${peer.name}: ${peer.why}`]));
  if (!peers.nginx.ok || !peers.wrk.ok) {
    throw new Error(
      `nothing can be measured without nginx (the backend) and wrk (the load):\n  ${missing.join('\n  ')}`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const backend = stack.use(await startBackend(peers.nginx.path, folder, BODY_BYTES));
  const bench: Bench = { folder, backendPort: backend.port, own: (resource) => stack.use(resource), progress };
  const subjects = await startAll(bench, peers, missing);
  for (const line of missing) progress(`missing: ${line}`);
  const wrk = peers.wrk.path;
  const plan = {
    saturate: (subject: Subject, seconds: number) => saturate(wrk, subject, CONNECTIONS, seconds),
    steady: { requestsPerSecond: STEADY_RATE, connections: CONNECTIONS },
    ...effort,
  };
  const measurements = await measure(subjects, plan, progress);
  const versions: Record<string, string> = { node: process.version };
  for (const peer of Object.values(peers)) if (peer.ok) versions[peer.name] = peer.version;
  return {
    title: `Plain HTTP/1.1, ${CONNECTIONS} kept-alive connections, ${BODY_BYTES}-byte responses`,
    method: `${SIDE_BY_SIDE} The first latencies are those of a saturated proxy, the steady ones those at 1,000 requests/s.`,
    columns: [...LOAD_COLUMNS, ...STEADY_COLUMNS, MEMORY_COLUMN],
    measurements,
    missing,
    versions,
    goals: GOALS,
  };
}

export const http1Plain: Scenario = {
  name: 'http1-plain',
  summary: 'forwarding small HTTP/1.1 responses, beside nginx, haproxy and Envoy',
  run,
};
