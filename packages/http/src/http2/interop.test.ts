/** Our two sides against node:http2 on loopback. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import type { RequestHead, ResponseHead } from '../head.ts';
import { Http2ClientConnection } from './client.ts';
import type { Http2Connection } from './connection.ts';
import { Http2ServerConnection, type Http2ServerSink, type Http2ServerStream } from './server.ts';
import type { Http2ResponseSink } from './sinks.ts';

const now = (): number => performance.now();
const quiet = {
  onGoAway: () => undefined,
  onDrained: () => undefined,
  onRefused: (_id: number, message: string) => assert.fail(message),
};

/** Gives a connection a socket: one write per tick, and no more output while the socket is full. */
function attach(socket: net.Socket, make: (onOutput: () => void) => Http2Connection): Http2Connection {
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    if (socket.writableNeedDrain || socket.destroyed) return;
    const pieces = connection.takeOutput();
    socket.cork();
    for (const piece of pieces) socket.write(piece);
    socket.uncork();
  };
  const schedule = (): void => {
    if (!scheduled) setImmediate(flush);
    scheduled = true;
  };
  const connection = make(schedule);
  schedule();
  socket.on('drain', schedule);
  socket.on('data', (bytes) => {
    assert.ok(typeof bytes !== 'string');
    if (connection.push(bytes) !== undefined) {
      flush();
      socket.end();
    }
  });
  socket.on('error', () => connection.end());
  socket.on('close', () => connection.end());
  return connection;
}

type Handler = (
  stream: Http2ServerStream,
  head: RequestHead,
  body: Buffer,
  trailers: readonly string[] | undefined,
) => void;

