/** What 10,000 clients that asked once and stay connected cost in resident memory. */
import { setTimeout as delay } from 'node:timers/promises';
import { withIdleConnections } from '../measure/idle.ts';
import { median, type Subject } from '../measure/rounds.ts';
import { residentKib } from '../measure/usage.ts';
import { saturate } from '../measure/wrk.ts';
import { staticBootstrap } from '../proxies/forward-config.ts';
import { startBackend, startNginx } from '../proxies/nginx.ts';
import { envoy, withPeers } from './forwarding.ts';
import type { Measurement, Scenario } from './scenario.ts';

const CONNECTIONS = 10_000;
/** Kept-alive connections of the warm-up, whose buffers and code belong to no idle connection. */
const WARM_UP_CONNECTIONS = 32;
/** Long enough for a collector that waits for idle time. */
const SETTLE_MS = 1_000;

async function measureIdle(
  wrk: string,
  subject: Subject,
  warmUpSeconds: number,
  progress: (line: string) => void,
): Promise<Measurement> {
  await saturate(wrk, subject, WARM_UP_CONNECTIONS, warmUpSeconds);
  await delay(SETTLE_MS);
  const before = residentKib(subject.pid);
  const { value: held, failures } = await withIdleConnections(subject.port, CONNECTIONS, async () => {
    await delay(SETTLE_MS);
    return residentKib(subject.pid);
  });
  const kibEach = (held - before) / CONNECTIONS;
  progress(`${subject.name}: ${kibEach.toFixed(1)} KiB each`);
  return { name: subject.name, values: { kibEach, beforeMib: before / 1024, heldMib: held / 1024 }, failures };
}

/** Medians of the same subject's rounds. */
function summary(rounds: readonly Measurement[]): Measurement {
  const value = (key: string): number => median(rounds.map(({ values }) => values[key] ?? Number.NaN));
  return {
    name: rounds[0]?.name ?? '',
    values: { kibEach: value('kibEach'), beforeMib: value('beforeMib'), heldMib: value('heldMib') },
    failures: rounds.reduce((sum, { failures }) => sum + failures, 0),
  };
}

export const idleConnections: Scenario = {
  name: 'idle-connections',
  summary: 'memory of 10,000 idle clients, beside nginx and Envoy',
  run: (effort, progress) =>
    withPeers(['nginx', 'wrk', 'envoy'], progress, async (setting) => {
      const { folder } = setting;
      const backend = setting.own(await startBackend(setting.path('nginx'), folder, 128));
      const bootstrap = (id: string, port: number, adminPort: number): ReturnType<typeof staticBootstrap> =>
        staticBootstrap(id, port, adminPort, backend.port);
      const rounds = new Map<string, Measurement[]>();
      // Memory that was grown once is reused, so every round needs processes of its own.
      for (let round = 0; round < Math.min(effort.rounds, 3); round++) {
        const subjects = await setting.start([
          { name: 'nginx', start: () => startNginx(setting.path('nginx'), folder, backend.port) },
          { name: 'weft', program: setting.weft, bootstrap },
          ...setting.ifPresent('envoy', (path) => [{ name: 'envoy', program: envoy(path), bootstrap }]),
        ]);
        for (const subject of subjects) {
          const found = await measureIdle(setting.path('wrk'), subject, effort.warmUpSeconds, progress);
          rounds.set(subject.name, [...(rounds.get(subject.name) ?? []), found]);
        }
      }
      return {
        title: `${CONNECTIONS.toLocaleString('en')} idle HTTP/1.1 connections, one request made on each`,
        method:
          'Growth of resident memory between a warm proxy and the same proxy with the connections open. Medians of fresh processes.',
        columns: [
          { key: 'kibEach', title: 'KiB each', digits: 1 },
          { key: 'beforeMib', title: 'resident MiB before', digits: 0 },
          { key: 'heldMib', title: 'resident MiB with them', digits: 0 },
        ],
        measurements: [...rounds.values()].map(summary),
        goals: [{ what: 'idle connections', column: 'kibEach', ours: 'weft', bound: 'at most', limit: 10 }],
      };
    }),
};
