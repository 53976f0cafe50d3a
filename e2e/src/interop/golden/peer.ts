/** A proxy under comparison: a process that takes its configuration from the ADS server, and says where it listens. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { ask } from '../../support/ask.ts';
import { type Child, startChild } from '../../support/child.ts';
import { eventually } from '../../support/eventually.ts';
import { freePort } from '../../support/free-port.ts';
import { envoyBootstrap } from '../envoy-bootstrap.ts';
import { startStockEnvoy } from '../stock-envoy.ts';
import { AUTHORITY, SERVER_CERTIFICATE, SERVER_KEY } from './certificates.ts';
import { object } from './edge.ts';
import type { DataPlane } from './golden-case.ts';

const WEFT = join(import.meta.dirname, '../../../../packages/cli/src/main.ts');

export interface Peer {
  readonly dataPlane: DataPlane;
  readonly child: Child;
  /** Resolves when exactly these listeners are active: name → port. */
  listening(names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>>;
}

export type ApiType = 'GRPC' | 'DELTA_GRPC';

/** Certificates of the mesh that are mounted as files are secrets of the bootstrap, by the names Istio gives them. */
const SECRETS: JsonObject[] = [
  {
    name: 'default',
    tls_certificate: {
      certificate_chain: { inline_string: SERVER_CERTIFICATE },
      private_key: { inline_string: SERVER_KEY },
    },
  },
  { name: 'ROOTCA', validation_context: { trusted_ca: { inline_string: AUTHORITY } } },
];

/** Starts a process of either data plane from the same kind of bootstrap file. */
export async function startPeer(
  t: TestContext,
  dataPlane: DataPlane,
  xdsPort: number,
  apiType: ApiType,
): Promise<Peer> {
  const adminPort = await freePort();
  const node = { id: `sidecar~127.0.0.1~${dataPlane}.golden~golden.svc.cluster.local`, cluster: 'golden' };
  const base = envoyBootstrap(node, xdsPort, apiType);
  const bootstrap = {
    ...base,
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: adminPort } } },
    static_resources: { ...object(base['static_resources']), secrets: SECRETS },
  };
  const child = dataPlane === 'envoy' ? startStockEnvoy(t, bootstrap) : startWeft(t, bootstrap);
  const listeners = async (): Promise<ReadonlyMap<string, number>> => parse((await ask(adminPort, '/listeners')).body);
  return {
    dataPlane,
    child,
    listening: (names) =>
      eventually(
        `${dataPlane} to listen on ${[...names].join(', ')}`,
        listeners,
        (bound) => names.symmetricDifference(bound).size === 0,
      ),
  };
}

function startWeft(t: TestContext, bootstrap: JsonValue): Child {
  const folder = mkdtempSync(join(tmpdir(), 'weft-golden-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  return startChild(t, process.execPath, [WEFT, 'proxy', '--bootstrap', file, '--drain', '0s', '--log-level', 'warn']);
}

/** Both data planes print a line `<name>::127.0.0.1:<port>` for each active listener. */
function parse(page: string): ReadonlyMap<string, number> {
  return new Map([...page.matchAll(/^(.+)::127\.0\.0\.1:(\d+)$/gm)].map((row) => [row[1] ?? '', Number(row[2])]));
}
