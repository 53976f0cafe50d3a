import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { Client, type ClientDuplexStream, credentials, type StatusObject } from '@grpc/grpc-js';
import { seededRandom, silentLogger, systemClock } from '@weft/base';
import { ClusterSchema } from '../gen/envoy/config/cluster/v3/cluster_pb.js';
import { NodeSchema } from '../gen/envoy/config/core/v3/base_pb.js';
import { RouteConfigurationSchema } from '../gen/envoy/config/route/v3/route_pb.js';
import {
  type DiscoveryRequest,
  DiscoveryRequestSchema,
  type DiscoveryResponse,
} from '../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_SERVICE } from './ads-service.ts';
import type { AdsClient, AdsClientOptions, Rejection, XdsUpdate } from './client/ads-client.ts';
import { connectAds } from './client/connect-ads.ts';
import { grpcJsCalls } from './client/grpc-js-call.ts';
import { RESOURCE_KINDS } from './kinds.ts';
import { EMPTY_XDS_SET, encodeResource, type XdsSet } from './resource.ts';
import type { AdsServer, AdsServerOptions, ConnectedProxy } from './server/ads-server.ts';
import { startAdsServer } from './server/start-ads-server.ts';

const node = create(NodeSchema, { id: 'sidecar~127.1.0.2~orders.shop~shop.svc.cluster.local', userAgentName: 'weft' });

function setWith(cluster: string, routeHeader: string): XdsSet {
  const clusters = [encodeResource('cluster', cluster, create(ClusterSchema, { name: cluster }))];
  const route = create(RouteConfigurationSchema, { name: 'r', internalOnlyHeaders: [routeHeader] });
  return {
    ...EMPTY_XDS_SET,
    cluster: new Map(clusters.map((resource) => [resource.name, resource])),
    route: new Map([['r', encodeResource('route', 'r', route)]]),
  };
}

/** A control plane that gives everybody one set. */
class OneSet {
  set: XdsSet;
  generation = 1;
  readonly proxies = new Set<ConnectedProxy>();
  constructor(set: XdsSet) {
    this.set = set;
  }
  connected(proxy: ConnectedProxy): void {
    this.proxies.add(proxy);
    proxy.assign(this.set, this.generation);
  }
  disconnected(proxy: ConnectedProxy): void {
    this.proxies.delete(proxy);
  }
  push(set: XdsSet): number {
    this.set = set;
    this.generation++;
    for (const proxy of this.proxies) proxy.assign(set, this.generation);
    return this.generation;
  }
}

function serve(source: OneSet, port = 0, rest: Partial<AdsServerOptions> = {}): Promise<AdsServer> {
  return startAdsServer({ host: '127.0.0.1', port }, { source, clock: systemClock, logger: silentLogger, ...rest });
}

/** A client that notes what it is given and lets the test wait for it. */
class Probe implements Disposable {
  readonly client: AdsClient;
  readonly seen: string[] = [];
  readonly #waiting: { count: number; resolve: () => void }[] = [];
  refuse: (update: XdsUpdate) => readonly Rejection[] | Promise<readonly Rejection[]> = () => [];

  constructor(port: number, rest: Partial<AdsClientOptions> = {}) {
    this.client = connectAds({
      open: grpcJsCalls(`127.0.0.1:${port}`),
      node,
      clock: systemClock,
      random: seededRandom(1),
      logger: silentLogger,
      backoff: { initialMs: 5, maxMs: 20 },
      handler: {
        update: (update) => {
          const line = `${update.kind} ${update.resources.map(({ name }) => `+${name}`).join('')}${update.removed.map((name) => `-${name}`).join('')}`;
          this.#note(line);
          return this.refuse(update);
        },
        disconnected: () => this.#note('disconnected'),
      },
      ...rest,
    });
    this.client.subscribe('cluster', '*');
    this.client.subscribe('route', ['r']);
  }

  #note(line: string): void {
    this.seen.push(line);
    for (const waiter of this.#waiting) if (this.seen.length >= waiter.count) waiter.resolve();
  }

