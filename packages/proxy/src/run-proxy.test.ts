import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from './testing/harness.ts';

const TO_BACKEND = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
const GET = 'GET / HTTP/1.1\r\nHost: example.com\r\n\r\n';

test('a request reaches the upstream and its answer the client', async () => {
  await using upstream = await startUpstream(answering('hello'));
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send(GET);
  const answer = await client.until('hello');
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(answer, /\r\nserver: weft\r\n/);
  assert.match(upstream.received[0] ?? '', /^GET \/ HTTP\/1\.1\r\nhost: example\.com\r\n/);
  assert.match(upstream.received[0] ?? '', /\r\nx-request-id: [0-9a-f-]{36}\r\n/);
});

test('pipelined requests are answered in order over one upstream connection, however they are split', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    const path = /GET (\S+) HTTP\/1\.1\r\n[\s\S]*?\r\n\r\n$/.exec(soFar.slice(soFar.lastIndexOf('GET ')))?.[1];
    if (path !== undefined) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${path.length}\r\n\r\n${path}`);
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  const requests = ['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join('');
  for (const cut of [0, 10, 31, 40, requests.length - 2]) {
    using client = new RawClient(proxy.port);
    client.socket.setNoDelay(true);
    client.send(requests.slice(0, cut));
    await new Promise((resolve) => setImmediate(resolve));
    client.send(requests.slice(cut));
    const answer = await client.until('/c');
    const bodies = [...answer.matchAll(/\r\n\r\n(\/\w)/g)].map((match) => match[1]);
    assert.deepEqual(bodies, ['/a', '/b', '/c'], `cut at ${cut}`);
  }
  assert.equal(upstream.connections(), 1);
});

test('a chunked body with trailers passes in both directions', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\nx-sum: 1\r\n\r\n')) {
      socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-end: yes\r\n\r\n');
    }
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n');
  const answer = await client.until('x-end: yes\r\n\r\n');
  assert.match(answer, /3\r\nabc\r\n0\r\nx-end: yes\r\n\r\n$/);
  assert.match(upstream.received[0] ?? '', /transfer-encoding: chunked\r\n[\s\S]*5\r\nhello\r\n0\r\nx-sum: 1\r\n\r\n$/);
});

test('large bodies arrive whole when the upstream reads slowly', async () => {
  const size = 3_000_000;
  let bytes = 0;
  await using upstream = await startUpstream((socket, soFar) => {
    const head = soFar.indexOf('\r\n\r\n') + 4;
    bytes = soFar.length - head;
    if (bytes === size) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\ndone');
    else if (socket.isPaused() === false) {
      socket.pause();
      setImmediate(() => socket.resume());
    }
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send(`PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: ${size}\r\n\r\n${'0123456789'.repeat(size / 10)}`);
  await client.until('done');
  assert.equal(bytes, size);
  assert.ok((upstream.received[0] ?? '').endsWith('0123456789'.repeat(100)));
});

test('a large response arrives unchanged at a client that reads slowly, beside other traffic', async () => {
  const body = Array.from({ length: 300_000 }, (_, i) => i.toString(36).padStart(8, '.')).join('');
  await using upstream = await startUpstream((socket, soFar) => {
    if (!soFar.endsWith('\r\n\r\n')) return;
    const answer = soFar.includes('GET /small') ? 'small' : body;
    socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`);
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using slow = new RawClient(proxy.port);
  slow.socket.on('data', () => {
    slow.socket.pause();
    setImmediate(() => slow.socket.resume());
  });
  slow.send('GET /large HTTP/1.1\r\nHost: x\r\n\r\n');
  const others = Array.from({ length: 20 }, async () => {
    using other = new RawClient(proxy.port);
    other.send('GET /small HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(await other.until('small'), /^HTTP\/1\.1 200/);
  });
  await Promise.all(others);
  const answer = await slow.until(body.slice(-64));
  assert.ok(answer.slice(answer.indexOf('\r\n\r\n') + 4) === body);
});

