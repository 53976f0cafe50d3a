/** The proxy as a process, started from a bootstrap file as a user starts it. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { type Answer, ask } from '../support/ask.ts';
import { type Child, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';

const MAIN = join(import.meta.dirname, '../../../packages/cli/src/main.ts');
const EXTENSIONS = 'type.googleapis.com/envoy.extensions';

function address(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function bootstrap(port: number, adminPort: number, backendPort: number, logFile: string): JsonObject {
  const manager = {
    '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    access_log: [
      {
        name: 'file',
        typed_config: {
          '@type': `${EXTENSIONS}.access_loggers.file.v3.FileAccessLog`,
          path: logFile,
          log_format: { text_format_source: { inline_string: '%REQ(:PATH)%\n' } },
        },
      },
      {
        name: 'stdout',
        typed_config: {
          '@type': `${EXTENSIONS}.access_loggers.stream.v3.StdoutAccessLog`,
          log_format: {
            text_format_source: { inline_string: 'LOG %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% %RESPONSE_FLAGS%\n' },
          },
        },
      },
    ],
    route_config: {
      name: 'routes',
      virtual_hosts: [
        {
          name: 'all',
          domains: ['shop.example.com'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }],
        },
      ],
    },
    http_filters: [
      {
        name: 'istio.stats',
        typed_config: {
          '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
          type_url: 'type.googleapis.com/stats.PluginConfig',
          value: {},
        },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` },
      },
    ],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager };
  const endpoint = { endpoint: { address: address(backendPort) } };
  return {
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local', cluster: 'test' },
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [
        { name: 'in', traffic_direction: 'INBOUND', address: address(port), filter_chains: [{ filters: [filter] }] },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          connect_timeout: '1s',
          load_assignment: { cluster_name: 'backend', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
}

interface Setup {
  readonly proxy: Child;
  readonly admin: (path: string) => Promise<string>;
  readonly get: (path: string, host?: string) => Promise<Answer>;
  /** Requests to /slow that the backend holds until they are answered here. */
  readonly held: ServerResponse[];
  readonly logFile: string;
}

async function start(t: TestContext): Promise<Setup> {
  const held: ServerResponse[] = [];
  const backend = createServer((request, response) => {
    if (request.url === '/slow') held.push(response);
    else response.end(`hello from ${request.headers.host}`);
  });
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const folder = mkdtempSync(join(tmpdir(), 'weft-proxy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [port, adminPort] = [await freePort(), await freePort()];
  const { port: backendPort } = backend.address() as AddressInfo;
  const file = join(folder, 'bootstrap.json');
  const logFile = join(folder, 'access.log');
  writeFileSync(file, JSON.stringify(bootstrap(port, adminPort, backendPort, logFile)));
  const proxy = startChild(t, process.execPath, [MAIN, 'proxy', '--bootstrap', file, '--drain', '5s']);
  const admin = async (path: string): Promise<string> => (await ask(adminPort, path)).body;
  await eventually(
    `the proxy\n${proxy.output()}`,
    () => admin('/ready'),
    (text) => text === 'LIVE\n',
  );
  const get: Setup['get'] = (path, host = 'shop.example.com') => ask(port, path, { host });
  return { proxy, admin, get, held, logFile };
}

test('a process forwards, counts, logs and shows what it does', async (t) => {
  const { proxy, admin, get } = await start(t);
  const answer = await get('/orders?x=1');
  assert.deepEqual([answer.status, answer.body], [200, 'hello from shop.example.com']);
  const missing = await get('/orders', 'unknown.example.com');
  assert.equal(missing.status, 404);
  assert.notEqual(missing.headers['x-weft-error'], undefined);

  await eventually(
    'the access log',
    () => proxy.output(),
    (text) => text.includes('LOG GET /orders 404 NR'),
  );
  assert.ok(proxy.output().includes('LOG GET /orders?x=1 200 -'), proxy.output());
  const metrics = await admin('/stats/prometheus');
  assert.match(metrics, /^envoy_cluster_upstream_rq_total\{cluster_name="backend"\} 1$/m);
  assert.match(metrics, /^envoy_http_downstream_rq\{http_conn_manager_prefix="in",response_code_class="4xx"\} 1$/m);
  assert.match(metrics, /^istio_requests_total\{.*response_code="200".*\} 1$/m);
  const { configs } = JSON.parse(await admin('/config_dump'));
  assert.ok(configs.length >= 4);
  assert.match(await admin('/clusters'), /^backend::127\.0\.0\.1:\d+::rq_total::1$/m);
  assert.match(await admin('/listeners'), /^in::127\.0\.0\.1:\d+$/m);
});

test('SIGTERM lets a request in flight finish, then the process ends with code 0', async (t) => {
  const { proxy, get, held } = await start(t);
  const slow = get('/slow');
  await eventually(
    'the request at the backend',
    () => held.length,
    (count) => count === 1,
  );
  proxy.signal('SIGTERM');
  await eventually(
    'the listener to close',
    () =>
      get('/').then(
        () => 'open',
        () => 'closed',
      ),
    (state) => state === 'closed',
  );
  held[0]?.end('late but whole');
  const answer = await slow;
  assert.deepEqual([answer.status, answer.body], [200, 'late but whole']);
  assert.equal(await proxy.ended, 0, proxy.output());
});

test('SIGUSR1 goes on in a new file after the access log was moved aside', async (t) => {
  const { proxy, get, logFile } = await start(t);
  const logged = (file: string, line: string): Promise<string> =>
    eventually(
      `${line} in ${file}`,
      () => (existsSync(file) ? readFileSync(file, 'utf8') : ''),
      (text) => text === line,
    );
  await get('/first');
  await logged(logFile, '/first\n');
  renameSync(logFile, `${logFile}.1`);
  proxy.signal('SIGUSR1');
  await logged(logFile, '');
  await eventually('the new file', () => existsSync(logFile), Boolean);
  await get('/second');
  await logged(logFile, '/second\n');
  assert.equal(readFileSync(`${logFile}.1`, 'utf8'), '/first\n');
});
