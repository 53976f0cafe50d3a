/** gRPC end to end: grpc-js on both sides of the proxy, every kind of call. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import { httpListener, startProxy, staticCluster } from '../testing/harness.ts';

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const codec = {
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
};
const SERVICE = {
  unary: { path: '/test.Echo/Unary', requestStream: false, responseStream: false, ...codec },
  collect: { path: '/test.Echo/Collect', requestStream: true, responseStream: false, ...codec },
  spread: { path: '/test.Echo/Spread', requestStream: false, responseStream: true, ...codec },
  chat: { path: '/test.Echo/Chat', requestStream: true, responseStream: true, ...codec },
} as const;

const IMPLEMENTATION: grpc.UntypedServiceImplementation = {
  unary(call: grpc.ServerUnaryCall<string, string>, done: grpc.sendUnaryData<string>) {
    if (call.request === 'fail') done({ code: grpc.status.FAILED_PRECONDITION, details: 'not now: 100 %' });
    else if (call.request !== 'hang') done(null, `got ${call.request}`);
  },
  collect(call: grpc.ServerReadableStream<string, string>, done: grpc.sendUnaryData<string>) {
    const got: string[] = [];
    call.on('data', (value: string) => got.push(value));
    call.on('end', () => done(null, got.join(',')));
  },
  spread(call: grpc.ServerWritableStream<string, string>) {
    for (const value of call.request.split(',')) call.write(value);
    call.end();
  },
  chat(call: grpc.ServerDuplexStream<string, string>) {
    call.on('data', (value: string) => call.write(value.toUpperCase()));
    call.on('end', () => call.end());
  },
};

async function grpcServer(): Promise<{ readonly port: number; readonly server: grpc.Server }> {
  const server = new grpc.Server();
  server.addService(SERVICE, IMPLEMENTATION);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, server };
}

const OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
const HTTP2 = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': OPTIONS,
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};
const ROUTES = [
  {
    match: { prefix: '/test.Echo' },
    route: { cluster: 'backend', timeout: '0s', max_stream_duration: { grpc_timeout_header_max: '0s' } },
  },
];

interface Failure {
  readonly code: number;
  readonly details: string;
}

function unary(client: grpc.Client, path: string, value: string, deadlineMs = 5000): Promise<string | Failure> {
  return new Promise((resolve) => {
    client.makeUnaryRequest(
      path,
      text.serialize,
      text.deserialize,
      value,
      { deadline: Date.now() + deadlineMs },
      (error, answer) => resolve(error === null ? (answer ?? '') : { code: error.code, details: error.details }),
    );
  });
}

test('unary calls, client, server and two-way streams, and their failures pass through the proxy', async () => {
  const { port, server } = await grpcServer();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  assert.equal(await unary(client, SERVICE.unary.path, 'one'), 'got one');
  assert.deepEqual(await unary(client, SERVICE.unary.path, 'fail'), {
    code: grpc.status.FAILED_PRECONDITION,
    details: 'not now: 100 %',
  });
  const collected = await new Promise<string>((resolve, reject) => {
    const call = client.makeClientStreamRequest(
      SERVICE.collect.path,
      text.serialize,
      text.deserialize,
      (error, answer) => (error === null ? resolve(answer ?? '') : reject(error)),
    );
    for (const value of ['a', 'b', 'c']) call.write(value);
    call.end();
  });
  assert.equal(collected, 'a,b,c');
  const spread: string[] = [];
  for await (const value of client.makeServerStreamRequest(
    SERVICE.spread.path,
    text.serialize,
    text.deserialize,
    'x,y,z',
  ))
    spread.push(value);
  assert.deepEqual(spread, ['x', 'y', 'z']);
  const chat = client.makeBidiStreamRequest(SERVICE.chat.path, text.serialize, text.deserialize);
  const said: string[] = [];
  for (const value of ['hi', 'there']) chat.write(value);
  for await (const value of chat) {
    said.push(value);
    if (said.length === 2) chat.end();
  }
  assert.deepEqual(said, ['HI', 'THERE']);
  client.close();
  server.forceShutdown();
});

test("the proxy's own answers are gRPC statuses", async () => {
  const { port, server } = await grpcServer();
  server.forceShutdown();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  const unavailable = await unary(client, SERVICE.unary.path, 'x');
  assert.ok(typeof unavailable !== 'string');
  assert.equal(unavailable.code, grpc.status.UNAVAILABLE);
  assert.match(unavailable.details, /upstream connect error/);
  const unknown = await unary(client, '/other.Service/Method', 'x');
  assert.ok(typeof unknown !== 'string');
  assert.equal(unknown.code, grpc.status.UNIMPLEMENTED);
  client.close();
});

test('a deadline of the client ends the call on both sides', async () => {
  const { port, server } = await grpcServer();
  await using proxy = await startProxy([httpListener(ROUTES)], [staticCluster('backend', [port], HTTP2)]);
  const client = new grpc.Client(`127.0.0.1:${proxy.port}`, grpc.credentials.createInsecure());
  const late = await unary(client, SERVICE.unary.path, 'hang', 150);
  assert.ok(typeof late !== 'string');
  assert.equal(late.code, grpc.status.DEADLINE_EXCEEDED);
  client.close();
  server.forceShutdown();
});
