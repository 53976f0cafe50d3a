import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { type AdsServer, type ConnectedProxy, startAdsServer } from '@weft/xds';
import { decodeBootstrap } from '../bootstrap/decode.ts';
import { type Proxy as RunningProxy, runProxy } from '../run-proxy.ts';
import { setOf, startFollower } from '../testing/follower.ts';
import {
  answering,
  exchangeOnce,
  httpListener,
  RawClient,
  ROUTER,
  socketAddress,
  startUpstream,
  staticCluster,
} from '../testing/harness.ts';
import { quietDeps } from '../testing/quiet-deps.ts';

const SHARED_PORTS = process.platform === 'linux' ? {} : { skip: 'threads share ports on Linux only' };
const WORKERS = 2;
/** Connections by which both workers have surely got one: the kernel spreads them by a hash. */
const MANY = 40;

/** Below the ports that outgoing connections take; test processes begin at different places. */
let nextPort = 24_000 + ((process.pid * 17) % 2000);

/** A port that was free a moment ago: with several threads the system cannot choose one. */
async function freePort(): Promise<number> {
  const port = nextPort++;
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => resolve(true));
  });
  if (!free) return freePort();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

interface Followed extends AsyncDisposable {
  readonly proxy: RunningProxy;
  readonly server: AdsServer;
  readonly port: number;
  assign(set: ReturnType<typeof setOf>, generation: number): void;
}

async function follow(set: (port: number) => ReturnType<typeof setOf>): Promise<Followed> {
  const port = await freePort();
  let follower: ConnectedProxy | undefined;
  const server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      source: {
        connected: (connected) => {
          follower = connected;
          connected.assign(set(port), 1);
        },
        disconnected: () => undefined,
      },
      clock: systemClock,
      logger: silentLogger,
    },
  );
  const admin = { admin: { address: socketAddress(0) } };
  const proxy = startFollower(server, 'DELTA_GRPC', systemClock, { concurrency: WORKERS }, admin);
  await proxy.ready;
  return {
    proxy,
    server,
    port,
    assign: (next, generation) => follower?.assign(next, generation),
    async [Symbol.asyncDispose]() {
      await proxy.close();
      await server.close();
    },
  };
}

async function admin(proxy: RunningProxy, path: string): Promise<string> {
  const { adminAddress } = proxy;
  const answer = await fetch(`http://127.0.0.1:${adminAddress?.port}${path}`);
  return await answer.text();
}

function numberOf(stats: string, name: string): number {
  const line = stats.split('\n').find((each) => each.startsWith(`${name}: `));
  return Number(line?.slice(name.length + 2));
}

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

async function answers(port: number, count: number): Promise<readonly string[]> {
  const all = await Promise.all(Array.from({ length: count }, () => exchangeOnce(port, GET)));
  return all.map((answer) => answer.slice(answer.indexOf('\r\n\r\n') + 4));
}

