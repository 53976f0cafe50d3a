/** What the scenarios that measure proxies beside each other share: peers, a folder, and subjects that may fail to start. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { debianPeer, envoyPeer, type Peer } from '../../../tools/peers.ts';
import type { Subject } from '../measure/rounds.ts';
import { freePort } from '../measure/running.ts';
import { type EnvoyLike, envoyProgram, startEnvoyLike, weftProgram } from '../proxies/envoy-like.ts';
import type { Started } from '../proxies/nginx.ts';
import type { ScenarioResult } from './scenario.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** The first sentences of every report of proxies beside each other. */
export const SIDE_BY_SIDE =
  "The proxy has one core, load and backend the other. Medians of interleaved rounds; CPU is user and system time of the proxy's processes.";

/** A proxy to start: by a program of its own, or from a bootstrap file. */
export type Candidate = { readonly name: string; readonly path?: string } & (
  | { readonly start: () => Promise<Started> }
  | {
      readonly program: EnvoyLike;
      readonly bootstrap: (id: string, port: number, adminPort: number) => JsonObject;
    }
);

type DebianName = Parameters<typeof debianPeer>[0];

/** Programs by name; asking for one that cannot be had throws with the reason. */
export interface Setting {
  readonly folder: string;
  readonly weft: EnvoyLike;
  readonly path: (name: DebianName) => string;
  /** Candidates for the peers that are here; the others are missing from the result. */
  readonly ifPresent: (
    name: DebianName | 'envoy',
    candidates: (path: string) => readonly Candidate[],
  ) => readonly Candidate[];
  readonly own: <T extends AsyncDisposable>(resource: T) => T;
  readonly start: (candidates: readonly Candidate[]) => Promise<readonly Subject[]>;
}

export const envoy: (path: string) => EnvoyLike = envoyProgram;

async function startOne(setting: Setting, candidate: Candidate): Promise<Subject> {
  const { name, path } = candidate;
  const at = path === undefined ? {} : { path };
  if ('start' in candidate) return { name, ...setting.own(await candidate.start()), ...at };
  const port = await freePort();
  const id = name.replaceAll(/[^a-z0-9]+/g, '-');
  const bootstrap = candidate.bootstrap(id, port, await freePort());
  return { name, ...setting.own(await startEnvoyLike(id, candidate.program, setting.folder, bootstrap, port)), ...at };
}

/** Runs `body` with these peers, and ends all it started. */
export async function withPeers(
  names: readonly (DebianName | 'envoy')[],
  progress: (line: string) => void,
  body: (setting: Setting) => Promise<Omit<ScenarioResult, 'missing' | 'versions'>>,
): Promise<ScenarioResult> {
  const peers = new Map<string, Peer>(names.map((name) => [name, name === 'envoy' ? envoyPeer() : debianPeer(name)]));
  const missing = [...peers.values()].flatMap((peer) => (peer.ok ? [] : [`${peer.name}: ${peer.why}`]));
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const setting: Setting = {
    folder,
    weft: weftProgram(ROOT),
    path: (name) => {
      const peer = peers.get(name);
      if (peer?.ok) return peer.path;
      throw new Error(`nothing can be measured without ${name}: ${peer?.why ?? 'not asked for'}`);
    },
    ifPresent: (name, candidates) => {
      const peer = peers.get(name);
      return peer?.ok ? candidates(peer.path) : [];
    },
    own: (resource) => stack.use(resource),
    start: async (candidates) => {
      const subjects: Subject[] = [];
      for (const candidate of candidates) {
        try {
          subjects.push(await startOne(setting, candidate));
        } catch (error) {
          missing.push(`${candidate.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      for (const line of missing) progress(`missing: ${line}`);
      return subjects;
    },
  };
  const result = await body(setting);
  const versions: Record<string, string> = { node: process.version };
  for (const peer of peers.values()) if (peer.ok) versions[peer.name] = peer.version;
  return { ...result, missing, versions };
}
