/** HTTP/2 with prior knowledge from the client and to the backend. */
import { saturateHttp2 } from '../measure/h2load.ts';
import { LOAD_COLUMNS, MEMORY_COLUMN, measure } from '../measure/rounds.ts';
import { http2Bootstrap } from '../proxies/forward-config.ts';
import { startHaproxy } from '../proxies/haproxy.ts';
import { startHttp2Backend } from '../proxies/nginx.ts';
import { envoy, SIDE_BY_SIDE, withPeers } from './forwarding.ts';
import type { Goal, Scenario } from './scenario.ts';

const CONNECTIONS = 8;
const STREAMS = 8;
const BODY_BYTES = 128;

function goal(theirs: string, limit: number): Goal {
  const what = `HTTP/2 forward, beside ${theirs}`;
  return { what, column: 'cpuMicrosPerRequest', ours: 'weft', theirs, bound: 'at most', limit };
}

export const http2: Scenario = {
  name: 'http2',
  summary: 'forwarding small HTTP/2 responses, beside haproxy and Envoy',
  run: (effort, progress) =>
    withPeers(['nginx', 'h2load', 'haproxy', 'envoy'], progress, async (setting) => {
      const { folder } = setting;
      const backend = setting.own(await startHttp2Backend(setting.path('nginx'), folder, BODY_BYTES));
      const bootstrap = (id: string, port: number, adminPort: number): ReturnType<typeof http2Bootstrap> =>
        http2Bootstrap(id, port, adminPort, backend.port);
      const subjects = await setting.start([
        ...setting.ifPresent('haproxy', (path) => [
          { name: 'haproxy', start: () => startHaproxy(path, folder, backend.port, 'http2') },
        ]),
        { name: 'weft', program: setting.weft, bootstrap },
        ...setting.ifPresent('envoy', (path) => [{ name: 'envoy', program: envoy(path), bootstrap }]),
      ]);
      const h2load = setting.path('h2load');
      const plan = {
        saturate: (subject: (typeof subjects)[number], seconds: number) =>
          saturateHttp2(h2load, subject, CONNECTIONS, STREAMS, seconds),
        ...effort,
      };
      return {
        title: `HTTP/2 on both sides, ${CONNECTIONS} connections of ${STREAMS} streams, ${BODY_BYTES}-byte responses`,
        method: SIDE_BY_SIDE,
        columns: [...LOAD_COLUMNS.filter(({ key }) => !key.startsWith('p')), MEMORY_COLUMN],
        measurements: await measure(subjects, plan, progress),
        goals: [goal('haproxy', 1.3), goal('envoy', 0.5)],
      };
    }),
};