  until(count: number): Promise<void> {
    if (this.seen.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

for (const mode of ['delta', 'sotw'] as const) {
  describe(`ADS end to end, ${mode}`, () => {
    test('delivers, ACKs, and reports when a push is everywhere', async () => {
      const source = new OneSet(setWith('a', 'one'));
      await using server = await serve(source);
      using probe = new Probe(server.address.port, { mode });
      await probe.until(2);
      assert.deepEqual(probe.seen, ['cluster +a', 'route +r']);
      const generation = source.push(setWith('a', 'two'));
      const settlement = await server.whenSettled(generation, { timeoutMs: 5_000 });
      assert.equal(settlement.settled.length, 1);
      assert.equal(settlement.settled[0]?.kinds.route.state, 'synced');
      assert.deepEqual(probe.seen.slice(2), ['route +r']);
      const ended = once(eventOf(source), 'gone');
      probe.client.close();
      await ended;
      assert.deepEqual(server.proxies(), []);
    });

    test('a refusal shows the resource and the field at the server, and the client keeps its version', async () => {
      const source = new OneSet(setWith('a', 'one'));
      await using server = await serve(source);
      using probe = new Probe(server.address.port, { mode });
      await probe.until(2);
      await server.whenSettled(1, { timeoutMs: 5_000 });
      const before = probe.client.status().route.acceptedVersion;
      probe.refuse = (update) =>
        update.kind === 'route' ? [{ name: 'r', at: 'internal_only_headers[0]', message: 'not a header' }] : [];
      const settlement = await server.whenSettled(source.push(setWith('a', 'two')), { timeoutMs: 5_000 });
      assert.equal(settlement.rejected.length, 1);
      assert.deepEqual(settlement.rejected[0]?.kinds.route.nack?.resources, [
        { name: 'r', at: 'internal_only_headers[0]', message: 'not a header' },
      ]);
      assert.equal(probe.client.status().route.acceptedVersion, before);
    });

    test('answers when the handler has taken the update, and gives it the next one only then', async () => {
      const source = new OneSet(setWith('a', 'one'));
      await using server = await serve(source);
      using probe = new Probe(server.address.port, { mode });
      await probe.until(2);
      await server.whenSettled(1, { timeoutMs: 5_000 });
      const taken = Promise.withResolvers<readonly Rejection[]>();
      probe.refuse = () => taken.promise;
      const generation = source.push(setWith('b', 'two'));
      await probe.until(3);
      assert.equal(probe.seen.length, 3, 'the route must wait for the cluster');
      assert.notEqual(server.proxies()[0]?.kinds.cluster.state, 'synced');
      probe.refuse = () => [];
      taken.resolve([]);
      const settlement = await server.whenSettled(generation, { timeoutMs: 5_000 });
      assert.equal(settlement.settled.length, 1);
      assert.match(probe.seen[2] ?? '', /^cluster \+b/);
      assert.equal(probe.seen[3], 'route +r');
    });

    test('comes back after the server went away, and keeps what it has meanwhile', async () => {
      const source = new OneSet(setWith('a', 'one'));
      const first = await serve(source);
      using probe = new Probe(first.address.port, { mode });
      await probe.until(2);
      await first.whenSettled(1, { timeoutMs: 5_000 });
      await first.close();
      await probe.until(3);
      assert.equal(probe.seen[2], 'disconnected');
      assert.equal(probe.client.status().cluster.resources, 1);
      const again = new OneSet(setWith('a', 'two'));
      await using second = await serve(again, first.address.port);
      const updates = (): string[] => probe.seen.slice(3).filter((line) => line !== 'disconnected');
      for (let count = 4; updates().length < (mode === 'delta' ? 1 : 2); count++) await probe.until(count);
      // In delta the cluster it still holds is not sent again.
      assert.deepEqual(updates(), mode === 'delta' ? ['route +r'] : ['cluster +a', 'route +r']);
      assert.equal(second.proxies().length, 1);
    });
  });
}

const eventTargets = new WeakMap<OneSet, EventTarget>();
/** Fires `gone` when a proxy leaves. */
function eventOf(source: OneSet): EventTarget {
  const known = eventTargets.get(source);
  if (known !== undefined) return known;
  const target = new EventTarget();
  const inner = source.disconnected.bind(source);
  source.disconnected = (proxy) => {
    inner(proxy);
    queueMicrotask(() => target.dispatchEvent(new Event('gone')));
  };
  eventTargets.set(source, target);
  return target;
}

describe('ADS from a plain gRPC client', () => {
  type Stream = ClientDuplexStream<DiscoveryRequest, DiscoveryResponse>;
  const open = (port: number): { stream: Stream; close: () => void } => {
    const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
    const { path, requestSerialize, responseDeserialize } = ADS_SERVICE.StreamAggregatedResources;
    const stream: Stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    stream.on('error', () => undefined);
    return {
      stream,
      close: () => {
        stream.cancel();
        client.close();
      },
    };
  };
  const ended = (stream: Stream): Promise<StatusObject> => new Promise((resolve) => stream.once('status', resolve));

  test('sees versions, nonces and the identifier', async () => {
    await using server = await serve(new OneSet(setWith('a', 'one')), 0, { identifier: 'weft-test' });
    const { stream, close } = open(server.address.port);
    stream.write(create(DiscoveryRequestSchema, { node, typeUrl: RESOURCE_KINDS.cluster.typeUrl }));
    const [response]: [DiscoveryResponse] = (await once(stream, 'data')) as [DiscoveryResponse];
    assert.equal(response.nonce, '1');
    assert.equal(response.controlPlane?.identifier, 'weft-test');
    assert.equal(response.resources.length, 1);
    assert.match(response.versionInfo, /^[\w-]{16}$/);
    close();
  });

  for (const [what, bad, reason] of [
    ['no node', { typeUrl: RESOURCE_KINDS.cluster.typeUrl }, /must carry a node/],
    ['no type', { node, typeUrl: '' }, /type_url is empty/],
    ['an empty name', { node, typeUrl: RESOURCE_KINDS.route.typeUrl, resourceNames: [''] }, /empty resource name/],
  ] as const) {
    test(`a request with ${what} ends the stream with the reason`, async () => {
      await using server = await serve(new OneSet(EMPTY_XDS_SET));
      const { stream, close } = open(server.address.port);
      const over = ended(stream);
      stream.write(create(DiscoveryRequestSchema, bad as never));
      const status = await over;
      assert.equal(status.code, 3);
      assert.match(status.details, reason);
      close();
    });
  }

  test('refuses whom `authorize` refuses, and more streams than allowed', async () => {
    await using server = await serve(new OneSet(EMPTY_XDS_SET), 0, {
      limits: { maxStreams: 1 },
      authorize: async ({ header }) =>
        header('authorization') === undefined ? { allowed: false, reason: 'no token' } : { allowed: true },
    });
    const first = open(server.address.port);
    const second = open(server.address.port);
    assert.equal((await Promise.race([ended(first.stream), ended(second.stream)])).code, 8);
    const third = [first, second].map(({ stream }) => ended(stream));
    first.stream.write(create(DiscoveryRequestSchema, { node, typeUrl: RESOURCE_KINDS.cluster.typeUrl }));
    second.stream.write(create(DiscoveryRequestSchema, { node, typeUrl: RESOURCE_KINDS.cluster.typeUrl }));
    const status = await Promise.race(third);
    assert.equal(status.code, 7);
    assert.equal(status.details, 'no token');
    first.close();
    second.close();
  });

  test('a taken port says so', async () => {
    await using server = await serve(new OneSet(EMPTY_XDS_SET));
    await assert.rejects(serve(new OneSet(EMPTY_XDS_SET), server.address.port), { code: 'EADDRINUSE' });
  });
});
