/** gRPC-Web through the proxy to a real gRPC server: raw frames of both forms, and Connect's client. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  create,
  createFileRegistry,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type DescService,
} from '@bufbuild/protobuf';
import {
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
  file_google_protobuf_wrappers,
  type StringValue,
} from '@bufbuild/protobuf/wkt';
import { Code, ConnectError } from '@connectrpc/connect';
import { createGrpcWebTransport } from '@connectrpc/connect-node';
import { systemClock } from '@weft/base';
import { HTTP2_UPSTREAM, message, startEcho } from '../../../testing/grpc-echo.ts';
import {
  ADMIN,
  adminStats,
  answering,
  exchangeOnce,
  type Harness,
  httpFilterConfig,
  httpListener,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const FILTERS = {
  http_filters: [
    httpFilterConfig('grpc_web.v3.GrpcWeb', {}),
    httpFilterConfig('grpc_stats.v3.FilterConfig', { stats_for_all_methods: true }),
    ROUTER,
  ],
};
const ROUTES = [{ match: { prefix: '/test.Echo' }, route: { cluster: 'backend', timeout: '0s' } }];

function bridging(port: number, more: object = HTTP2_UPSTREAM): Promise<Harness> {
  return startProxy([httpListener(ROUTES, FILTERS)], [staticCluster('backend', [port], more)], systemClock, [], ADMIN);
}

function frame(bytes: Buffer, flags = 0): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = flags;
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

interface Answer {
  readonly head: string;
  readonly body: Buffer;
}

/** Reads a chunked answer of a connection that was closed. */
function parse(received: string): Answer {
  const cut = received.indexOf('\r\n\r\n');
  const head = received.slice(0, cut);
  let rest = received.slice(cut + 4);
  let body = '';
  for (let size = -1; size !== 0; ) {
    const line = rest.indexOf('\r\n');
    size = Number.parseInt(rest.slice(0, line), 16);
    body += rest.slice(line + 2, line + 2 + size);
    rest = rest.slice(line + 4 + size);
  }
  return { head, body: Buffer.from(body, 'latin1') };
}

interface Frame {
  readonly flags: number;
  readonly bytes: Buffer;
}

function frames(body: Buffer): Frame[] {
  const found: Frame[] = [];
  for (let at = 0; at < body.length; ) {
    const end = at + 5 + body.readUInt32BE(at + 1);
    found.push({ flags: body[at] ?? 0, bytes: body.subarray(at + 5, end) });
    at = end;
  }
  return found;
}

