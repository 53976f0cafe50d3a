/** grpc-js on both sides of the proxy: unary and streaming calls, deadlines, cancellation, metadata, large messages; in clear text and over TLS. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type ClientReadableStream, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { startProxy } from '../support/in-process-proxy.ts';
import { AUTHORITY_FILE, frontBootstrap, SERVER_NAME } from './front.ts';
import { EchoClient, type EchoServer, startEchoServer, textsOf } from './grpc-echo.ts';

interface Calls {
  readonly client: InstanceType<typeof EchoClient>;
  readonly server: EchoServer;
}

async function open(t: TestContext, tls: boolean): Promise<Calls> {
  const server = await startEchoServer('echo');
  t.after(() => server.close());
  const port = await startProxy(t, frontBootstrap({ backendPort: server.port, http2Backend: true, tls }));
  const creds = tls ? credentials.createSsl(readFileSync(AUTHORITY_FILE)) : credentials.createInsecure();
  const client = new EchoClient(`127.0.0.1:${port}`, creds, {
    'grpc.ssl_target_name_override': SERVER_NAME,
    'grpc.max_receive_message_length': -1,
  });
  t.after(() => client.close());
  return { client, server };
}

interface Answer {
  readonly error: ServiceError | null;
  readonly text: string | undefined;
  readonly trailers: Metadata;
}

function unary(client: Calls['client'], method: string, text: string, ...options: readonly unknown[]): Promise<Answer> {
  return new Promise((resolve) => {
    let answer: Pick<Answer, 'error' | 'text'> | undefined;
    const call = client[method]?.call(client, text, ...options, (error: ServiceError | null, reply?: string) => {
      answer = { error, text: reply };
    });
    call?.on('status', ({ metadata }: { metadata: Metadata }) => {
      queueMicrotask(() => resolve({ error: null, text: undefined, ...answer, trailers: metadata }));
    });
  });
}

for (const tls of [false, true]) {
  const where = tls ? 'over TLS' : 'in clear text';

  test(`grpc-js: unary calls, metadata and status ${where}`, async (t) => {
    const { client } = await open(t, tls);
    const metadata = new Metadata();
    metadata.set('x-tenant', 'blue');
    metadata.set('x-binary-bin', Buffer.from([0, 255, 7]));
    const { text, trailers } = await unary(client, 'Unary', 'hello', metadata);
    assert.equal(text, 'hello');
    assert.deepEqual([trailers.get('answered-by'), trailers.get('x-tenant')], [['echo'], ['blue']]);
    assert.deepEqual(trailers.get('x-binary-bin'), [Buffer.from([0, 255, 7])]);
    const failed = await unary(client, 'Unary', 'fail');
    assert.deepEqual([failed.error?.code, failed.error?.details], [status.ABORTED, 'as asked']);
    const large = 'x'.repeat(9 * 1024 * 1024);
    assert.equal((await unary(client, 'Unary', large)).text === large, true, 'nine megabytes there and back');
  });

  test(`grpc-js: streams ${where}`, async (t) => {
    const { client } = await open(t, tls);
    const repeated: ClientReadableStream<string> = client['Repeat']?.call(client, '1000');
    assert.equal((await textsOf(repeated)).length, 1000);
    const collected = new Promise<string>((resolve, reject) => {
      const call = client['Collect']?.call(client, (error: ServiceError | null, reply: string) =>
        error === null ? resolve(reply) : reject(error),
      );
      for (const part of ['a', 'b', 'c']) call?.write(part);
      call?.end();
    });
    assert.equal(await collected, 'a b c');
    const chat = client['Chat']?.call(client);
    const answers = textsOf(chat);
    // Each answer comes before the next question: nothing waits for the end of the stream.
    for (const word of ['one', 'two']) {
      const heard = new Promise((resolve) => chat?.once('data', resolve));
      chat?.write(word);
      assert.equal(await heard, word.toUpperCase());
    }
    chat?.end();
    assert.deepEqual(await answers, ['ONE', 'TWO']);
  });

  test(`grpc-js: deadline and cancellation ${where}`, async (t) => {
    const { client, server } = await open(t, tls);
    const late = await unary(client, 'Hang', 'wait', new Metadata(), { deadline: Date.now() + 200 });
    assert.equal(late.error?.code, status.DEADLINE_EXCEEDED);
    await server.cancelled;
    const call = client['Hang']?.call(client, 'wait', () => undefined);
    const ended = new Promise<{ code: number }>((resolve) => call?.on('status', resolve));
    call?.cancel();
    assert.equal((await ended).code, status.CANCELLED);
  });
}
