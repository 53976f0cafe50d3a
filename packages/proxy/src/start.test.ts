import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { httpListener, ROUTER, socketAddress, staticCluster } from './testing/harness.ts';

/**
 * What a sidecar may load before it is ready, by the folder under the root of the sources. Whoever must raise a number measures resident
 * memory as in docs/decisions/0151; what only some configurations need belongs in on-demand.ts instead.
 */
const MOST_FILES: Readonly<Record<string, number>> = {
  'packages/base': 12,
  'packages/engine': 92,
  'packages/http': 47,
  'packages/proxy': 245,
  'packages/xds/gen': 112,
  'packages/xds': 12,
  'node_modules/@bufbuild': 66,
  'node_modules/re2js': 1,
};
const MOST_BYTES = 2_750_000;

/** A filter as the control plane gives Istio's own, and as an EnvoyFilter may give any. */
function typedStruct(name: string, type: string, value: object): object {
  const typed_config = {
    '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
    type_url: `type.googleapis.com/${type}`,
    value,
  };
  return { name, typed_config };
}

const BOOTSTRAP = {
  node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
  admin: { address: socketAddress(0) },
  static_resources: {
    clusters: [staticCluster('backend', [1])],
    listeners: [
      httpListener([{ match: { prefix: '/' }, route: { cluster: 'backend' } }], {
        access_log: [
          {
            name: 'envoy.access_loggers.file',
            typed_config: {
              '@type': 'type.googleapis.com/envoy.extensions.access_loggers.file.v3.FileAccessLog',
              path: '/dev/null',
            },
          },
        ],
        http_filters: [
          typedStruct('istio.metadata_exchange', 'io.istio.http.peer_metadata.Config', {}),
          typedStruct('istio.stats', 'stats.PluginConfig', {}),
          typedStruct('envoy.filters.http.cors', 'envoy.extensions.filters.http.cors.v3.Cors', {}),
          ROUTER,
        ],
      }),
    ],
  },
};

interface Loaded {
  readonly files: readonly string[];
  readonly builtIns: readonly string[];
  readonly bytes: number;
}

const ROOT = join(import.meta.dirname, '../../..');

/** Starts a proxy, ends it when it serves, and returns what it had loaded. */
async function loadedAtStart(folder: string): Promise<Loaded> {
  const bootstrap = join(folder, 'bootstrap.json');
  writeFileSync(bootstrap, JSON.stringify(BOOTSTRAP));
  const hook = join(import.meta.dirname, 'testing/report-loaded.ts');
  const args = ['--import', hook, join(import.meta.dirname, 'main.ts'), '--config', bootstrap];
  const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
  let told = '';
  let failure = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (told += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    failure += text;
    if (text.includes(' serving ')) child.kill('SIGTERM');
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, failure);
  return JSON.parse(told.trim().split('\n').at(-1) ?? '');
}

let folder: string;
let loaded: Loaded;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'weft-start-'));
  loaded = await loadedAtStart(folder);
});

after(() => rmSync(folder, { recursive: true }));

function countByFolder(): ReadonlyMap<string, string[]> {
  const folders = Object.keys(MOST_FILES).sort((a, b) => b.length - a.length);
  const byFolder = new Map<string, string[]>();
  for (const file of loaded.files) {
    const path = file.slice(ROOT.length + 1);
    const owner = folders.find((candidate) => path.startsWith(`${candidate}/`)) ?? path;
    byFolder.set(owner, [...(byFolder.get(owner) ?? []), path]);
  }
  return byFolder;
}

test('a sidecar loads nothing from elsewhere, and not more than it did', () => {
  for (const [owner, files] of countByFolder()) {
    const most = MOST_FILES[owner] ?? 0;
    assert.ok(files.length <= most, `${files.length} files of ${owner}, at most ${most}:\n${files.join('\n')}`);
  }
  assert.ok(loaded.bytes <= MOST_BYTES, `${loaded.bytes} bytes of source are loaded, at most ${MOST_BYTES}`);
});

/** Each brings two to eight megabytes, and is needed by some configurations only. node:net itself brings child_process and dgram. */
const COSTLY = ['crypto', 'fs/promises', 'http2', 'https', 'readline', 'repl', 'tls', 'zlib'];

test("a sidecar loads none of Node's costly modules", () => {
  assert.ok(loaded.builtIns.includes('net'));
  assert.deepEqual(
    COSTLY.filter((name) => loaded.builtIns.includes(name)),
    [],
  );
});

test('a sidecar loads no part that is for on demand', () => {
  assert.ok(loaded.files.some((file) => file.endsWith('/proxy/src/on-demand.ts')));
  const parts =
    /proxy\/src\/(workers\/worker-plane|dns\/open-dns|workload-health\/run-probe|last-good\/last-good|admin\/(config-dump|message-json))\.ts$/;
  assert.deepEqual(
    loaded.files.filter((file) => parts.test(file)),
    [],
  );
});