function post(path: string, type: string, body: Buffer, more = ''): string {
  return (
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n${more}\r\n` +
    body.toString('latin1')
  );
}

test('binary frames pass both ways; the trailers are the last frame', async () => {
  using server = await startEcho();
  await using proxy = await bridging(server.port);
  const body = frame(message.serialize('a,b'));
  const { head, body: answer } = parse(
    await exchangeOnce(proxy.port, post('/test.Echo/Spread', 'application/grpc-web', body)),
  );
  assert.match(head, /^HTTP\/1\.1 200/);
  assert.match(head, /content-type: application\/grpc-web\+proto/);
  assert.doesNotMatch(head, /content-length/);
  const [first, second, last] = frames(answer);
  assert.equal(message.deserialize(first?.bytes ?? Buffer.alloc(0)), 'a');
  assert.equal(message.deserialize(second?.bytes ?? Buffer.alloc(0)), 'b');
  assert.equal(last?.flags, 0x80);
  const trailers = last?.bytes.toString().split('\r\n').toSorted() ?? [];
  assert.deepEqual(
    trailers.filter((line) => !line.startsWith('grpc-message')),
    ['', 'grpc-status:0', 'x-spread:done'],
  );
});

test('base64 text passes both ways, however it is split, and every frame of the answer is a text of its own', async () => {
  using server = await startEcho();
  await using proxy = await bridging(server.port);
  // Two texts, the first with padding, as a client that encodes piece by piece sends them.
  const bytes = frame(message.serialize('one,two'));
  const text = bytes.subarray(0, 7).toString('base64') + bytes.subarray(7).toString('base64');
  for (const size of [1, 3, 5, text.length]) {
    using client = new RawClient(proxy.port);
    client.send(
      'POST /test.Echo/Spread HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc-web-text\r\nConnection: close\r\n' +
        'Accept: application/grpc-web-text\r\nTransfer-Encoding: chunked\r\n\r\n',
    );
    for (let at = 0; at < text.length; at += size) {
      const part = text.slice(at, at + size);
      client.send(`${part.length.toString(16)}\r\n${part}\r\n`);
      await new Promise((resolve) => setImmediate(resolve));
    }
    client.send('0\r\n\r\n');
    const { head, body } = parse(await client.untilClosed());
    assert.match(head, /content-type: application\/grpc-web-text\+proto/);
    const texts = body.toString().match(/[^=]+=*/g) ?? [];
    const [first, second, last] = frames(Buffer.concat(texts.map((part) => Buffer.from(part, 'base64'))));
    assert.equal(message.deserialize(first?.bytes ?? Buffer.alloc(0)), 'one', `in pieces of ${size}`);
    assert.equal(message.deserialize(second?.bytes ?? Buffer.alloc(0)), 'two');
    assert.match(last?.bytes.toString() ?? '', /grpc-status:0\r\n/);
  }
});

test('what is no base64 is refused as HTTP and as gRPC', async () => {
  using server = await startEcho();
  await using proxy = await bridging(server.port);
  for (const body of ['AAA', '!!!!', 'A===', '====']) {
    const answer = await exchangeOnce(
      proxy.port,
      post('/test.Echo/Unary', 'application/grpc-web-text+proto', Buffer.from(body)),
    );
    assert.match(answer, /^HTTP\/1\.1 400 /, body);
    assert.match(answer, /grpc-status: 13/);
    assert.match(answer, /grpc-message: Bad gRPC-web request, invalid base64 data\./);
    assert.match(answer, /content-type: application\/grpc-web\+proto/);
    assert.match(answer, /x-weft-error: BAD_GRPC_WEB/);
  }
});

test("the proxy's own answers have a status of HTTP and one of gRPC, and no body", async () => {
  const server = await startEcho();
  server[Symbol.dispose]();
  await using proxy = await bridging(server.port);
  const body = frame(message.serialize('x'));
  const refused = await exchangeOnce(proxy.port, post('/test.Echo/Unary', 'application/grpc-web+proto', body));
  assert.match(refused, /^HTTP\/1\.1 503 [\s\S]*grpc-status: 14[\s\S]*\r\n\r\n$/);
  assert.match(refused, /grpc-message: upstream connect error/);
  const unrouted = await exchangeOnce(proxy.port, post('/nowhere', 'application/grpc-web', body));
  assert.match(unrouted, /^HTTP\/1\.1 404 [\s\S]*grpc-status: 12/);
});

test('an upstream that answers something else: its body becomes the message', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.includes('0\r\n\r\n')) socket.write('HTTP/1.1 429 Slow\r\ncontent-length: 11\r\n\r\nslow down %');
  });
  await using proxy = await bridging(upstream.port, {});
  const body = frame(message.serialize('x'));
  const answer = await exchangeOnce(proxy.port, post('/test.Echo/Unary', 'application/grpc-web', body));
  assert.match(answer, /^HTTP\/1\.1 429 /);
  assert.match(answer, /grpc-status: 14/);
  assert.match(answer, /grpc-message: slow down %25/);
  assert.match(answer, /content-type: application\/grpc-web\+proto[\s\S]*\r\n\r\n$/);
  assert.match(upstream.received[0] ?? '', /content-type: application\/grpc\r\n/);
  assert.match(upstream.received[0] ?? '', /grpc-accept-encoding: identity/);
});

test('other requests are left alone', async () => {
  await using upstream = await startUpstream(answering('hello'));
  await using proxy = await bridging(upstream.port, {});
  const answer = await exchangeOnce(proxy.port, 'GET /test.Echo HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(answer, /content-length: 5[\s\S]*hello$/);
});

/** The service of `grpc-echo.ts`, as its `.proto` would describe it. */
function echoService(): DescService {
  const type = '.google.protobuf.StringValue';
  const method = (name: string, serverStreaming: boolean): object => ({
    name,
    inputType: type,
    outputType: type,
    serverStreaming,
  });
  const file = create(FileDescriptorProtoSchema, {
    name: 'echo.proto',
    package: 'test',
    syntax: 'proto3',
    dependency: ['google/protobuf/wrappers.proto'],
    service: [{ name: 'Echo', method: [method('Unary', false), method('Spread', true)] }],
  });
  const files = [file_google_protobuf_wrappers.proto, file];
  const service = createFileRegistry(create(FileDescriptorSetSchema, { file: files })).getService('test.Echo');
  assert.ok(service !== undefined);
  return service;
}

test("Connect's gRPC-Web client calls a gRPC server, over HTTP/1.1 and HTTP/2", async () => {
  using server = await startEcho();
  await using proxy = await bridging(server.port);
  for (const httpVersion of ['1.1', '2'] as const) {
    const transport = createGrpcWebTransport({ baseUrl: `http://127.0.0.1:${proxy.port}`, httpVersion });
    const service = echoService();
    const unary = service.method['unary'];
    const spread = service.method['spread'];
    assert.ok(unary !== undefined && spread !== undefined);
    const call = async (value: string): Promise<string> => {
      const answer = await transport.unary(unary as DescMethodUnary, undefined, 5000, undefined, { value });
      return (answer.message as StringValue).value;
    };
    assert.equal(await call('one'), 'got one');
    await assert.rejects(call('fail'), (error) => {
      assert.ok(error instanceof ConnectError);
      assert.equal(error.code, Code.FailedPrecondition);
      assert.equal(error.rawMessage, 'not now: 100 %');
      return true;
    });
    const stream = await transport.stream(
      spread as DescMethodServerStreaming,
      undefined,
      5000,
      undefined,
      (async function* () {
        yield { value: 'x,y,z' };
      })(),
    );
    const got: string[] = [];
    for await (const part of stream.message) got.push((part as StringValue).value);
    assert.deepEqual(got, ['x', 'y', 'z']);
    assert.equal(stream.trailer.get('x-spread'), 'done');
  }
});

test('calls are counted by method, as gRPC-Web and as gRPC', async () => {
  using server = await startEcho();
  await using proxy = await bridging(server.port);
  for (const value of ['a', 'fail']) {
    await exchangeOnce(proxy.port, post('/test.Echo/Unary', 'application/grpc-web', frame(message.serialize(value))));
  }
  const counts = await adminStats(proxy);
  for (const protocol of ['grpc-web', 'grpc']) {
    const prefix = `cluster.backend.${protocol}.test.Echo.Unary.`;
    assert.equal(counts.get(`${prefix}total`), 2);
    assert.equal(counts.get(`${prefix}success`), 1);
    assert.equal(counts.get(`${prefix}failure`), 1);
    assert.equal(counts.get(`${prefix}9`), 1);
  }
  assert.equal(counts.get('cluster.backend.grpc.test.Echo.Unary.request_message_count'), 2);
  assert.equal(counts.get('cluster.backend.grpc.test.Echo.Unary.response_message_count'), 1);
});
