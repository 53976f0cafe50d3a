/** The registry against an HTTP server that speaks Consul's documented format: catalog, health, index and held requests. */
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { FakeClock, seededRandom, silentLogger } from '@weft/base';
import { configReader } from '../../config-reader.ts';
import { ObjectStore } from '../../store/object-store.ts';
import type { RegistryStatus } from '../registry-status.ts';
import { askConsul, parseConsulUrl } from './ask-consul.ts';
import { ConsulRegistry } from './consul-registry.ts';

/** Holds requests until something changes, as an agent does. */
class FakeConsul {
  readonly services = new Map<string, readonly object[]>();
  url = '';
  down = false;
  #index = 10;
  #held: (() => void)[] = [];

  async start(t: TestContext): Promise<void> {
    const server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://consul');
      assert.equal(request.headers['x-consul-token'], 'secret');
      const index = Number(searchParams.get('index') ?? 0);
      const answer = (): void => this.#answer(pathname, response);
      if (index === this.#index && !this.down) this.#held.push(answer);
      else answer();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => {
      server.close();
      server.closeAllConnections();
    });
    const address = server.address();
    this.url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  #answer(path: string, response: ServerResponse): void {
    if (this.down) return void response.writeHead(500).end('No cluster leader');
    response.setHeader('X-Consul-Index', this.#index);
    const [, service = ''] = /^\/v1\/health\/service\/(.+)$/.exec(path) ?? [];
    const catalog = Object.fromEntries([...this.services.keys(), 'consul'].map((name) => [name, []]));
    response.end(JSON.stringify(path === '/v1/catalog/services' ? catalog : (this.services.get(service) ?? [])));
  }

  /** Everything changed, and everybody who waits hears so. */
  changed(index: number = this.#index + 1): void {
    this.#index = index;
    for (const answer of this.#held.splice(0)) answer();
  }
}

function instance(address: string, status = 'passing'): object {
  return {
    Node: { Address: '10.0.0.1', Datacenter: 'dc1' },
    Service: { Service: 'orders', Address: address, Port: 9000, Tags: [], Meta: { protocol: 'http' } },
    Checks: [{ Status: status }],
  };
}

async function harness(t: TestContext): Promise<{
  consul: FakeConsul;
  store: ObjectStore;
  registry: ConsulRegistry;
  until: (what: () => boolean) => Promise<void>;
  states: RegistryStatus['state'][];
}> {
  const consul = new FakeConsul();
  await consul.start(t);
  consul.services.set('orders', [instance('10.0.0.9')]);
  const clock = new FakeClock();
  const store = new ObjectStore({ clock });
  const source = parseConsulUrl(consul.url, 'secret');
  assert.ok(source !== undefined);
  const states: RegistryStatus['state'][] = [];
  const registry = new ConsulRegistry({
    name: 'consul',
    datacentres: source.datacentres,
    ask: askConsul(source, clock),
    namespace: 'consul',
    store,
    reader: configReader,
    clock,
    random: seededRandom(1),
    logger: silentLogger,
    changed: ({ state }) => states.push(state),
  });
  t.after(() => registry[Symbol.dispose]());
  const until = async (done: () => boolean): Promise<void> => {
    while (!done()) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(50);
    }
  };
  return { consul, store, registry, until, states };
}

const addresses = (store: ObjectStore): string[] =>
  store.list({ kind: 'ServiceEntry' }).objects.flatMap((object) => {
    const { endpoints = [] } = JSON.parse(JSON.stringify(object['spec']));
    return endpoints.map(({ address }: { address: string }) => `${object.metadata.name} ${address}`);
  });

test('services and their healthy instances follow the catalog', async (t) => {
  const { consul, store, until, registry, states } = await harness(t);
  await until(() => addresses(store).join() === 'orders 10.0.0.9');
  consul.services.set('orders', [instance('10.0.0.9', 'critical'), instance('10.0.0.10')]);
  consul.services.set('cart', [instance('10.0.0.20')]);
  consul.changed();
  await until(() => addresses(store).toSorted().join() === 'cart 10.0.0.20,orders 10.0.0.10');
  consul.services.delete('orders');
  consul.changed();
  await until(() => addresses(store).join() === 'cart 10.0.0.20');
  assert.equal(registry.status.services, 1);
  assert.deepEqual(states, ['synced']);
});

test('an outage leaves what was known, and is told; a restored server with a smaller index is believed', async (t) => {
  const { consul, store, until, registry, states } = await harness(t);
  await until(() => addresses(store).length === 1);
  const version = store.version;
  consul.down = true;
  consul.changed();
  await until(() => registry.status.state === 'failing');
  assert.match(registry.status.cause ?? '', /HTTP 500 No cluster leader/);
  assert.deepEqual(addresses(store), ['orders 10.0.0.9']);
  consul.down = false;
  consul.services.set('orders', [instance('10.0.0.11')]);
  consul.changed(3);
  await until(() => addresses(store).join() === 'orders 10.0.0.11');
  await until(() => registry.status.state === 'synced');
  assert.deepEqual(states, ['synced', 'failing', 'synced']);
  assert.equal(store.version, version + 1, 'an unchanged service is not written again');
});

test('an object that is not its own stays as it is', async (t) => {
  const { consul, store, until } = await harness(t);
  await until(() => addresses(store).length === 1);
  const mine = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: 'cart', namespace: 'consul' },
  };
  store.create({ ...mine, spec: { hosts: ['cart.example.com'], ports: [], resolution: 'NONE' } });
  consul.services.set('cart', [instance('10.0.0.20')]);
  consul.services.set('pay', [instance('10.0.0.30')]);
  consul.changed();
  await until(() => addresses(store).includes('pay 10.0.0.30'));
  assert.ok(!addresses(store).includes('cart 10.0.0.20'));
});
