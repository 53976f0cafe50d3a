import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { create, createRegistry } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { type LogLevel, silentLogger } from '@weft/base';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import { SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { clusterStats } from '../telemetry/cluster-stats.ts';
import { StatsRegistry } from '../telemetry/registry.ts';
import { type AdminPaths, METRICS_PATHS, READINESS_PATHS, startAdminServer } from './admin-server.ts';
import type { AdminView, HeldResource, ServerState } from './admin-view.ts';
import { messagePrinter } from './message-json.ts';

interface FakeProxy extends AdminView {
  level: LogLevel;
  state: ServerState;
  readonly done: string[];
}

function held(resource: Pick<HeldResource, 'name' | 'message'> & Partial<HeldResource>): HeldResource {
  return { versionInfo: 'v1', lastUpdatedMs: 0, dynamic: true, state: 'active', rejected: undefined, ...resource };
}

const SECRET = create(SecretSchema, {
  name: 'default',
  type: {
    case: 'tlsCertificate',
    value: {
      certificateChain: { specifier: { case: 'inlineString', value: 'CHAIN' } },
      privateKey: { specifier: { case: 'inlineString', value: 'TOP-SECRET-KEY' } },
    },
  },
});

const LISTENER = create(ListenerSchema, {
  name: '0.0.0.0_8080',
  filterChains: [
    {
      filters: [
        {
          name: 'known',
          configType: {
            case: 'typedConfig',
            value: anyPack(RouterSchema, create(RouterSchema, { suppressEnvoyHeaders: true })),
          },
        },
        {
          name: 'foreign',
          configType: {
            case: 'typedConfig',
            value: {
              $typeName: 'google.protobuf.Any',
              typeUrl: 'type.googleapis.com/x.y.Alien',
              value: new Uint8Array([8, 1]),
            },
          },
        },
      ],
    },
  ],
});

function fakeProxy(): FakeProxy {
  const stats = new StatsRegistry();
  clusterStats(stats, 'orders').upstreamRqTotal.add(3);
  const breakers = { maxConnections: 1024, maxPendingRequests: 1024, maxRequests: 1024, maxRetries: 3 };
  const proxy: FakeProxy = {
    stats,
    level: 'info',
    state: 'LIVE',
    done: [],
    config: () => ({
      bootstrap: undefined,
      bootstrapUpdatedMs: 0,
      clusters: [
        held({ name: 'orders', message: create(ClusterSchema, { name: 'orders', altStatName: 'o' }) }),
        held({ name: 'xds', dynamic: false, message: create(ClusterSchema, { name: 'xds' }) }),
        held({ name: 'new', state: 'warming', message: create(ClusterSchema, { name: 'new' }) }),
      ],
      endpoints: [],
      listeners: [
        held({
          name: '0.0.0.0_8080',
          message: LISTENER,
          rejected: { versionInfo: 'v2', atMs: 1, details: 'filter_chains[0]: bad' },
        }),
      ],
      routes: [],
      secrets: [held({ name: 'default', message: SECRET })],
    }),
    clusters: () => [
      {
        name: 'orders',
        addedViaApi: true,
        edsServiceName: '',
        circuitBreakers: { default: breakers, high: breakers },
        hosts: [
          {
            address: '10.0.0.1:80',
            hostname: '',
            health: 'unhealthy',
            healthFlags: '/failed_outlier_check',
            weight: 1,
            priority: 0,
            region: 'eu',
            zone: 'a',
            subZone: '',
            cxActive: 1,
            cxTotal: 2,
            cxConnectFail: 0,
            rqActive: 0,
            rqTotal: 3,
            rqSuccess: 2,
            rqError: 1,
            rqTimeout: 0,
          },
        ],
      },
    ],
    listeners: () => [{ name: '0.0.0.0_8080', address: '0.0.0.0:8080' }],
    certificates: () => [],
    serverInfo: () => ({
      state: proxy.state,
      version: '0.1.0',
      startedMs: 0,
      concurrency: 1,
      node: create(NodeSchema, { id: 'sidecar~1' }),
      configPath: 'b.yaml',
      drainTimeMs: 45_000,
      restartEpoch: 0,
    }),
    logLevel: () => proxy.level,
    setLogLevel: (level) => {
      proxy.level = level;
    },
    refreshStats: () => proxy.done.push('refresh'),
    resetCounters: () => proxy.done.push('reset'),
    gather: () => undefined,
    hotRestart: () => proxy.done.push('restart') > 0,
    memory: () => process.memoryUsage(),
    drainListeners: ({ inboundOnly, graceful, skipExit }) =>
      proxy.done.push(
        `drain${inboundOnly ? ' inbound' : ''}${graceful ? ' graceful' : ''}${skipExit ? ' and stay' : ''}`,
      ),
    quit: () => proxy.done.push('quit'),
    reopenLogs: () => proxy.done.push('reopen'),
    setHealthcheckFail: (failing) => proxy.done.push(failing ? 'fail' : 'ok'),
  };
  return proxy;
}

type Ask = (path: string, init?: RequestInit) => Promise<{ status: number; text: string; type: string }>;

async function serve(t: TestContext, proxy: AdminView, paths: AdminPaths = 'all'): Promise<Ask> {
  const printer = messagePrinter(createRegistry(RouterSchema));
  const context = { view: proxy, printer: () => Promise.resolve(printer), nowMs: () => 5_000 };
  const server = await startAdminServer({ host: '127.0.0.1', port: 0 }, undefined, paths, context, silentLogger);
  t.after(() => server.close());
  return async (path, init) => {
    const response = await fetch(`http://127.0.0.1:${server.address.port}${path}`, {
      ...init,
      headers: { connection: 'close', ...init?.headers },
    });
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') ?? '' };
  };
}

test("config_dump has Envoy's shape", async (t) => {
  const ask = await serve(t, fakeProxy());
  const { configs } = JSON.parse((await ask('/config_dump')).text);
  assert.deepEqual(
    configs.map((c: { '@type': string }) => c['@type'].split('.').at(-1)),
    ['ClustersConfigDump', 'ListenersConfigDump', 'RoutesConfigDump', 'SecretsConfigDump'],
  );
  const [clusters, listeners] = configs;
  assert.deepEqual(clusters.dynamic_active_clusters, [
    {
      version_info: 'v1',
      cluster: { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 'orders', alt_stat_name: 'o' },
      last_updated: '1970-01-01T00:00:00.000Z',
    },
  ]);
  assert.equal(clusters.static_clusters[0].cluster.name, 'xds');
  assert.equal(clusters.dynamic_warming_clusters[0].cluster.name, 'new');
  const [listener] = listeners.dynamic_listeners;
  assert.equal(listener.error_state.details, 'filter_chains[0]: bad');
  const [known, foreign] = listener.active_state.listener.filter_chains[0].filters;
  assert.equal(known.typed_config.suppress_envoy_headers, true);
  assert.deepEqual(foreign.typed_config, {
    '@type': 'type.googleapis.com/x.y.Alien',
    undecoded: 'this proxy does not know the type',
  });
});

test('private keys never leave', async (t) => {
  const ask = await serve(t, fakeProxy());
  for (const path of [
    '/config_dump',
    '/config_dump?resource=dynamic_active_secrets',
    '/config_dump?mask=dynamic_active_secrets',
  ]) {
    const { text } = await ask(path);
    assert.ok(!text.includes('TOP-SECRET-KEY'), path);
    assert.ok(text.includes('CHAIN') && text.includes('[redacted]'), path);
  }
});

test('config_dump picks by resource, mask and name', async (t) => {
  const ask = await serve(t, fakeProxy());
  const picked = JSON.parse((await ask('/config_dump?resource=dynamic_active_clusters&mask=cluster.name')).text);
  assert.deepEqual(picked.configs, [
    {
      '@type': 'type.googleapis.com/envoy.admin.v3.ClustersConfigDump.DynamicCluster',
      cluster: { '@type': 'type.googleapis.com/envoy.config.cluster.v3.Cluster', name: 'orders' },
    },
  ]);
  const named = JSON.parse((await ask('/config_dump?name_regex=^x')).text);
  assert.deepEqual(Object.keys(named.configs[0]), ['@type', 'static_clusters']);
  assert.equal((await ask('/config_dump?resource=nonsense')).status, 400);
  assert.equal((await ask('/config_dump?name_regex=(')).status, 400);
  assert.match((await ask('/config_dump?include_eds')).text, /EndpointsConfigDump/);
});

test('clusters and listeners as text and JSON', async (t) => {
  const ask = await serve(t, fakeProxy());
  const text = (await ask('/clusters')).text;
  assert.match(text, /^orders::default_priority::max_connections::1024$/m);
  assert.match(text, /^orders::10\.0\.0\.1:80::health_flags::\/failed_outlier_check$/m);
  const json = JSON.parse((await ask('/clusters?format=json')).text);
  assert.deepEqual(json.cluster_statuses[0].host_statuses[0].address, {
    socket_address: { address: '10.0.0.1', port_value: 80 },
  });
  assert.equal(json.cluster_statuses[0].host_statuses[0].health_status.failed_outlier_check, true);
  assert.equal((await ask('/listeners')).text, '0.0.0.0_8080::0.0.0.0:8080\n');
});

test('stats in three formats', async (t) => {
  const ask = await serve(t, fakeProxy());
  assert.equal((await ask('/stats?usedonly')).text, 'cluster.orders.upstream_rq_total: 3\n');
  assert.equal((await ask('/stats?filter=rq_total%24&type=Counters')).text, 'cluster.orders.upstream_rq_total: 3\n');
  assert.deepEqual(JSON.parse((await ask('/stats?format=json&usedonly')).text).stats[0], {
    name: 'cluster.orders.upstream_rq_total',
    value: 3,
  });
  const prometheus = await ask('/stats/prometheus?usedonly');
  assert.match(prometheus.text, /envoy_cluster_upstream_rq_total\{cluster_name="orders"\} 3/);
  assert.match(prometheus.type, /version=0\.0\.4/);
  for (const bad of ['/stats?format=xml', '/stats?type=Nope', '/stats?filter=['])
    assert.equal((await ask(bad)).status, 400, bad);
});

test('ready follows the state', async (t) => {
  const proxy = fakeProxy();
  const ask = await serve(t, proxy);
  assert.deepEqual(await ask('/ready'), { status: 200, text: 'LIVE\n', type: 'text/plain; charset=UTF-8' });
  proxy.state = 'DRAINING';
  assert.equal((await ask('/ready')).status, 503);
});

test('what changes the proxy needs POST, and not from a web page', async (t) => {
  const proxy = fakeProxy();
  const ask = await serve(t, proxy);
  for (const path of [
    '/quitquitquit',
    '/drain_listeners',
    '/reset_counters',
    '/healthcheck/fail',
    '/logging?level=debug',
  ]) {
    assert.equal((await ask(path)).status, 405, path);
  }
  assert.equal(
    (await ask('/quitquitquit', { method: 'POST', headers: { origin: 'http://evil.example' } })).status,
    403,
  );
  assert.deepEqual(proxy.done, []);
  assert.equal((await ask('/drain_listeners?inboundonly', { method: 'POST' })).status, 200);
  assert.equal((await ask('/quitquitquit', { method: 'POST' })).status, 200);
  assert.equal((await ask('/logging?level=debug', { method: 'POST' })).text, 'active logger: debug\n');
  assert.equal((await ask('/logging?level=loud', { method: 'POST' })).status, 400);
  assert.equal(proxy.level, 'debug');
  assert.deepEqual(proxy.done, ['drain inbound', 'quit']);
});

test('the other ports serve nothing but their purpose', async (t) => {
  const proxy = fakeProxy();
  const metrics = await serve(t, proxy, METRICS_PATHS);
  assert.equal((await metrics('/stats/prometheus')).status, 200);
  assert.equal((await metrics('/config_dump')).status, 404);
  assert.equal((await metrics('/quitquitquit', { method: 'POST' })).status, 404);
  const readiness = await serve(t, proxy, READINESS_PATHS);
  assert.equal((await readiness('/healthz/ready')).status, 200);
  assert.equal((await readiness('/stats')).status, 404);
});

test('the remaining pages answer', async (t) => {
  const ask = await serve(t, fakeProxy());
  const info = JSON.parse((await ask('/server_info')).text);
  assert.deepEqual([info.state, info.node.id, info.uptime_all_epochs], ['LIVE', 'sidecar~1', '5s']);
  assert.ok(Number(JSON.parse((await ask('/memory')).text).allocated) > 0);
  assert.deepEqual(JSON.parse((await ask('/certs')).text), { certificates: [] });
  assert.match((await ask('/help')).text, /\/quitquitquit \(POST\)/);
  assert.equal((await ask('/nope')).status, 404);
  assert.deepEqual(JSON.parse((await ask('/runtime')).text), { layers: [], entries: {} });
  assert.match((await ask('/contention')).text, /not enabled/);
  assert.deepEqual(JSON.parse((await ask('/init_dump')).text), {
    unready_targets_dumps: [{ name: 'clusters', target_names: ['new'] }],
  });
});

test('what Envoy has and this proxy has not says so', async (t) => {
  const ask = await serve(t, fakeProxy());
  for (const [path, reason] of [
    ['/cpuprofiler', /is not supported: there is no CPU profiler/],
    ['/tap', /access logs/],
    ['/hot_restart_version', /no shared memory/],
    ['/runtime_modify', /reads no runtime/],
  ] as const) {
    const { status, text } = await ask(path);
    assert.equal(status, 501);
    assert.match(text, reason);
  }
  const logger = await ask('/logging?http2=debug', { method: 'POST' });
  assert.equal(logger.status, 400);
  assert.match(logger.text, /no `http2`: \/logging\?level=debug/);
});
