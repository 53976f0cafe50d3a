/** A gRPC service of every kind of call, whose messages are `google.protobuf.StringValue`. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { StringValueSchema } from '@bufbuild/protobuf/wkt';
import * as grpc from '@grpc/grpc-js';

export const message = {
  serialize: (value: string): Buffer => Buffer.from(toBinary(StringValueSchema, create(StringValueSchema, { value }))),
  deserialize: (bytes: Buffer): string => fromBinary(StringValueSchema, bytes).value,
};
const codec = {
  requestSerialize: message.serialize,
  requestDeserialize: message.deserialize,
  responseSerialize: message.serialize,
  responseDeserialize: message.deserialize,
};
export const ECHO: grpc.ServiceDefinition = {
  unary: { path: '/test.Echo/Unary', requestStream: false, responseStream: false, ...codec },
  collect: { path: '/test.Echo/Collect', requestStream: true, responseStream: false, ...codec },
  spread: { path: '/test.Echo/Spread', requestStream: false, responseStream: true, ...codec },
  chat: { path: '/test.Echo/Chat', requestStream: true, responseStream: true, ...codec },
};

/** `fail` fails, `hang` is never answered; `spread` answers each part between commas. */
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
    const trailers = new grpc.Metadata();
    trailers.set('x-spread', 'done');
    call.end(trailers);
  },
  chat(call: grpc.ServerDuplexStream<string, string>) {
    call.on('data', (value: string) => call.write(value.toUpperCase()));
    call.on('end', () => call.end());
  },
};

export interface EchoServer extends Disposable {
  readonly port: number;
}

export async function startEcho(): Promise<EchoServer> {
  const server = new grpc.Server();
  server.addService(ECHO, IMPLEMENTATION);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { port, [Symbol.dispose]: () => server.forceShutdown() };
}

/** What makes a cluster speak HTTP/2 without TLS. */
export const HTTP2_UPSTREAM: object = {
  typed_extension_protocol_options: {
    'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
      '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
      explicit_http_config: { http2_protocol_options: {} },
    },
  },
};
