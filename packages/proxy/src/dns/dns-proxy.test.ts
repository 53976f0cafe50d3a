/** The DNS proxy over real sockets, asked by Node's own resolver. */
import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { promises as dns } from 'node:dns';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { seededRandom, silentLogger, systemClock } from '@weft/base';
import { NameTableSchema } from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { DnsProxy } from './dns-proxy.ts';
import { DnsStatScope } from './dns-stats.ts';
import { framed } from './forwarder.ts';
import { NameLookup } from './name-lookup.ts';
import { readQuery, writeAnswer } from './wire.ts';

const ips = Array.from({ length: 5 }, (_, i) => `10.0.0.${i + 1}`);
const table = create(NameTableSchema, {
  table: {
    'orders.shop.svc.cluster.local': {
      ips: ['10.96.0.1'],
      registry: 'Kubernetes',
      shortname: 'orders',
      namespace: 'shop',
    },
    'pods.shop.svc.cluster.local': { ips, registry: 'Kubernetes', shortname: 'pods', namespace: 'shop' },
    'many.example.com': { ips: Array.from({ length: 200 }, (_, i) => `10.1.0.${i}`), registry: 'External' },
    'db.example.com': { ips: ['240.240.0.1', '2001:2::1'], registry: 'External' },
  },
});

interface Started {
  readonly proxy: DnsProxy;
  readonly stats: DnsStatScope;
  readonly address: HostPort;
  readonly resolver: dns.Resolver;
}

async function start(t: TestContext, upstreams: readonly HostPort[] = [], withNames = true): Promise<Started> {
  const stats = new DnsStatScope();
  const proxy = new DnsProxy({
    address: { host: '127.0.0.1', port: 0 },
    upstreams,
    clock: systemClock,
    random: seededRandom(1),
    logger: silentLogger,
    stats,
  });
  t.after(() => proxy.close());
  if (withNames) proxy.use(new NameLookup(table, { namespace: 'shop', domain: 'svc.cluster.local' }));
  const address = await proxy.bound;
  const resolver = new dns.Resolver({ timeout: 2000, tries: 1 });
  resolver.setServers([`${address.host}:${address.port}`]);
  return { proxy, stats, address, resolver };
}

