import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  onRoute,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const ROUTES = [
  {
    match: { prefix: '/through' },
    route: { cluster: 'backend' },
    ...onRoute('buffer.v3.BufferPerRoute', { disabled: true }),
  },
  {
    match: { prefix: '/large' },
    route: { cluster: 'backend' },
    ...onRoute('buffer.v3.BufferPerRoute', { buffer: { max_request_bytes: 100 } }),
  },
  { match: { prefix: '/' }, route: { cluster: 'backend' } },
];
const MANAGER = { http_filters: [httpFilterConfig('buffer.v3.Buffer', { max_request_bytes: 10 }), ROUTER] };

test('a chunked request reaches the upstream whole, with its length', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('helloworld')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  await using proxy = await startProxy([httpListener(ROUTES, MANAGER)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send('POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(upstream.connections(), 0);
  client.send('5\r\nworld\r\n0\r\n\r\n');
  assert.match(await client.until('ok'), /^HTTP\/1\.1 200/);
  assert.match(upstream.received[0] ?? '', /content-length: 10\r\n[\s\S]*helloworld$/);
  assert.doesNotMatch(upstream.received[0] ?? '', /transfer-encoding/);
});

test('a body over the limit is 413, unless the route has a limit of its own', async () => {
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('eleven byte')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  await using proxy = await startProxy([httpListener(ROUTES, MANAGER)], [staticCluster('backend', [upstream.port])]);
  const post = (path: string): Promise<string> =>
    exchangeOnce(proxy.port, `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\neleven byte`);
  assert.match(await post('/'), /^HTTP\/1\.1 413 [\s\S]*x-weft-error: REQUEST_TOO_LARGE/);
  assert.equal(upstream.connections(), 0);
  assert.match(await post('/large'), /^HTTP\/1\.1 200/);
});

test('a route may turn the filter off', async () => {
  let head: () => void = () => undefined;
  const seen = new Promise<void>((resolve) => {
    head = resolve;
  });
  await using upstream = await startUpstream(() => head());
  await using proxy = await startProxy([httpListener(ROUTES, MANAGER)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send('POST /through HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhe');
  await seen;
});

test('a limit that is missing is refused', async () => {
  const manager = { http_filters: [httpFilterConfig('buffer.v3.Buffer', {}), ROUTER] };
  await assert.rejects(startProxy([httpListener([], manager)], []), /max_request_bytes/);
});
