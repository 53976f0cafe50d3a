/** What a route table's size costs a request: the last of 10 routes and the last of 10,000. */
import { LOAD_COLUMNS, MEMORY_COLUMN, measure, type Subject } from '../measure/rounds.ts';
import { saturate } from '../measure/wrk.ts';
import { lastRoutePath, routesBootstrap } from '../proxies/forward-config.ts';
import { startBackend } from '../proxies/nginx.ts';
import { type Candidate, envoy, SIDE_BY_SIDE, withPeers } from './forwarding.ts';
import type { Scenario } from './scenario.ts';

const CONNECTIONS = 32;
const FEW = 10;
const MANY = 10_000;

export const routes10000: Scenario = {
  name: 'routes-10000',
  summary: 'requests for the last of 10,000 routes beside the last of 10',
  run: (effort, progress) =>
    withPeers(['nginx', 'wrk', 'envoy'], progress, async (setting) => {
      const backend = setting.own(await startBackend(setting.path('nginx'), setting.folder, 128));
      const both = (name: string, program: typeof setting.weft): readonly Candidate[] =>
        [FEW, MANY].map((count) => ({
          name: `${name} (${count} routes)`,
          path: lastRoutePath(count),
          program,
          bootstrap: (id, port, adminPort) => routesBootstrap(id, port, adminPort, backend.port, count),
        }));
      const subjects = await setting.start([
        ...both('weft', setting.weft),
        ...setting.ifPresent('envoy', (path) => both('envoy', envoy(path))),
      ]);
      const wrk = setting.path('wrk');
      const load = (subject: Subject, seconds: number): ReturnType<typeof saturate> =>
        saturate(wrk, subject, CONNECTIONS, seconds);
      return {
        title: `HTTP/1.1, ${CONNECTIONS} kept-alive connections, the last of ${FEW} and of ${MANY.toLocaleString('en')} routes`,
        method: `${SIDE_BY_SIDE} Routes are exact paths and prefixes in turn, in one virtual host.`,
        columns: [...LOAD_COLUMNS, MEMORY_COLUMN],
        measurements: await measure(subjects, { saturate: load, ...effort }, progress),
        goals: [
          {
            what: '10,000 routes',
            column: 'cpuMicrosPerRequest',
            ours: `weft (${MANY} routes)`,
            theirs: `weft (${FEW} routes)`,
            bound: 'at most',
            limit: 1.5,
          },
        ],
      };
    }),
};