test('two workers serve one port, and admin adds up what they count', SHARED_PORTS, async () => {
  await using one = await startUpstream(answering('one'));
  await using mesh = await follow((port) => setOf('first', { first: one.port }, undefined, port));
  assert.deepEqual([...new Set(await answers(mesh.port, MANY))], ['one']);
  const stats = await admin(mesh.proxy, '/stats');
  const at = `listener.127.0.0.1_${mesh.port}`;
  const shares = [0, 1].map((worker) => numberOf(stats, `${at}.worker_${worker}.downstream_cx_total`));
  assert.ok(
    shares.every((share) => share > 0),
    `both should have got connections: ${shares}`,
  );
  assert.equal(shares[0]! + shares[1]!, MANY);
  assert.equal(numberOf(stats, `${at}.downstream_cx_total`), MANY);
  assert.equal(numberOf(stats, 'cluster.first.upstream_rq_total'), MANY);
  assert.equal(numberOf(stats, 'cluster.first.membership_total'), 1);
  assert.equal(numberOf(stats, 'server.concurrency'), WORKERS);
  assert.equal(numberOf(stats, 'cluster_manager.cds.update_success'), 1);
  const metrics = await admin(mesh.proxy, '/stats/prometheus');
  assert.match(metrics, new RegExp(`^envoy_cluster_upstream_rq_total\\{cluster_name="first"\\} ${MANY}$`, 'm'));
  assert.match(metrics, /^envoy_listener_worker_downstream_cx_total\{.*worker_id="1"\} \d+$/m);
  assert.equal(metrics.match(/^# TYPE envoy_cluster_upstream_rq_total /gm)?.length, 1);
  const clusters = await admin(mesh.proxy, '/clusters');
  assert.match(clusters, new RegExp(`^first::127\\.0\\.0\\.1:${one.port}::rq_total::${MANY}$`, 'm'));
  assert.match(clusters, /^first::added_via_api::true$/m);
  assert.equal(await admin(mesh.proxy, '/listeners'), `test::127.0.0.1:${mesh.port}\n`);
  assert.match(await admin(mesh.proxy, '/config_dump'), /"route_config_name": "routes"/);
});

test('an update is acknowledged when both workers have it, refused when they refuse it', SHARED_PORTS, async () => {
  await using one = await startUpstream(answering('one'));
  await using two = await startUpstream(answering('two'));
  const ports = { first: one.port, second: two.port };
  await using mesh = await follow((port) => setOf('first', ports, undefined, port));
  mesh.assign(setOf('second', ports, undefined, mesh.port), 2);
  await mesh.server.whenSettled(2, { timeoutMs: 10_000 });
  assert.deepEqual([...new Set(await answers(mesh.port, MANY))], ['two']);
  mesh.assign(setOf('first', ports, '(', mesh.port), 3);
  const { rejected } = await mesh.server.whenSettled(3, { timeoutMs: 10_000 });
  assert.match(JSON.stringify(rejected[0]?.kinds.route.nack), /virtual_hosts\[0\]\.routes\[0\]\.match/);
  assert.equal(rejected[0]?.kinds.route.nack?.resources.length, 1, 'the same refusal of two workers is told once');
  assert.deepEqual([...new Set(await answers(mesh.port, MANY))], ['two']);
});

test('a port that the system is to choose is refused: each worker would get another one', SHARED_PORTS, async () => {
  await using one = await startUpstream(answering('one'));
  await using mesh = await follow(() => setOf('first', { first: one.port }, undefined, 0));
  const { rejected } = await mesh.server.whenSettled(1, { timeoutMs: 10_000 });
  assert.match(JSON.stringify(rejected[0]?.kinds.listener.nack), /port_value.*concurrency above 1/);
});

test('draining waits for the requests of every worker', SHARED_PORTS, async () => {
  const held: (() => void)[] = [];
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n'))
      held.push(() => void socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate'));
  });
  await using mesh = await follow((port) => setOf('first', { first: upstream.port }, undefined, port));
  const clients = Array.from({ length: 8 }, () => new RawClient(mesh.port));
  for (const client of clients) client.send(GET);
  while (held.length < clients.length) await new Promise(setImmediate);
  let over = false;
  const drained = mesh.proxy.drain(30_000).then(() => {
    over = true;
  });
  assert.equal(over, false);
  for (const answer of held) answer();
  const received = await Promise.all(clients.map((client) => client.untilClosed()));
  assert.ok(received.every((text) => /connection: close/i.test(text) && text.endsWith('late')));
  await drained;
});

const TYPES = 'type.googleapis.com/envoy.extensions.filters.http';
const ALWAYS = { default_value: { numerator: 100 } };

/** A proxy of two workers with one listener in front of `backend`. */
async function startStatic(
  backend: number,
  limit: object,
  cluster: object,
): Promise<Followed['proxy'] & { port: number }> {
  const port = await freePort();
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
  const filters = [
    { name: 'limit', typed_config: { '@type': `${TYPES}.local_ratelimit.v3.LocalRateLimit`, ...limit } },
    ROUTER,
  ];
  const decoded = decodeBootstrap({
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
    admin: { address: socketAddress(0) },
    static_resources: {
      listeners: [{ ...httpListener(routes, { http_filters: filters }), address: socketAddress(port) }],
      clusters: [staticCluster('backend', [backend], cluster)],
    },
  });
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  const proxy = runProxy(decoded.value, quietDeps(), { concurrency: WORKERS });
  await proxy.ready;
  return Object.assign(proxy, { port });
}

test('workers share a rate limit, and the health checks of one of them', SHARED_PORTS, async () => {
  const probes: string[] = [];
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.startsWith('GET /healthy')) probes.push(soFar);
    answering('ok')(socket, soFar);
  });
  const tokens = 5;
  const limit = {
    stat_prefix: 'limit',
    token_bucket: { max_tokens: tokens, tokens_per_fill: 1, fill_interval: '3600s' },
    filter_enabled: ALWAYS,
    filter_enforced: ALWAYS,
  };
  const check = {
    timeout: '5s',
    interval: '3600s',
    no_traffic_interval: '3600s',
    no_traffic_healthy_interval: '3600s',
    healthy_threshold: 1,
    unhealthy_threshold: 1,
    http_health_check: { path: '/healthy' },
  };
  const proxy = await startStatic(upstream.port, limit, { health_checks: [check] });
  try {
    // A thread learns from another what is healthy, perhaps after it began to listen.
    while ((await admin(proxy, '/init_dump')).includes('backend'));
    const all = await Promise.all(Array.from({ length: MANY }, () => exchangeOnce(proxy.port, GET)));
    const passed = all.filter((answer) => answer.startsWith('HTTP/1.1 200'));
    assert.equal(passed.length, tokens);
    assert.equal(probes.length, 1);
    const stats = await admin(proxy, '/stats?filter=health_check|membership_healthy');
    assert.equal(numberOf(stats, 'cluster.backend.health_check.attempt'), 1);
    assert.equal(numberOf(stats, 'cluster.backend.membership_healthy'), 1);
  } finally {
    await proxy.close();
  }
});
