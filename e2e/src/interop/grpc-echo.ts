/** A gRPC service for tests, without a .proto file: every message is text. */
import { once } from 'node:events';
import {
  type handleBidiStreamingCall,
  type handleClientStreamingCall,
  type handleServerStreamingCall,
  type handleUnaryCall,
  type MethodDefinition,
  makeGenericClientConstructor,
  Server,
  ServerCredentials,
  status,
} from '@grpc/grpc-js';

const toBytes = (text: string): Buffer => Buffer.from(text);
const toText = (bytes: Buffer): string => bytes.toString();

function method(path: string, requestStream: boolean, responseStream: boolean): MethodDefinition<string, string> {
  return {
    path: `/weft.test.Echo/${path}`,
    requestStream,
    responseStream,
    requestSerialize: toBytes,
    requestDeserialize: toText,
    responseSerialize: toBytes,
    responseDeserialize: toText,
  };
}

type EchoMethod = 'Unary' | 'Pinned' | 'Collect' | 'Repeat' | 'Chat' | 'Hang';

export const ECHO: Readonly<Record<EchoMethod, MethodDefinition<string, string>>> = {
  Unary: method('Unary', false, false),
  Pinned: method('Pinned', false, false),
  Collect: method('Collect', true, false),
  Repeat: method('Repeat', false, true),
  Chat: method('Chat', true, true),
  Hang: method('Hang', false, false),
};

export const EchoClient: ReturnType<typeof makeGenericClientConstructor> = makeGenericClientConstructor(
  ECHO,
  'weft.test.Echo',
);

/** Trailing metadata `answered-by: <name>`; the message `fail` fails with ABORTED. */
function implementation(name: string, onCancelled: () => void): Record<EchoMethod, unknown> {
  const unary: handleUnaryCall<string, string> = (call, respond) => {
    const metadata = call.metadata.clone();
    metadata.set('answered-by', name);
    if (call.request === 'fail') respond({ code: status.ABORTED, details: 'as asked', metadata });
    else if (call.request === 'who') respond(null, name, metadata);
    else respond(null, call.request, metadata);
  };
  const collect: handleClientStreamingCall<string, string> = (call, respond) => {
    const parts: string[] = [];
    call.on('data', (part: string) => parts.push(part));
    call.on('end', () => respond(null, parts.join(' ')));
  };
  const repeat: handleServerStreamingCall<string, string> = (call) => {
    for (let i = 0; i < Number(call.request); i++) call.write(String(i));
    call.end();
  };
  const chat: handleBidiStreamingCall<string, string> = (call) => {
    call.on('data', (part: string) => call.write(part.toUpperCase()));
    call.on('end', () => call.end());
  };
  const hang: handleUnaryCall<string, string> = (call) => {
    call.on('cancelled', onCancelled);
  };
  return { Unary: unary, Pinned: unary, Collect: collect, Repeat: repeat, Chat: chat, Hang: hang };
}

export interface EchoServer {
  readonly port: number;
  /** Resolves when a call to `Hang` has been cancelled. */
  readonly cancelled: Promise<void>;
  close(): void;
}

export async function startEchoServer(name: string): Promise<EchoServer> {
  const server = new Server({ 'grpc.max_receive_message_length': -1 });
  const cancelled = Promise.withResolvers<void>();
  const handlers = implementation(name, () => cancelled.resolve());
  server.addService(ECHO, handlers as Parameters<Server['addService']>[1]);
  const bound = Promise.withResolvers<number>();
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
    if (error === null) bound.resolve(port);
    else bound.reject(error);
  });
  return { port: await bound.promise, cancelled: cancelled.promise, close: () => server.forceShutdown() };
}

/** Waits for the end of a stream of texts. */
export async function textsOf(stream: NodeJS.EventEmitter): Promise<readonly string[]> {
  const texts: string[] = [];
  stream.on('data', (text: string) => texts.push(text));
  await once(stream, 'end');
  return texts;
}
