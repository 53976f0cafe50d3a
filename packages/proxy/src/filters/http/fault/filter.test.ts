import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import {
  answering,
  exchangeOnce,
  httpFilterConfig,
  httpListener,
  RawClient,
  ROUTER,
  startProxy,
  startUpstream,
  staticCluster,
} from '../../../testing/harness.ts';

const ALL = { numerator: 100 };
const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];

function faulty(fault: object): object {
  return httpListener(ROUTES, { http_filters: [httpFilterConfig('fault.v3.HTTPFault', fault), ROUTER] });
}

test('a request asks for its own abort, as often as is configured at most', async () => {
  await using upstream = await startUpstream(answering('ok'));
  const ask = async (percentage: object, headers: string): Promise<string> => {
    const fault = { abort: { header_abort: {}, percentage } };
    await using proxy = await startProxy([faulty(fault)], [staticCluster('backend', [upstream.port])]);
    return await exchangeOnce(proxy.port, `GET / HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
  };
  assert.match(await ask(ALL, 'x-envoy-fault-abort-request: 418\r\n'), /^HTTP\/1\.1 418 [\s\S]*FAULT_ABORT/);
  assert.match(await ask(ALL, ''), /^HTTP\/1\.1 200/);
  assert.match(await ask(ALL, 'x-envoy-fault-abort-request: 700\r\n'), /^HTTP\/1\.1 200/);
  const never = 'x-envoy-fault-abort-request: 418\r\nx-envoy-fault-abort-request-percentage: 0\r\n';
  assert.match(await ask(ALL, never), /^HTTP\/1\.1 200/);
  const always = 'x-envoy-fault-abort-request: 418\r\nx-envoy-fault-abort-request-percentage: 100\r\n';
  assert.match(await ask({ numerator: 0 }, always), /^HTTP\/1\.1 200/);
  assert.match(await ask(ALL, 'x-envoy-fault-abort-grpc-request: 5\r\n'), /\r\ngrpc-status: 5\r\n/);
});

test('a delay holds the request with its body', async () => {
  const clock = new FakeClock(1000);
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.endsWith('hello')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
  });
  const fault = { delay: { header_delay: {}, percentage: ALL } };
  await using proxy = await startProxy([faulty(fault)], [staticCluster('backend', [upstream.port])], clock);
  using client = new RawClient(proxy.port);
  client.send('GET /first HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello');
  await client.until('ok');
  client.received = '';
  client.send('POST / HTTP/1.1\r\nHost: x\r\nx-envoy-fault-delay-request: 300\r\nContent-Length: 5\r\n\r\nhello');
  while (client.received === '') {
    clock.advance(100);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.match(await client.until('ok'), /^HTTP\/1\.1 200/);
});

test('a limited rate of responses is refused by name', async () => {
  await assert.rejects(
    startProxy([faulty({ response_rate_limit: { fixed_limit: { limit_kbps: 1 } } })], []),
    /response_rate_limit/,
  );
});
