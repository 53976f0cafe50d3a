/** slowhttptest (Debian) against our listener: slow heads, slow bodies and slow readers cost it bounded memory, and others are served. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { proxyInFront } from '../support/proxy-in-front.ts';

const TOOL = process.env['WEFT_TEST_SLOWHTTPTEST'];
const NO_TOOL =
  TOOL !== undefined
    ? false
    : (process.env['WEFT_TEST_SLOWHTTPTEST_MISSING'] ??
      'no slowhttptest was given; run this with npm run test:interop');

const TYPES = 'type.googleapis.com/envoy.extensions.filters';
const CONNECTIONS = 200;
/** What each attacker's connection may cost: the listener's buffer, both ways, and objects. */
const BYTES_PER_CONNECTION = 512 * 1024;
const LARGE = Buffer.alloc(1024 * 1024, 'x');
const address = (port: number): object => ({ socket_address: { address: '127.0.0.1', port_value: port } });

function bootstrap(backendPort: number): object {
  const manager = {
    '@type': `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'slow',
    request_headers_timeout: '2s',
    request_timeout: '2s',
    stream_idle_timeout: '4s',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }],
        },
      ],
    },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPES}.http.router.v3.Router` } }],
  };
  const filters = [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }];
  return {
    node: { id: 'sidecar~127.0.0.1~slow.default~default.svc.cluster.local' },
    static_resources: {
      listeners: [
        {
          name: 'slow',
          address: address(0),
          per_connection_buffer_limit_bytes: 65_536,
          filter_chains: [{ filters }],
        },
      ],
      clusters: [
        {
          name: 'backend',
          type: 'STATIC',
          per_connection_buffer_limit_bytes: 65_536,
          load_assignment: {
            cluster_name: 'backend',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(backendPort) } }] }],
          },
        },
      ],
    },
  };
}

/** Status of one small request. */
function ask(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request({ port, host: '127.0.0.1', path: '/small', agent: false, timeout: 2000 }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    asking.on('timeout', () => asking.destroy(new Error('no answer within 2 s')));
    asking.on('error', reject);
    asking.end();
  });
}

interface Attack {
  readonly title: string;
  readonly args: readonly string[];
  /** Whether the proxy's timeouts must have ended every connection before the tool gives up. */
  readonly cutOff: boolean;
}

const ATTACKS: readonly Attack[] = [
  { title: 'slow heads', args: ['-H', '-i', '1', '-l', '10'], cutOff: true },
  { title: 'slow bodies', args: ['-B', '-i', '1', '-s', '65536', '-l', '10'], cutOff: true },
  { title: 'slow readers', args: ['-X', '-n', '1', '-z', '16', '-w', '16', '-y', '32', '-l', '6'], cutOff: false },
];

for (const { title, args, cutOff } of ATTACKS) {
  test(`slowhttptest: ${title}`, { skip: NO_TOOL, timeout: 60_000 }, async (t) => {
    const port = await proxyInFront(
      t,
      (incoming, response) => {
        incoming.resume();
        response.on('error', () => response.destroy());
        incoming.on('error', () => response.destroy());
        incoming.on('end', () => response.end(incoming.url === '/small' ? 'small' : LARGE));
      },
      bootstrap,
    );
    const before = process.memoryUsage.rss();
    const attack = [...args, '-c', String(CONNECTIONS), '-r', '200', '-u', `http://127.0.0.1:${port}/large`, '-p', '2'];
    const child = spawn(TOOL ?? '', attack, { stdio: ['ignore', 'pipe', 'inherit'] });
    let report = '';
    child.stdout.on('data', (chunk) => {
      report += String(chunk);
    });
    const exited = once(child, 'exit');
    let over = false;
    void exited.then(() => {
      over = true;
    });
    let asked = 0;
    let most = 0;
    while (!over) {
      assert.equal(await ask(port), 200);
      asked++;
      most = Math.max(most, process.memoryUsage.rss());
      await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    assert.ok(asked > 10, `only ${asked} requests of others were made`);
    assert.ok(most - before < CONNECTIONS * BYTES_PER_CONNECTION, `memory grew by ${most - before} bytes`);
    if (cutOff) assert.match(report, /No open connections left/);
  });
}
