import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { frameMessage } from '../ads/grpc-frames.ts';
import { HTTP2_UPSTREAM } from '../testing/grpc-echo.ts';
import {
  ADMIN,
  adminStats,
  exchangeOnce,
  httpListener,
  startProxy,
  startUpstream,
  staticCluster,
} from '../testing/harness.ts';
import { pem, TRUSTED, upstreamTls } from '../testing/tls.ts';

const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
const SERVING = 1;
const NOT_SERVING = 2;

interface Asked {
  readonly session: ServerHttp2Stream['session'];
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Http2Backend extends AsyncDisposable {
  readonly port: number;
  /** What checks asked; requests of clients are answered with the backend's name. */
  readonly asked: readonly Asked[];
}

/** `secure`: by TLS, for clients that offer h2 alone. */
async function http2Backend(
  name: string,
  health: (stream: ServerHttp2Stream, asked: Asked) => void,
  secure = false,
): Promise<Http2Backend> {
  const asked: Asked[] = [];
  const tls = { key: pem('shop.key'), cert: pem('shop.crt') };
  const server: Http2Server = secure ? createSecureServer(tls) : createServer();
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    stream.on('error', () => undefined);
    if (headers['user-agent'] !== 'Envoy/HC') {
      stream.respond();
      stream.end(name);
      return;
    }
    let body = '';
    stream.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')));
    stream.on('end', () => {
      const one = { session: stream.session, headers, body };
      asked.push(one);
      health(stream, one);
    });
  };
  server.on('stream', onStream);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    asked,
    async [Symbol.asyncDispose]() {
      for (const session of sessions) session.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function grpcAnswer(stream: ServerHttp2Stream, status: number, code = '0'): void {
  stream.respond({ 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': code }));
  stream.end(frameMessage(Uint8Array.of(0x08, status)));
}

function checked(ports: readonly number[], check: object, more: object = {}): object {
  const common = { timeout: '1s', interval: '5s', no_traffic_interval: '5s' };
  return staticCluster('backend', ports, {
    health_checks: [{ ...common, unhealthy_threshold: 1, healthy_threshold: 1, ...check }],
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
    ...more,
  });
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks until the answer ends as wanted: checks run beside the requests. */
async function answered(port: number, end: string): Promise<void> {
  while (!(await exchangeOnce(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).includes(end));
}

const hex = (text: string): object => ({ text: Buffer.from(text).toString('hex') });

test('a gRPC check asks for a service and takes SERVING alone for healthy', async () => {
  const clock = new FakeClock(1_000_000);
  const answers: [number, string][] = [
    [NOT_SERVING, '0'],
    [SERVING, '0'],
    [SERVING, '5'],
    [SERVING, '0'],
  ];
  let round = 0;
  await using backend = await http2Backend('fine', (stream) => grpcAnswer(stream, ...(answers[round] ?? [0, '0'])));
  const check = {
    grpc_health_check: {
      service_name: 'shop.Orders',
      authority: 'orders.test',
      initial_metadata: [{ header: { key: 'x-from', value: '%UPSTREAM_CLUSTER%' } }],
    },
  };
  await using proxy = await startProxy([httpListener(ROUTES)], [checked([backend.port], check, HTTP2_UPSTREAM)], clock);
  for (const expected of [' 503 ', 'fine', ' 503 ', 'fine']) {
    await answered(proxy.port, expected);
    round++;
    clock.advance(5000);
  }
  const [first] = backend.asked;
  assert.equal(first?.body, `\0\0\0\0\r\n\x0bshop.Orders`);
  assert.equal(first.headers[':path'], '/grpc.health.v1.Health/Check');
  assert.equal(first.headers[':authority'], 'orders.test');
  assert.equal(first.headers['x-from'], 'backend');
  assert.equal(first.headers['grpc-timeout'], '1000m');
  assert.equal(new Set(backend.asked.map(({ session }) => session)).size, 1, 'one connection for all checks');
});

test('an HTTP/2 check over TLS sends what it is told to, on connections of its own, and reads the answer', async () => {
  const clock = new FakeClock(1_000_000);
  let [status, cluster, body] = [202, 'orders-v1', 'all is well'];
  const health = (stream: ServerHttp2Stream): void => {
    stream.respond({ ':status': status, 'x-envoy-upstream-healthchecked-cluster': cluster });
    stream.end(body);
  };
  await using backend = await http2Backend('fine', health, true);
  const check = {
    reuse_connection: false,
    tls_options: { alpn_protocols: ['h2'] },
    http_health_check: {
      path: '/healthz',
      host: 'orders.test',
      method: 'POST',
      codec_client_type: 'HTTP2',
      send: hex('how are you?'),
      receive: [hex('all'), hex('well')],
      expected_statuses: [{ start: 200, end: 300 }],
      request_headers_to_add: [{ header: { key: 'x-check', value: '%UPSTREAM_METADATA(["app", "name"])%.' } }],
      request_headers_to_remove: ['x-other'],
      service_name_matcher: { prefix: 'orders' },
    },
  };
  const resource = checked([backend.port], check, upstreamTls({ validation_context: TRUSTED }));
  await using proxy = await startProxy([httpListener(ROUTES)], [resource], clock, [], ADMIN);
  const results = async (success: number, failure: number): Promise<void> => {
    for (;;) {
      const stats = await adminStats(proxy);
      const seen = ['success', 'failure'].map((name) => stats.get(`cluster.backend.health_check.${name}`));
      if ((seen[0] ?? 0) + (seen[1] ?? 0) < success + failure) continue;
      assert.deepEqual(seen, [success, failure]);
      return;
    }
  };
  await results(1, 0);
  clock.advance(5000);
  await results(2, 0);
  body = 'well, that is all';
  clock.advance(5000);
  await results(2, 1);
  [body, cluster] = ['all is well', 'payments'];
  clock.advance(5000);
  await results(2, 2);
  [cluster, status] = ['orders-v2', 500];
  clock.advance(5000);
  await results(2, 3);
  const [first] = backend.asked;
  assert.equal(first?.body, 'how are you?');
  assert.equal(first.headers[':scheme'], 'https');
  assert.equal(first.headers[':authority'], 'orders.test');
  assert.equal(first.headers['content-length'], '12');
  assert.equal(first.headers['x-check'], '.');
  assert.equal(new Set(backend.asked.map(({ session }) => session)).size, 5, 'a connection for each check');
});

test('an HTTP/1.1 check keeps its connection, and can go to another port without the TLS of requests', async () => {
  const clock = new FakeClock(1_000_000);
  const answers = [
    'content-length: 2\r\n\r\nok',
    'content-length: 2\r\n\r\nok',
    'connection: close\r\n\r\nok',
    'content-length: 0\r\n\r\n',
  ];
  let asked = 0;
  await using health = await startUpstream((socket, soFar) => {
    if (!soFar.endsWith('\r\n\r\n')) return;
    const answer = answers[asked++] ?? '';
    socket.write(`HTTP/1.1 200 OK\r\n${answer}`);
    if (answer.startsWith('connection')) socket.end();
  });
  const { transport_socket } = upstreamTls({ validation_context: TRUSTED });
  const check = {
    alt_port: health.port,
    transport_socket_match_criteria: { for: 'checks' },
    http_health_check: { path: '/healthz', request_headers_to_remove: ['user-agent'] },
  };
  const raw = 'type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer';
  const cluster = checked([1], check, {
    transport_socket,
    transport_socket_matches: [
      { name: 'plain', match: { for: 'checks' }, transport_socket: { name: 'raw', typed_config: { '@type': raw } } },
    ],
  });
  await using proxy = await startProxy([httpListener(ROUTES)], [cluster], clock, [], ADMIN);
  for (let round = 1; round <= 4; round++) {
    while ((await adminStats(proxy)).get('cluster.backend.health_check.success') !== round);
    if (round < 4) clock.advance(5000);
  }
  const requests = health.received.map((text) => text.split('GET /healthz').length - 1);
  assert.deepEqual(requests, [3, 1], 'until the endpoint closes it');
  assert.doesNotMatch(health.received[0] ?? '', /user-agent/);
});

test('a TCP check keeps its connection, whose end says that the endpoint is gone', async () => {
  const clock = new FakeClock(1_000_000);
  let last: Socket | undefined;
  await using backend = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('ping')) {
      last = socket;
      socket.write('pong');
    } else if (soFar.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine');
  });
  const check = { tcp_health_check: { send: hex('ping'), receive: [hex('pong')] } };
  await using proxy = await startProxy([httpListener(ROUTES)], [checked([backend.port], check)], clock);
  await answered(proxy.port, 'fine');
  clock.advance(5000);
  await until(() => backend.received[0] === 'pingping');
  await answered(proxy.port, 'fine');
  last?.destroy();
  await answered(proxy.port, ' 503 ');
  clock.advance(5000);
  await answered(proxy.port, 'fine');
});
