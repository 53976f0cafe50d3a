import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import {
  httpListener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
  type Upstream,
} from '../testing/harness.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

interface Silent extends AsyncDisposable {
  readonly upstream: Upstream;
  /** Resolves when the next request has arrived. */
  asked(): Promise<void>;
  /** Sends bytes on the connection of the last request. */
  say(text: string): void;
}

/** An upstream that answers nothing by itself. */
async function silent(): Promise<Silent> {
  let resolve: () => void = () => undefined;
  let say: (text: string) => void = () => undefined;
  let arrived = new Promise<void>((done) => {
    resolve = done;
  });
  const upstream = await startUpstream((socket) => {
    say = (text) => socket.write(text);
    resolve();
  });
  return {
    upstream,
    async asked() {
      await arrived;
      arrived = new Promise<void>((done) => {
        resolve = done;
      });
    },
    say: (text) => say(text),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  };
}

test("a route's stream duration replaces the connection manager's", async () => {
  const clock = new FakeClock(1000);
  await using origin = await silent();
  const route = { cluster: 'backend', timeout: '0s', max_stream_duration: { max_stream_duration: '30s' } };
  const common = { common_http_protocol_options: { max_stream_duration: '5s' } };
  const listener = httpListener([{ match: { prefix: '/' }, route }], common);
  await using proxy = await startProxy([listener], [staticCluster('backend', [origin.upstream.port])], clock);
  using client = new RawClient(proxy.port);
  client.send(GET);
  await origin.asked();
  clock.advance(29_000);
  assert.equal(client.received, '');
  clock.advance(2000);
  assert.match(await client.until('duration timeout'), /^HTTP\/1\.1 504 [\s\S]*x-weft-error: DURATION_TIMEOUT/);
});

test("a try may last as long as the cluster's stream duration", async () => {
  const clock = new FakeClock(1000);
  await using origin = await silent();
  const cluster = staticCluster('backend', [origin.upstream.port], {
    common_http_protocol_options: { max_stream_duration: '3s' },
  });
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }];
  await using proxy = await startProxy([httpListener(routes)], [cluster], clock);
  using client = new RawClient(proxy.port);
  client.send(GET);
  await origin.asked();
  clock.advance(3100);
  assert.match(await client.until('reached'), /^HTTP\/1\.1 504 [\s\S]*x-weft-error: UPSTREAM_DURATION_TIMEOUT/);
});

test('a silent try is given up and repeated, one that goes on sending is not', async () => {
  const clock = new FakeClock(1000);
  await using origin = await silent();
  const retry_policy = {
    retry_on: '5xx',
    num_retries: 1,
    per_try_idle_timeout: '2s',
    retry_back_off: { base_interval: '0.001s', max_interval: '0.001s' },
  };
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s', retry_policy } }];
  await using proxy = await startProxy(
    [httpListener(routes)],
    [staticCluster('backend', [origin.upstream.port])],
    clock,
  );
  using client = new RawClient(proxy.port);
  client.send(GET);
  await origin.asked();
  clock.advance(2100);
  clock.advance(50);
  await origin.asked();
  assert.equal(origin.upstream.connections(), 2);
  origin.say('HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\na');
  await client.until('\r\n\r\na');
  clock.advance(1500);
  origin.say('b');
  await client.until('ab');
  clock.advance(1500);
  origin.say('c');
  assert.match(await client.until('abc'), /^HTTP\/1\.1 200/);
});

test('a connection that is too old is not used again', async () => {
  const clock = new FakeClock(1000);
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine');
  });
  const cluster = staticCluster('backend', [upstream.port], {
    common_http_protocol_options: { max_connection_duration: '10s' },
  });
  const routes = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
  await using proxy = await startProxy([httpListener(routes)], [cluster], clock);
  for (const [advance, connections] of [
    [0, 1],
    [5000, 1],
    [11_000, 2],
  ] as const) {
    clock.advance(advance);
    using client = new RawClient(proxy.port);
    client.send(GET);
    await client.until('fine');
    assert.equal(upstream.connections(), connections, `after ${advance} ms more`);
  }
});

test("a route's idle timeout holds although all others are longer, on every request of a connection", async () => {
  const clock = new FakeClock(1000);
  await using origin = await silent();
  const routes = [
    { match: { prefix: '/short' }, route: { cluster: 'backend', timeout: '0s', idle_timeout: '2s' } },
    { match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } },
  ];
  await using proxy = await startProxy(
    [httpListener(routes)],
    [staticCluster('backend', [origin.upstream.port])],
    clock,
  );
  using client = new RawClient(proxy.port);
  client.send(GET);
  await origin.asked();
  clock.advance(3000);
  origin.say('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  await client.until('ok');
  client.send(GET.replace('/', '/short'));
  await origin.asked();
  clock.advance(1000);
  assert.doesNotMatch(client.received, /504/);
  clock.advance(1100);
  assert.match(await client.until('STREAM_IDLE_TIMEOUT'), /HTTP\/1\.1 504 [\s\S]*x-weft-error: STREAM_IDLE_TIMEOUT/);
});
