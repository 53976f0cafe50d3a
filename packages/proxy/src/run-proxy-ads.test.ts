import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { type Clock, FakeClock, seededRandom, silentLogger, systemClock } from '@weft/base';
import {
  type AdsServer,
  type ConnectedProxy,
  encodeResource,
  startAdsServer,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { decodeBootstrap } from './bootstrap/decode.ts';
import { type Proxy as RunningProxy, runProxy } from './run-proxy.ts';
import { answering, httpListener, RawClient, socketAddress, startUpstream } from './testing/harness.ts';

const ADS = { ads: {}, resource_api_version: 'V3' };

/** A set whose route sends everything to `cluster`; `header` makes a route that no proxy can accept. */
function setOf(cluster: string, ports: Readonly<Record<string, number>>, badRegex?: string, listen = 0): XdsSet {
  const rds = { route_config: undefined, rds: { config_source: ADS, route_config_name: 'routes' } };
  const clusters = Object.keys(ports).map((name) => ({
    name,
    type: 'EDS',
    eds_cluster_config: { eds_config: ADS },
  }));
  const listener = JSON.parse(JSON.stringify({ ...httpListener([], rds), address: socketAddress(listen) })) as object;
  const decoded = decodeBootstrap({ node: { id: 'x' }, static_resources: { clusters, listeners: [listener] } });
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  const map = (resources: readonly XdsResource[]): ReadonlyMap<string, XdsResource> =>
    new Map(resources.map((resource) => [resource.name, resource]));
  const match =
    badRegex === undefined ? { case: 'prefix', value: '/' } : { case: 'safeRegex', value: { regex: badRegex } };
  const routes = create(RouteConfigurationSchema, {
    name: 'routes',
    virtualHosts: [
      {
        name: 'all',
        domains: ['*'],
        routes: [
          {
            match: { pathSpecifier: match as { case: 'prefix'; value: string } },
            action: { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster } } },
          },
        ],
      },
    ],
  });
  const endpoint = (name: string, port: number): XdsResource =>
    encodeResource(
      'endpoint',
      name,
      create(ClusterLoadAssignmentSchema, {
        clusterName: name,
        endpoints: [
          {
            lbEndpoints: [
              {
                hostIdentifier: {
                  case: 'endpoint',
                  value: {
                    address: {
                      address: {
                        case: 'socketAddress',
                        value: { address: '127.0.0.1', portSpecifier: { case: 'portValue', value: port } },
                      },
                    },
                  },
                },
              },
            ],
          },
        ],
      }),
    );
  return {
    cluster: map(decoded.value.clusters.map((message) => encodeResource('cluster', message.name, message))),
    endpoint: map(Object.entries(ports).map(([name, port]) => endpoint(name, port))),
    listener: map(decoded.value.listeners.map((message) => encodeResource('listener', message.name, message))),
    route: map([encodeResource('route', 'routes', routes)]),
    secret: new Map(),
    extensionConfig: new Map(),
    nameTable: new Map(),
  };
}

function startFollower(server: AdsServer, apiType: string, clock: Clock = systemClock): RunningProxy {
  const { host, port } = server.address;
  const decoded = decodeBootstrap({
    node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ google_grpc: { target_uri: `${host}:${port}`, stat_prefix: 'xds' } }],
      },
      cds_config: ADS,
      lds_config: ADS,
    },
  });
  assert.ok(decoded.ok, JSON.stringify(decoded.issues));
  return runProxy(decoded.value, {
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    logControl: { level: 'off' },
    stdout: () => undefined,
    stderr: () => undefined,
    version: 'test',
    quit: () => undefined,
    environment: () => undefined,
  });
}

async function ask(proxy: RunningProxy): Promise<string> {
  using client = new RawClient(proxy.listeners()[0]?.address.port ?? 0);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await client.untilClosed();
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

for (const apiType of ['GRPC', 'DELTA_GRPC']) {
  test(`a proxy follows its control plane and keeps the last good value of what it refuses (${apiType})`, async () => {
    await using one = await startUpstream(answering('one'));
    await using two = await startUpstream(answering('two'));
    const ports = { first: one.port, second: two.port };
    let follower: ConnectedProxy | undefined;
    await using server = await startAdsServer(
      { host: '127.0.0.1', port: 0 },
      {
        source: {
          connected: (connected) => {
            follower = connected;
            connected.assign(setOf('first', ports), 1);
          },
          disconnected: () => undefined,
        },
        clock: systemClock,
        logger: silentLogger,
      },
    );
    const proxy = startFollower(server, apiType);
    try {
      await proxy.ready;
      assert.equal(await ask(proxy), 'one');
      follower?.assign(setOf('second', ports), 2);
      await server.whenSettled(2, { timeoutMs: 10_000 });
      assert.equal(await ask(proxy), 'two');
      follower?.assign(setOf('first', ports, '('), 3);
      const { rejected } = await server.whenSettled(3, { timeoutMs: 10_000 });
      assert.match(rejected[0]?.kinds.route.nack?.message ?? '', /routes/);
      assert.match(JSON.stringify(rejected[0]?.kinds.route.nack), /virtual_hosts\[0\]\.routes\[0\]\.match/);
      assert.equal(await ask(proxy), 'two');
    } finally {
      await proxy.close();
    }
  });
}

test('a listener whose address is taken is tried again, and serves when it is free', async () => {
  await using one = await startUpstream(answering('one'));
  const squatter = createServer();
  squatter.listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const taken = squatter.address();
  const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
  const clock = new FakeClock();
  await using server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      source: {
        connected: (connected) => connected.assign(setOf('first', { first: one.port }, undefined, port), 1),
        disconnected: () => undefined,
      },
      clock: systemClock,
      logger: silentLogger,
    },
  );
  const proxy = startFollower(server, 'DELTA_GRPC', clock);
  try {
    await proxy.ready;
    assert.deepEqual(proxy.listeners(), []);
    squatter.close();
    await once(squatter, 'close');
    clock.advance(5000);
    while (proxy.listeners().length === 0) await new Promise(setImmediate);
    assert.equal(await ask(proxy), 'one');
  } finally {
    await proxy.close();
  }
});
