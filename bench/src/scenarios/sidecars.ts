/** A call between two workloads as a mesh makes it: from one sidecar to the other by mutual TLS, with statistics and an access log. */
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { LOAD_COLUMNS, MEMORY_COLUMN, measure, STEADY_COLUMNS, type Subject } from '../measure/rounds.ts';
import { freePort } from '../measure/running.ts';
import { saturate } from '../measure/wrk.ts';
import { startForwardAds } from '../proxies/ads.ts';
import { type EnvoyLike, startEnvoyLike } from '../proxies/envoy-like.ts';
import { adsBootstrap } from '../proxies/forward-config.ts';
import { type Started, startBackend } from '../proxies/nginx.ts';
import { type SidecarPair, sidecarSets } from '../proxies/sidecar-sets.ts';
import { envoy, type Setting, SIDE_BY_SIDE, withPeers } from './forwarding.ts';
import type { Effort, Scenario, ScenarioResult } from './scenario.ts';

const CERTIFICATES = join(import.meta.dirname, '../../../packages/proxy/src/testing/certificates');
const CONNECTIONS = 32;
const BODY_BYTES = 128;
const STEADY_RATE = 1_000;

/** What the bootstrap of a sidecar holds until there is an authority to ask: one workload's certificate, and who signed its peers'. */
const SECRETS: readonly JsonObject[] = [
  {
    name: 'default',
    tls_certificate: {
      certificate_chain: { filename: join(CERTIFICATES, 'client.crt') },
      private_key: { filename: join(CERTIFICATES, 'client.key') },
    },
  },
  { name: 'ROOTCA', validation_context: { trusted_ca: { filename: join(CERTIFICATES, 'authority.crt') } } },
];

async function startPair(
  setting: Setting,
  dataPlane: SidecarPair['dataPlane'],
  program: EnvoyLike,
  address: string,
  backendPort: number,
): Promise<Started & Pick<Subject, 'helpers'>> {
  const pair: SidecarPair = {
    dataPlane,
    servicePort: await freePort(),
    inbound: { address, port: await freePort() },
    backendPort,
  };
  const names = { client: `${dataPlane}-client`, server: `${dataPlane}-server` };
  const ads = await startForwardAds(sidecarSets(pair, names));
  setting.own(ads);
  const start = async (name: string, port: number, host: string) => {
    const bootstrap = adsBootstrap(name, await freePort(), ads.address.port, dataPlane === 'weft', SECRETS);
    return setting.own(await startEnvoyLike(name, program, setting.folder, bootstrap, port, host));
  };
  const server = await start(names.server, pair.inbound.port, address);
  const client = await start(names.client, pair.servicePort, '127.0.0.1');
  return { ...client, helpers: [server.pid] };
}

async function run(effort: Effort, progress: (line: string) => void): Promise<ScenarioResult> {
  return withPeers(['nginx', 'wrk', 'envoy'], progress, async (setting) => {
    const backend = setting.own(await startBackend(setting.path('nginx'), setting.folder, BODY_BYTES));
    const pair = (dataPlane: SidecarPair['dataPlane'], program: EnvoyLike, address: string) => ({
      name: dataPlane,
      start: () => startPair(setting, dataPlane, program, address, backend.port),
    });
    const subjects = await setting.start([
      pair('weft', setting.weft, '127.1.0.2'),
      ...setting.ifPresent('envoy', (path) => [pair('envoy', envoy(path), '127.1.0.3')]),
    ]);
    const wrk = setting.path('wrk');
    const measurements = await measure(
      subjects,
      {
        saturate: (subject, seconds) => saturate(wrk, subject, CONNECTIONS, seconds),
        steady: { requestsPerSecond: STEADY_RATE, connections: CONNECTIONS },
        ...effort,
      },
      progress,
    );
    return {
      title: `Two sidecars, mutual TLS, ${CONNECTIONS} kept-alive connections, ${BODY_BYTES}-byte responses`,
      method:
        `${SIDE_BY_SIDE} CPU and memory are of both sidecars together. Both get what our translation makes of the same objects: mutual TLS with ` +
        "certificates from files, STRICT PeerAuthentication, a VirtualService, an access log, Istio's default filters. The filters that only " +
        "Istio's build of Envoy has (peer metadata, statistics, ALPN) are sent to Weft alone.",
      columns: [...LOAD_COLUMNS, ...STEADY_COLUMNS, MEMORY_COLUMN],
      measurements,
      goals: [
        {
          what: 'sidecars with mutual TLS',
          column: 'cpuMicrosPerRequest',
          ours: 'weft',
          theirs: 'envoy',
          bound: 'at most',
          limit: 0.6,
        },
        {
          what: 'added latency at 1,000 requests/s',
          column: 'steadyP99Ms',
          ours: 'weft',
          theirs: 'envoy',
          bound: 'at most',
          limit: 1,
        },
      ],
    };
  });
}

export const sidecars: Scenario = {
  name: 'sidecars',
  summary: 'two sidecars with mutual TLS, statistics and access log, beside two Envoys',
  run,
};