test('the proxy names the cause of its own answers', async () => {
  await using upstream = await startUpstream((socket) => socket.destroy());
  const free = createServer().listen(0, '127.0.0.1');
  await once(free, 'listening');
  const address = free.address();
  const closedPort = typeof address === 'object' && address !== null ? address.port : 0;
  free.close();
  await once(free, 'close');
  const routes = [
    { match: { prefix: '/reset' }, route: { cluster: 'backend' } },
    { match: { prefix: '/refused' }, route: { cluster: 'closed' } },
    { match: { prefix: '/empty' }, route: { cluster: 'empty' } },
    { match: { prefix: '/missing' }, route: { cluster: 'missing' } },
  ];
  const clusters = [
    staticCluster('backend', [upstream.port]),
    staticCluster('closed', [closedPort]),
    staticCluster('empty', []),
  ];
  await using proxy = await startProxy([httpListener(routes)], clusters);
  const cases = [
    ['/nowhere', 404, 'ROUTE_NOT_FOUND'],
    ['/reset', 503, 'UPSTREAM_RESET'],
    ['/refused', 503, 'CONNECT_FAILURE'],
    ['/empty', 503, 'NO_HEALTHY_UPSTREAM'],
    ['/missing', 503, 'NO_CLUSTER'],
  ] as const;
  for (const [path, status, code] of cases) {
    using client = new RawClient(proxy.port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await client.untilClosed();
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\\r\\nx-weft-error: ${code}\\r\\n`), path);
  }
  using client = new RawClient(proxy.port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n');
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 400 [\s\S]*x-weft-error: AMBIGUOUS_FRAMING/);
});

test('a failed try is repeated on another endpoint', async () => {
  await using bad = await startUpstream((socket) => socket.destroy());
  await using good = await startUpstream(answering('fine'));
  const retry = { retry_on: 'reset', num_retries: 3, retry_back_off: { base_interval: '0.001s' } };
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', retry_policy: retry } }];
  await using proxy = await startProxy([httpListener(routes)], [staticCluster('backend', [bad.port, good.port])]);
  for (let i = 0; i < 4; i++) {
    using client = new RawClient(proxy.port);
    client.send(GET);
    assert.match(await client.until('fine'), /^HTTP\/1\.1 200/);
  }
  assert.ok(bad.connections() > 0);
});

test('a route timeout answers 504 and gives up the upstream connection', async () => {
  const clock = new FakeClock(1000);
  let arrived: () => void = () => undefined;
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using upstream = await startUpstream(() => arrived());
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '2s' } }];
  await using proxy = await startProxy([httpListener(routes)], [staticCluster('backend', [upstream.port])], clock);
  using client = new RawClient(proxy.port);
  client.send(GET);
  await asked;
  clock.advance(1900);
  assert.equal(client.received, '');
  clock.advance(200);
  assert.match(await client.until('upstream request timeout'), /^HTTP\/1\.1 504 [\s\S]*x-weft-error: UPSTREAM_TIMEOUT/);
});

test('a head that drips in is cut off, however busy the client keeps it', async () => {
  const clock = new FakeClock(1000);
  await using proxy = await startProxy([httpListener([], { request_headers_timeout: '10s' })], [], clock);
  using client = new RawClient(proxy.port);
  for (const letter of 'GET / HTTP/1.1\r\nHo') {
    client.send(letter);
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(700);
  }
  assert.match(await client.untilClosed(), /^HTTP\/1\.1 408 [\s\S]*x-weft-error: REQUEST_HEADERS_TIMEOUT/);
});

test('draining finishes what is under way and closes what is idle', async () => {
  const sockets: (() => void)[] = [];
  await using upstream = await startUpstream((socket) => {
    sockets.push(() => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate'));
    asked();
  });
  let asked: () => void = () => undefined;
  const request = new Promise<void>((resolve) => {
    asked = resolve;
  });
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using idle = new RawClient(proxy.port);
  await once(idle.socket, 'connect');
  using busy = new RawClient(proxy.port);
  busy.send(GET);
  await request;
  const drained = proxy.proxy.drain(10_000);
  await idle.untilClosed();
  for (const answer of sockets) answer();
  assert.match(await busy.untilClosed(), /\r\nconnection: close\r\n[\s\S]*late$/);
  await drained;
});

test('an upgrade becomes a tunnel in both directions', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n'))
      socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n');
    else if (soFar.endsWith('ping')) socket.write('pong');
  });
  const upgrades = { upgrade_configs: [{ upgrade_type: 'websocket' }] };
  await using proxy = await startProxy(
    [httpListener(TO_BACKEND, upgrades)],
    [staticCluster('backend', [upstream.port])],
  );
  using client = new RawClient(proxy.port);
  client.send('GET /chat HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  assert.match(await client.until('\r\n\r\n'), /^HTTP\/1\.1 101 [\s\S]*upgrade: websocket/);
  client.send('ping');
  await client.until('pong');
});
