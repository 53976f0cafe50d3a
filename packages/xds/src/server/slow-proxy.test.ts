import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { test } from 'node:test';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { silentLogger, systemClock } from '@weft/base';
import { ClusterSchema } from '../../gen/envoy/config/cluster/v3/cluster_pb.js';
import { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import {
  DeltaDiscoveryRequestSchema,
  DeltaDiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_PATHS } from '../ads-paths.ts';
import { RESOURCE_KINDS } from '../kinds.ts';
import { EMPTY_XDS_SET, encodeResource, type XdsSet } from '../resource.ts';
import type { ConnectedProxy } from './ads-server.ts';
import { GrpcMessages } from './grpc-messages.ts';
import { startAdsServer } from './start-ads-server.ts';

const TYPE = RESOURCE_KINDS.cluster.typeUrl;
const PUSHES = 6;
/** More than the buffers of a loopback connection hold. */
const PUSH_BYTES = 8 << 20;
const WIDE_OPEN = 0x7fff_ffff;

function setOf(push: number): XdsSet {
  const cluster = create(ClusterSchema, { name: 'big', altStatName: `${push};`.padEnd(PUSH_BYTES, 'x') });
  return { ...EMPTY_XDS_SET, cluster: new Map([['big', encodeResource('cluster', 'big', cluster)]]) };
}

function request(id: string, nonce = ''): Buffer {
  const message = toBinary(
    DeltaDiscoveryRequestSchema,
    create(DeltaDiscoveryRequestSchema, {
      typeUrl: TYPE,
      responseNonce: nonce,
      ...(nonce === '' && { node: create(NodeSchema, { id }) }),
    }),
  );
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** An HTTP/2 frame (RFC 9113 §4.1) on stream `id`. */
function http2Frame(type: number, flags: number, id: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(id, 5);
  return Buffer.concat([head, payload]);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Header fields as HPACK literals without indexing (RFC 7541 §6.2.2); every text here is short. */
function literals(fields: Readonly<Record<string, string>>): Buffer {
  const text = (value: string): Buffer => Buffer.concat([Buffer.from([value.length]), Buffer.from(value)]);
  return Buffer.concat(Object.entries(fields).flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]));
}

const DATA = 0;
const SETTINGS = 4;

/** A proxy on a bare socket whose HTTP/2 windows are wide open, so that TCP alone tells the server that it does not read. */
class BareProxy implements Disposable {
  /** Which pushes it got. */
  readonly seen: number[] = [];
  readonly #socket: Socket;
  readonly #messages = new GrpcMessages(1 << 30);
  #bytes: Buffer[] = [];
  #size = 0;
  #wanted = 9;

  constructor(port: number, id: string) {
    this.#socket = connectTcp(port, '127.0.0.1');
    this.#socket.on('error', () => undefined).pause();
    const headers = {
      ':method': 'POST',
      ':scheme': 'http',
      ':authority': 'ads.test',
      ':path': ADS_PATHS.delta,
      'content-type': 'application/grpc',
    };
    this.#socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    this.#socket.write(http2Frame(SETTINGS, 0, 0, Buffer.concat([Buffer.from([0, 4]), uint32(WIDE_OPEN)])));
    this.#socket.write(http2Frame(8, 0, 0, uint32(WIDE_OPEN - 65_535)));
    this.#socket.write(http2Frame(1, 4, 1, literals(headers)));
    this.#socket.write(http2Frame(DATA, 0, 1, request(id)));
  }

  /** Reads and acknowledges from now on. */
  read(): void {
    this.#socket.on('data', (chunk: Buffer) => {
      this.#bytes.push(chunk);
      this.#size += chunk.length;
      while (this.#size >= this.#wanted) this.#frame();
    });
    this.#socket.resume();
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #frame(): void {
    const all = Buffer.concat(this.#bytes, this.#size);
    this.#bytes = [all];
    this.#wanted = 9 + all.readUIntBE(0, 3);
    if (all.length < this.#wanted) return;
    if (all[3] === SETTINGS && all[4] === 0) this.#socket.write(http2Frame(SETTINGS, 1, 0, Buffer.alloc(0)));
    if (all[3] === DATA) this.#take(all.subarray(9, this.#wanted));
    this.#bytes = [all.subarray(this.#wanted)];
    this.#size -= this.#wanted;
    this.#wanted = 9;
  }

  #take(payload: Buffer): void {
    this.#messages.push(payload);
    for (let next = this.#messages.next(); next !== undefined; next = this.#messages.next()) {
      assert.ok('message' in next);
      const { nonce, resources } = fromBinary(DeltaDiscoveryResponseSchema, next.message);
      const bytes = resources[0]?.resource?.value ?? new Uint8Array();
      this.seen.push(Number.parseInt(fromBinary(ClusterSchema, bytes).altStatName, 10));
      this.#socket.write(http2Frame(DATA, 0, 1, request('', nonce)));
    }
  }
}

test('a proxy that does not read delays nobody, costs one response, and gets the newest state when it reads again', async () => {
  const proxies = new Set<ConnectedProxy>();
  const events = new EventTarget();
  let set = setOf(0);
  let generation = 1;
  let pushed = 0;
  await using server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      source: {
        connected(proxy) {
          proxies.add(proxy);
          proxy.assign(set, generation);
        },
        disconnected: (proxy) => proxies.delete(proxy),
      },
      clock: systemClock,
      logger: silentLogger,
      observer: {
        pushed: () => {
          pushed++;
          events.dispatchEvent(new Event('pushed'));
        },
        acked: () => events.dispatchEvent(new Event('acked')),
        nacked: () => undefined,
        settled: () => undefined,
      },
    },
  );
  using slow = new BareProxy(server.address.port, 'sidecar~10.0.0.1~slow.shop~shop.svc.cluster.local');
  await once(events, 'pushed');
  using quick = new BareProxy(server.address.port, 'sidecar~10.0.0.2~quick.shop~shop.svc.cluster.local');
  quick.read();
  await once(events, 'acked');
  for (let push = 1; push <= PUSHES; push++) {
    set = setOf(push);
    generation++;
    const acked = once(events, 'acked');
    for (const proxy of proxies) proxy.assign(set, generation);
    await acked;
  }
  assert.deepEqual(quick.seen, [0, 1, 2, 3, 4, 5, 6]);
  assert.equal(pushed, PUSHES + 2, 'the slow proxy must have been written its first response only');
  slow.read();
  while (slow.seen.at(-1) !== PUSHES) await once(events, 'acked');
  assert.deepEqual(slow.seen, [0, PUSHES]);
});
