import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect, type IncomingHttpHeaders } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { test } from 'node:test';
import { create, toBinary } from '@bufbuild/protobuf';
import { silentLogger, systemClock } from '@weft/base';
import { NodeSchema } from '../../gen/envoy/config/core/v3/base_pb.js';
import { DeltaDiscoveryRequestSchema } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_PATHS } from '../ads-paths.ts';
import { RESOURCE_KINDS } from '../kinds.ts';
import { EMPTY_XDS_SET } from '../resource.ts';
import type { AdsServer } from './ads-server.ts';
import { startAdsServer } from './start-ads-server.ts';

const node = create(NodeSchema, { id: 'sidecar~10.0.0.1~p.shop~shop.svc.cluster.local' });
const REQUEST = toBinary(
  DeltaDiscoveryRequestSchema,
  create(DeltaDiscoveryRequestSchema, { node, typeUrl: RESOURCE_KINDS.cluster.typeUrl }),
);

function serve(maxRequestBytes = 1_000): Promise<AdsServer> {
  const source = {
    connected: (proxy: { assign(set: typeof EMPTY_XDS_SET, generation: number): void }) =>
      proxy.assign(EMPTY_XDS_SET, 1),
    disconnected: () => undefined,
  };
  return startAdsServer(
    { host: '127.0.0.1', port: 0 },
    { source, clock: systemClock, logger: silentLogger, limits: { maxRequestBytes } },
  );
}

class Raw implements Disposable {
  readonly #session: ClientHttp2Session;
  constructor(server: AdsServer) {
    this.#session = connect(`http://127.0.0.1:${server.address.port}`);
  }
  call(headers: Readonly<Record<string, string>> = {}): ClientHttp2Stream {
    return this.#session.request(
      { ':method': 'POST', ':path': ADS_PATHS.delta, 'content-type': 'application/grpc', te: 'trailers', ...headers },
      { endStream: false },
    );
  }
  [Symbol.dispose](): void {
    this.#session.destroy();
  }
}

function frame(message: Uint8Array, flag = 0, length = message.length): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, message]);
}

/** Status and message, from the trailers or from the only headers. */
async function statusOf(stream: ClientHttp2Stream): Promise<readonly [number, string]> {
  const found = Promise.withResolvers<readonly [number, string]>();
  const look = (headers: IncomingHttpHeaders): void => {
    const status = headers['grpc-status'];
    if (status !== undefined) found.resolve([Number(status), decodeURIComponent(String(headers['grpc-message']))]);
  };
  stream.on('response', look).on('trailers', look).on('error', found.reject).resume();
  return found.promise;
}

const GARBAGE: readonly (readonly [what: string, bytes: Buffer, code: number, reason: RegExp])[] = [
  [
    'bytes that are no protobuf',
    frame(Buffer.from('ff'.repeat(40), 'hex')),
    3,
    /^40 bytes that are no discovery request: /,
  ],
  ['a message that ends early', frame(REQUEST.subarray(0, REQUEST.length - 3)), 3, /no discovery request/],
  ['a text instead of a frame', Buffer.from('GET / HTTP/1.1\r\n'), 13, /begins with 71, not with a compressed flag/],
  ['a compressed message', frame(REQUEST, 1), 12, /takes identity only/],
  [
    'a message above the limit',
    frame(Buffer.alloc(0), 0, 1_001),
    8,
    /a request of 1001 bytes; this server takes at most 1000/,
  ],
];

for (const [what, bytes, code, reason] of GARBAGE) {
  test(`${what} ends the stream with a reason, and other streams of the connection go on`, async () => {
    await using server = await serve();
    using raw = new Raw(server);
    const good = raw.call();
    good.write(frame(REQUEST));
    await once(good, 'data');
    const bad = raw.call();
    const status = statusOf(bad);
    bad.write(bytes);
    const [got, message] = await status;
    assert.equal(got, code);
    assert.match(message, reason);
    assert.equal(server.connected, 1);
    assert.equal(good.closed, false);
  });
}

test('garbage after good requests takes the stream from the proxies', async () => {
  await using server = await serve();
  using raw = new Raw(server);
  const stream = raw.call();
  stream.write(frame(REQUEST));
  await once(stream, 'data');
  assert.equal(server.connected, 1);
  const status = statusOf(stream);
  stream.write(frame(Buffer.from([0xff, 0xff])));
  assert.equal((await status)[0], 3);
  assert.equal(server.connected, 0);
});

test('bytes that are no HTTP/2 lose their connection only', async () => {
  await using server = await serve();
  using raw = new Raw(server);
  const stream = raw.call();
  stream.write(frame(REQUEST));
  await once(stream, 'data');
  const socket = connectTcp(server.address.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(Buffer.from('00'.repeat(200), 'hex'));
  await once(socket, 'close');
  assert.equal(server.connected, 1);
});

test('what is no gRPC call of ADS is refused as gRPC says', async () => {
  await using server = await serve();
  using raw = new Raw(server);
  const [code, message] = await statusOf(raw.call({ ':path': '/some.Service/Method' }));
  assert.equal(code, 12);
  assert.match(message, /no method \/some\.Service\/Method/);
  const response = await once(raw.call({ 'content-type': 'text/plain' }), 'response');
  assert.partialDeepStrictEqual(response, [{ ':status': 415 }]);
});

test('messages may come in any pieces, and several at once', async () => {
  await using server = await serve();
  using raw = new Raw(server);
  const stream = raw.call();
  const answered = once(stream, 'data');
  const bytes = Buffer.concat([
    frame(REQUEST),
    frame(
      toBinary(
        DeltaDiscoveryRequestSchema,
        create(DeltaDiscoveryRequestSchema, { typeUrl: RESOURCE_KINDS.listener.typeUrl }),
      ),
    ),
  ]);
  for (let at = 0; at < bytes.length; at += 7) stream.write(bytes.subarray(at, at + 7));
  await answered;
  // The second request is answered with the first or after it.
  while (server.proxies()[0]?.kinds.listener.state === 'unsubscribed') await once(stream, 'data');
});

test('the deadline of a call ends it', async () => {
  await using server = await serve();
  using raw = new Raw(server);
  const stream = raw.call({ 'grpc-timeout': '1m' });
  stream.write(frame(REQUEST));
  assert.equal((await statusOf(stream))[0], 4);
  assert.equal(server.connected, 0);
});