async function ourServer(
  handler: Handler,
  options = {},
): Promise<{ readonly port: number; readonly connections: Http2ServerConnection[]; close(): void }> {
  const connections: Http2ServerConnection[] = [];
  const server = net.createServer((socket) => {
    attach(socket, (onOutput) => {
      const sink: Http2ServerSink = {
        ...quiet,
        onOutput,
        onStream(stream) {
          const chunks: Buffer[] = [];
          let request: RequestHead;
          return {
            onRequest: (head) => {
              request = head;
            },
            onRequestBody: (chunk) => {
              chunks.push(Buffer.from(chunk));
              stream.consumed(chunk.length);
            },
            onRequestEnd: (trailers) => handler(stream, request, Buffer.concat(chunks), trailers),
            onReset: () => undefined,
            onDrain: () => undefined,
          };
        },
      };
      const connection = new Http2ServerConnection(sink, { now, ...options });
      connections.push(connection);
      return connection;
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  return { port: address.port, connections, close: () => server.close() };
}

interface Answer {
  readonly head: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader;
  readonly body: Buffer;
  readonly trailers: http2.IncomingHttpHeaders | undefined;
}

async function ask(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body?: Buffer,
): Promise<Answer> {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  let trailers: http2.IncomingHttpHeaders | undefined;
  stream.on('trailers', (fields) => {
    trailers = fields;
  });
  const [head] = await once(stream, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { head, body: Buffer.concat(chunks), trailers };
}

test('our server answers a node:http2 client: heads, bodies both ways beyond every window, trailers', async () => {
  const big = Buffer.alloc(3_000_000, 'x');
  const server = await ourServer((stream, head, body, trailers) => {
    stream.respond(
      200,
      ['x-path', head.path, 'x-length', String(body.length), 'x-trailer', trailers?.join() ?? ''],
      false,
    );
    stream.write(body.length > 0 ? body : Buffer.from('hi'));
    stream.end(['grpc-status', '0']);
  });
  const session = http2.connect(`http://127.0.0.1:${server.port}`);
  const answers = await Promise.all([
    ask(session, { ':path': '/a' }),
    ask(session, { ':path': '/b', ':method': 'POST' }, big),
    ask(session, { ':path': '/c', ':method': 'POST' }, big),
  ]);
  assert.deepEqual(
    answers.map((answer) => answer.head['x-path']),
    ['/a', '/b', '/c'],
  );
  assert.equal(answers[0]?.body.toString(), 'hi');
  assert.ok(answers[1]?.body.equals(big) && answers[2]?.body.equals(big));
  assert.equal(answers[1].trailers?.['grpc-status'], '0');
  session.close();
  server.close();
});

test('many requests on one connection', async () => {
  const server = await ourServer((stream, head) => stream.respond(200, ['x-path', head.path], true));
  const session = http2.connect(`http://127.0.0.1:${server.port}`);
  for (let round = 0; round < 20; round++) {
    const paths = Array.from({ length: 50 }, (_, index) => `/${round}/${index}`);
    const answers = await Promise.all(paths.map((path) => ask(session, { ':path': path, 'x-round': String(round) })));
    assert.deepEqual(
      answers.map((answer) => answer.head['x-path']),
      paths,
    );
  }
  session.close();
  server.close();
});

test('a server that drains finishes what is open and then says so', async () => {
  let drained = false;
  const waiting: Http2ServerStream[] = [];
  const server = net.createServer((socket) => {
    const connection = attach(
      socket,
      (onOutput) =>
        new Http2ServerConnection(
          {
            ...quiet,
            onOutput,
            onDrained: () => {
              drained = true;
              socket.end();
            },
            onStream: (stream) => {
              waiting.push(stream);
              connection.drain();
              return {
                onRequest: () => undefined,
                onRequestBody: () => undefined,
                onRequestEnd: () => undefined,
                onReset: () => undefined,
                onDrain: () => undefined,
              };
            },
          },
          { now },
        ),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const session = http2.connect(`http://127.0.0.1:${address.port}`);
  const answer = ask(session, { ':path': '/' });
  await once(session, 'goaway');
  assert.equal(drained, false);
  waiting[0]?.respond(204, [], true);
  assert.equal((await answer).head[':status'], 204);
  await once(session, 'close');
  assert.equal(drained, true);
  server.close();
});

function responseSink(report: (text: string) => void): {
  readonly sink: Http2ResponseSink;
  readonly done: Promise<string>;
  readonly heads: ResponseHead[];
} {
  const heads: ResponseHead[] = [];
  let body = '';
  let finish: (text: string) => void = () => undefined;
  const done = new Promise<string>((resolve) => {
    finish = resolve;
  });
  return {
    heads,
    done,
    sink: {
      onInformational: (head) => report(`interim ${head.status}`),
      onResponse: (head) => heads.push(head),
      onResponseBody: (chunk) => {
        body += chunk.toString('latin1');
      },
      onResponseEnd: (trailers) => finish(`${body.length} ${trailers?.join() ?? ''}`),
      onReset: (reset) => finish(`reset ${reset.code} ${reset.cause}`),
      onDrain: () => undefined,
    },
  };
}

test('our client asks a node:http2 server: flow control, interim responses, trailers, resets, GOAWAY', async () => {
  const server = http2.createServer();
  server.on('stream', (stream: http2.ServerHttp2Stream, headers: http2.IncomingHttpHeaders) => {
    if (headers[':path'] === '/reset') {
      stream.close(http2.constants.NGHTTP2_CANCEL);
      return;
    }
    stream.additionalHeaders({ ':status': 103, link: '<a>' });
    stream.respond({ ':status': 200, 'x-path': headers[':path'] }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'x-sum': '1' }));
    stream.pipe(stream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const socket = net.connect(address.port, '127.0.0.1');
  const seen: string[] = [];
  let client: Http2ClientConnection | undefined;
  attach(socket, (onOutput) => {
    client = new Http2ClientConnection({ ...quiet, onOutput, onGoAway: () => seen.push('goaway') }, { now });
    return client;
  });
  assert.ok(client !== undefined);
  const head = {
    method: 'POST',
    path: '/echo',
    authority: 'a',
    scheme: 'http',
    headers: ['x', 'y'],
    upgrade: undefined,
  };
  const echo = responseSink((text) => seen.push(text));
  let left = 5;
  const sink: Http2ResponseSink = {
    ...echo.sink,
    onResponseBody: (chunk) => {
      echo.sink.onResponseBody(chunk);
      stream?.consumed(chunk.length);
    },
    onDrain: () => writeMore(),
  };
  const stream = client.request(head, false, sink);
  const writeMore = (): void => {
    while (left > 0) {
      left--;
      if (stream?.write(Buffer.alloc(400_000, 'y')) === false) return;
    }
    stream?.end();
  };
  writeMore();
  assert.equal(await echo.done, '2000000 x-sum,1');
  assert.equal(echo.heads[0]?.headers[1], '/echo');
  const reset = responseSink((text) => seen.push(text));
  client.request({ ...head, method: 'GET', path: '/reset' }, true, reset.sink);
  assert.equal(await reset.done, 'reset 8 peer');
  const pinged = new Promise<void>((resolve) => client?.ping(resolve));
  await pinged;
  assert.deepEqual(seen, ['interim 103']);
  socket.end();
  server.close();
});
