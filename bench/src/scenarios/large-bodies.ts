/** 1 MiB responses: through HTTP beside nginx, and as bytes of a TCP proxy beside haproxy. */
import { LOAD_COLUMNS, MEMORY_COLUMN, measure, type Subject } from '../measure/rounds.ts';
import { saturate } from '../measure/wrk.ts';
import { staticBootstrap, tcpBootstrap } from '../proxies/forward-config.ts';
import { startHaproxy } from '../proxies/haproxy.ts';
import { startFileBackend, startNginx } from '../proxies/nginx.ts';
import { envoy, SIDE_BY_SIDE, withPeers } from './forwarding.ts';
import type { Goal, Scenario } from './scenario.ts';

const CONNECTIONS = 16;
const BODY_BYTES = 1024 * 1024;

interface Kind {
  readonly peer: 'nginx' | 'haproxy';
  readonly bootstrap: typeof staticBootstrap | typeof tcpBootstrap;
  readonly title: string;
  readonly goals: readonly Goal[];
}

function scenario(name: string, summary: string, kind: Kind): Scenario {
  return {
    name,
    summary,
    run: (effort, progress) =>
      withPeers(['nginx', 'wrk', 'haproxy', 'envoy'], progress, async (setting) => {
        const { folder } = setting;
        const backend = setting.own(await startFileBackend(setting.path('nginx'), folder, BODY_BYTES));
        const bootstrap = (id: string, port: number, adminPort: number): ReturnType<typeof tcpBootstrap> =>
          kind.bootstrap(id, port, adminPort, backend.port);
        const startPeer = (path: string): ReturnType<typeof startNginx> =>
          kind.peer === 'nginx'
            ? startNginx(path, folder, backend.port)
            : startHaproxy(path, folder, backend.port, 'tcp');
        const subjects = await setting.start([
          ...setting.ifPresent(kind.peer, (path) => [{ name: kind.peer, start: () => startPeer(path) }]),
          { name: 'weft', program: setting.weft, bootstrap },
          ...setting.ifPresent('envoy', (path) => [{ name: 'envoy', program: envoy(path), bootstrap }]),
        ]);
        const wrk = setting.path('wrk');
        const load = (subject: Subject, seconds: number): ReturnType<typeof saturate> =>
          saturate(wrk, subject, CONNECTIONS, seconds);
        return {
          title: kind.title,
          method: `${SIDE_BY_SIDE} A request is one response of 1 MiB, so requests/s are MiB/s.`,
          columns: [...LOAD_COLUMNS, MEMORY_COLUMN],
          measurements: await measure(subjects, { saturate: load, ...effort }, progress),
          goals: kind.goals,
        };
      }),
  };
}

export const bodies1Mib: Scenario = scenario('bodies-1mib', '1 MiB HTTP/1.1 responses, beside nginx and Envoy', {
  peer: 'nginx',
  bootstrap: staticBootstrap,
  title: `HTTP/1.1, ${CONNECTIONS} kept-alive connections, 1 MiB responses`,
  goals: [
    {
      what: '1 MiB responses',
      column: 'cpuMicrosPerRequest',
      ours: 'weft',
      theirs: 'nginx',
      bound: 'at most',
      limit: 1.5,
    },
  ],
});

export const tcp: Scenario = scenario('tcp', 'bytes through a TCP proxy, beside haproxy and Envoy', {
  peer: 'haproxy',
  bootstrap: tcpBootstrap,
  title: `TCP proxy, ${CONNECTIONS} connections that carry 1 MiB at a time`,
  goals: [
    {
      what: 'TCP throughput',
      column: 'requestsPerSecond',
      ours: 'weft',
      theirs: 'haproxy',
      bound: 'at least',
      limit: 0.7,
    },
    // Where load and backend saturate first, throughput says little about the proxy; the same share in CPU does.
    {
      what: 'TCP throughput by CPU (1 / 0.7)',
      column: 'cpuMicrosPerRequest',
      ours: 'weft',
      theirs: 'haproxy',
      bound: 'at most',
      limit: 1.43,
    },
  ],
});