/** A resolver elsewhere that knows one address for everything, by UDP and, when `tcp`, by TCP. */
async function upstream(
  t: TestContext,
  reply?: (socket: Socket, message: Buffer, port: number) => void,
): Promise<HostPort> {
  const answer = (message: Uint8Array): Uint8Array => {
    const read = readQuery(message);
    if (read.kind !== 'query') assert.fail('the proxy forwarded what is no query');
    return writeAnswer(read.query, { addresses: [Uint8Array.of(192, 0, 2, 1)], canonical: undefined, ttlS: 60 }, 512);
  };
  const tcp = createServer((socket) => {
    socket.once('data', (bytes: Buffer) => socket.end(framed(answer(bytes.subarray(2)))));
  });
  const port = await new Promise<number>((resolve) => {
    tcp.listen(0, '127.0.0.1', () => {
      const address = tcp.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  const udp = createSocket('udp4');
  udp.on('message', (message, from) => {
    if (reply !== undefined) reply(udp, message, from.port);
    else udp.send(answer(message), from.port, from.address);
  });
  await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
  t.after(() => {
    udp.close();
    tcp.close();
  });
  return { host: '127.0.0.1', port };
}

function byTcp(address: HostPort, message: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(address.port, address.host, () => socket.write(framed(message)));
    socket.once('data', (bytes: Buffer) => {
      socket.destroy();
      resolve(bytes.subarray(2));
    });
    socket.once('error', reject);
  });
}

function question(name: string, id = 77): Uint8Array {
  const bytes = [id >> 8, id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  for (const label of name.split('.')) bytes.push(label.length, ...Buffer.from(label));
  return Uint8Array.from([...bytes, 0, 0, 1, 0, 1]);
}

test('names of the mesh have their addresses, short and long, of either family', async (t) => {
  const { resolver } = await start(t);
  assert.deepEqual(await resolver.resolve4('orders'), ['10.96.0.1']);
  assert.deepEqual(await resolver.resolve4('orders.shop.svc.cluster.local', { ttl: true }), [
    { address: '10.96.0.1', ttl: 30 },
  ]);
  assert.deepEqual(await resolver.resolve6('db.example.com'), ['2001:2::1']);
  assert.deepEqual(await resolver.resolve4('db.example.com.shop.svc.cluster.local'), ['240.240.0.1']);
  await assert.rejects(resolver.resolve6('orders'), { code: 'ENODATA' });
  await assert.rejects(resolver.resolveMx('orders'), { code: 'ENODATA' });
});

test('the addresses of a headless service take turns at being first', async (t) => {
  const { resolver } = await start(t);
  const firsts = new Set<string | undefined>();
  for (let i = 0; i < 40; i++) {
    const found = await resolver.resolve4('pods');
    assert.deepEqual(found.toSorted(), ips);
    firsts.add(found[0]);
  }
  assert.equal(firsts.size, 5);
});

test('what does not fit a datagram comes by TCP', async (t) => {
  const { resolver } = await start(t);
  assert.equal((await resolver.resolve4('many.example.com')).length, 200);
});

test('other names are asked elsewhere, by the protocol of the client', async (t) => {
  const { resolver, stats, address } = await start(t, [await upstream(t)]);
  assert.deepEqual(await resolver.resolve4('example.org'), ['192.0.2.1']);
  const reply = await byTcp(address, question('example.net'));
  assert.deepEqual([...reply.subarray(-4)], [192, 0, 2, 1]);
  assert.equal(reply.readUInt16BE(0), 77);
  assert.equal(stats.upstreamRequests.value, 2);
  assert.equal(stats.upstreamFailures.value, 0);
});

test('a forged answer is passed over, the true one taken', async (t) => {
  const server = await upstream(t, (socket, message, port) => {
    const read = readQuery(message);
    if (read.kind !== 'query') return;
    const say = (id: number, last: number): void => {
      const answer = { addresses: [Uint8Array.of(192, 0, 2, last)], canonical: undefined, ttlS: 60 };
      socket.send(writeAnswer({ ...read.query, id }, answer, 512), port, '127.0.0.1');
    };
    say(read.query.id ^ 1, 66);
    say(read.query.id, 7);
  });
  const { resolver } = await start(t, [server]);
  assert.deepEqual(await resolver.resolve4('example.org'), ['192.0.2.7']);
});

test('the next resolver is asked when one does not listen; when none does, the client hears so', async (t) => {
  const dead = await upstream(t);
  const gone = { host: '127.0.0.1', port: 1 };
  const { resolver } = await start(t, [gone, dead]);
  assert.deepEqual(await resolver.resolve4('a.example.org'), ['192.0.2.1']);
  assert.deepEqual(await resolver.resolve4('b.example.org'), ['192.0.2.1']);
  const alone = await start(t, [gone]);
  await assert.rejects(alone.resolver.resolve4('example.org'), { code: 'ESERVFAIL' });
  assert.equal(alone.stats.upstreamFailures.value, 1);
});

test('before the first names nothing is answered, and garbage does no harm', async (t) => {
  const { resolver, proxy, address, stats } = await start(t, [], false);
  await assert.rejects(resolver.resolve4('orders'), { code: 'ESERVFAIL' });
  proxy.use(new NameLookup(table, { namespace: 'shop', domain: 'svc.cluster.local' }));
  const random = seededRandom(3);
  const socket = createSocket('udp4');
  for (let i = 0; i < 300; i++) {
    const bytes = Uint8Array.from({ length: 1 + random.below(80) }, () => random.below(256));
    await new Promise((resolve) => socket.send(bytes, address.port, address.host, resolve));
  }
  socket.close();
  for (let i = 0; i < 20; i++) {
    const tcp = connect(address.port, address.host);
    tcp.on('error', () => undefined);
    const closed = new Promise((resolve) => tcp.once('close', resolve));
    tcp.end(Uint8Array.from({ length: 1 + random.below(5000) }, () => random.below(256)));
    tcp.resume();
    await closed;
  }
  assert.deepEqual(await resolver.resolve4('orders'), ['10.96.0.1']);
  assert.ok(stats.malformed.value > 0);
});
