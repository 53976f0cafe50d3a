/** Workers and hot restart with real processes under load: no request fails. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { ask } from '../support/ask.ts';
import { type Child, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/free-port.ts';
import { isRunning, leftOver } from '../support/processes.ts';

const MAIN = join(import.meta.dirname, '../../../packages/cli/src/main.ts');
const EXTENSIONS = 'type.googleapis.com/envoy.extensions';
const CLIENTS = 4;
/** Requests before, between and after restarts. */
const PHASE = 400;

function address(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function bootstrap(port: number, adminPort: number, backendPort: number, log: string): JsonObject {
  const manager = {
    '@type': `${EXTENSIONS}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'in',
    access_log: [
      {
        name: 'file',
        typed_config: {
          '@type': `${EXTENSIONS}.access_loggers.file.v3.FileAccessLog`,
          path: log,
          log_format: {
            text_format_source: { inline_string: 'LOG %REQ(:METHOD)% %REQ(:PATH)% %RESPONSE_CODE% END\n' },
          },
        },
      },
    ],
    route_config: {
      name: 'routes',
      virtual_hosts: [
        { name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] },
      ],
    },
    http_filters: [{ name: 'router', typed_config: { '@type': `${EXTENSIONS}.filters.http.router.v3.Router` } }],
  };
  const endpoint = { endpoint: { address: address(backendPort) } };
  return {
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local', cluster: 'test' },
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [
        {
          name: 'in',
          address: address(port),
          filter_chains: [{ filters: [{ name: 'hcm', typed_config: manager }] }],
        },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          connect_timeout: '5s',
          load_assignment: { cluster_name: 'backend', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
}

/** Clients that ask one request after another, each on a kept connection or always on a new one. */
class Load {
  answered = 0;
  readonly failures: string[] = [];
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #clients: readonly Promise<void>[];
  #stopped = false;

  constructor(port: number) {
    this.#port = port;
    const kinds = Array.from({ length: CLIENTS }, () => [this.#agent, false] as const).flat();
    this.#clients = kinds.map((agent) => this.#client(agent));
  }

  async #client(agent: Agent | false): Promise<void> {
    while (!this.#stopped) await this.#once(agent);
  }

  #once(agent: Agent | false): Promise<void> {
    return new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port: this.#port, path: '/', agent }, (response) => {
        let body = '';
        response.on('data', (chunk) => {
          body += chunk;
        });
        response.on('end', () => {
          if (response.statusCode === 200 && body === 'ok') this.answered++;
          else this.failures.push(`${response.statusCode} ${body}`);
          resolve();
        });
      });
      sent.on('error', (error) => {
        this.failures.push(`${error.message} on a ${sent.reusedSocket ? 'kept' : 'new'} connection`);
        resolve();
      });
      sent.end();
    });
  }

  /** Waits for so many more answers. */
  async more(count: number): Promise<void> {
    const goal = this.answered + count;
    await eventually(
      `${count} more answers`,
      () => this.answered + this.failures.length,
      (done) => done >= goal,
    );
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#clients);
    this.#agent.destroy();
  }
}

interface Setup {
  readonly proxy: Child;
  readonly port: number;
  readonly log: string;
  readonly admin: (path: string, method?: string) => Promise<string>;
}

async function start(t: TestContext, concurrency: number, nodeArgs: readonly string[] = []): Promise<Setup> {
  const backend = createServer((_, response) => void response.end('ok'));
  await new Promise<void>((resolve) => backend.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    backend.closeAllConnections();
    backend.close();
  });
  const folder = mkdtempSync(join(tmpdir(), 'weft-restart-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [port, adminPort] = [await freePort(), await freePort()];
  const file = join(folder, 'bootstrap.json');
  const log = join(folder, 'access.log');
  const { port: backendPort } = backend.address() as AddressInfo;
  writeFileSync(file, JSON.stringify(bootstrap(port, adminPort, backendPort, log)));
  const args = [...nodeArgs, MAIN, 'proxy', '-c', file, '--concurrency', String(concurrency), '--drain-time-s', '1'];
  const proxy = startChild(t, process.execPath, args);
  const admin: Setup['admin'] = async (path, method) =>
    method === undefined
      ? (await ask(adminPort, path)).body
      : await (await fetch(`http://127.0.0.1:${adminPort}${path}`, { method })).text();
  await eventually(
    `the proxy\n${proxy.output()}`,
    () => admin('/ready'),
    (text) => text === 'LIVE\n',
  );
  return { proxy, port, log, admin };
}

/** Successors so far that serve. */
function successors(proxy: Child): readonly number[] {
  return [...proxy.output().matchAll(/the successor serves.* pid=(\d+)/g)].map((match) => Number(match[1]));
}

async function untilReplaced(proxy: Child, times: number): Promise<number> {
  const pids = await eventually(
    `successor ${times}`,
    () => successors(proxy),
    (found) => found.length === times,
  );
  return pids[times - 1] ?? 0;
}

for (const concurrency of [1, 2]) {
  test(`two restarts under load with concurrency ${concurrency}: no request fails`, async (t) => {
    const { proxy, port, admin } = await start(t, concurrency);
    const load = new Load(port);
    t.after(() => load.stop());
    await load.more(PHASE);
    proxy.signal('SIGUSR2');
    const first = await untilReplaced(proxy, 1);
    t.after(() => void (isRunning(first) && process.kill(first, 'SIGKILL')));
    await load.more(PHASE);
    assert.equal(await admin('/hot_restart', 'POST'), 'OK\n');
    const second = await untilReplaced(proxy, 2);
    t.after(() => void (isRunning(second) && process.kill(second, 'SIGKILL')));
    await load.more(PHASE);
    // Everybody is served by the last of them: the others have ended.
    assert.equal(await proxy.ended, 0, proxy.output());
    assert.deepEqual(await leftOver([first]), []);
    await load.more(PHASE);
    await load.stop();
    assert.deepEqual(load.failures, []);
    assert.match(await admin('/server_info'), /"restart_epoch": 2/);
    process.kill(second, 'SIGTERM');
    assert.deepEqual(await leftOver([second]), []);
  });
}

test('two workers write one access log without mixing lines, and lose none', async (t) => {
  const { proxy, port, log, admin } = await start(t, 2);
  const load = new Load(port);
  await load.more(PHASE);
  await load.stop();
  assert.deepEqual(load.failures, []);
  const stats = await admin('/stats?filter=worker_..downstream_cx_total');
  assert.deepEqual([...stats.matchAll(/: 0$/gm)], [], `both workers should have got connections: ${stats}`);
  proxy.signal('SIGTERM');
  assert.equal(await proxy.ended, 0, proxy.output());
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  assert.deepEqual(
    lines.filter((line) => line !== 'LOG GET / 200 END'),
    [],
  );
  assert.equal(lines.length, load.answered);
});

/** Loaded into every thread; the first worker throws when it gets the signal that the main thread sends it. */
const CRASHING = `
import { isMainThread, threadId, BroadcastChannel } from 'node:worker_threads';
const channel = new BroadcastChannel('crash');
channel.unref();
if (isMainThread) process.on('SIGHUP', () => channel.postMessage('now'));
else if (threadId === 1) channel.onmessage = () => { throw new Error('a bug of the test'); };
`;

test('a worker that crashes takes the process with it, and its stack into the log', async (t) => {
  const preload = `data:text/javascript,${encodeURIComponent(CRASHING)}`;
  const { proxy } = await start(t, 2, ['--import', preload]);
  proxy.signal('SIGHUP');
  assert.notEqual(await proxy.ended, 0);
  assert.match(
    proxy.output(),
    /error a worker thread crashed; the process ends worker=\d stack="Error: a bug of the test\\n {4}at/,
  );
});
