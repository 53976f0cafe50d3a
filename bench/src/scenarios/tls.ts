/** TLS 1.3 on one side of the proxy: kept-alive connections, so that it is records that count and not handshakes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { debianPeer, envoyPeer } from '../../../tools/peers.ts';
import { LOAD_COLUMNS, MEMORY_COLUMN, measure, STEADY_COLUMNS, type Subject } from '../measure/rounds.ts';
import { freePort } from '../measure/running.ts';
import { saturate } from '../measure/wrk.ts';
import { type EnvoyLike, envoyProgram, startEnvoyLike, weftProgram } from '../proxies/envoy-like.ts';
import { staticBootstrap, type Transports } from '../proxies/forward-config.ts';
import { type CertificateFiles, startBackend, startNginx, type TlsSide } from '../proxies/nginx.ts';
import { SIDE_BY_SIDE } from './forwarding.ts';
import type { Effort, Scenario, ScenarioResult } from './scenario.ts';

const ROOT = join(import.meta.dirname, '../../..');
const CERTIFICATES = join(ROOT, 'packages/proxy/src/testing/certificates');
const SHOWN: CertificateFiles = { certificate: join(CERTIFICATES, 'shop.crt'), key: join(CERTIFICATES, 'shop.key') };
const CONNECTIONS = 32;
const BODY_BYTES = 128;
const STEADY_RATE = 1_000;
const TLS = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3';

function transports(side: TlsSide): Transports {
  const socket = (type: string, context: JsonObject): JsonObject => ({
    name: 'envoy.transport_sockets.tls',
    typed_config: { '@type': `${TLS}.${type}`, common_tls_context: context },
  });
  const files = { certificate_chain: { filename: SHOWN.certificate }, private_key: { filename: SHOWN.key } };
  if (side === 'downstream') return { downstream: socket('DownstreamTlsContext', { tls_certificates: [files] }) };
  const authority = { trusted_ca: { filename: join(CERTIFICATES, 'authority.crt') } };
  const params = { tls_maximum_protocol_version: 'TLSv1_3' };
  return { upstream: socket('UpstreamTlsContext', { validation_context: authority, tls_params: params }) };
}

async function run(
  side: 'downstream' | 'upstream',
  effort: Effort,
  progress: (line: string) => void,
): Promise<ScenarioResult> {
  const peers = { nginx: debianPeer('nginx'), wrk: debianPeer('wrk'), envoy: envoyPeer() };
  const missing = Object.values(peers).flatMap((peer) => (peer.ok ? [] : [`${peer.name}: ${peer.why}`]));
  if (!peers.nginx.ok || !peers.wrk.ok) {
    throw new Error(
      `nothing can be measured without nginx (the backend) and wrk (the load):\n  ${missing.join('\n  ')}`,
    );
  }
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-tls-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  const shown = side === 'upstream' ? SHOWN : undefined;
  const backend = stack.use(await startBackend(peers.nginx.path, folder, BODY_BYTES, shown));
  const secure = side === 'downstream';
  const nginx = stack.use(await startNginx(peers.nginx.path, folder, backend.port, side, SHOWN));
  const subjects: Subject[] = [{ name: 'nginx', ...nginx, secure }];
  const programs: [string, EnvoyLike][] = [['weft', weftProgram(ROOT)]];
  if (peers.envoy.ok) programs.push(['envoy', envoyProgram(peers.envoy.path)]);
  for (const [name, program] of programs) {
    const port = await freePort();
    const bootstrap = staticBootstrap(name, port, await freePort(), backend.port, transports(side));
    try {
      subjects.push({ name, ...stack.use(await startEnvoyLike(name, program, folder, bootstrap, port)), secure });
    } catch (error) {
      missing.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
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
  const where = secure ? 'from clients' : 'to the backend';
  return {
    title: `HTTP/1.1 with TLS 1.3 ${where}, ${CONNECTIONS} kept-alive connections, ${BODY_BYTES}-byte responses`,
    method: `${SIDE_BY_SIDE} The first latencies are those of a saturated proxy, the steady ones those at 1,000 requests/s.`,
    columns: [...LOAD_COLUMNS, ...STEADY_COLUMNS, MEMORY_COLUMN],
    measurements,
    missing,
    versions,
    goals: [
      {
        what: `TLS ${where}`,
        column: 'cpuMicrosPerRequest',
        ours: 'weft',
        theirs: 'nginx',
        bound: 'at most',
        limit: 1.4,
      },
    ],
  };
}

export const tlsDownstream: Scenario = {
  name: 'tls-downstream',
  summary: 'TLS from clients, beside nginx and Envoy',
  run: (effort, progress) => run('downstream', effort, progress),
};

export const tlsUpstream: Scenario = {
  name: 'tls-upstream',
  summary: 'TLS to the backend, beside nginx and Envoy',
  run: (effort, progress) => run('upstream', effort, progress),
};
