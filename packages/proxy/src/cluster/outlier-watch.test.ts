import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import { answering, httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';

const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];

async function ask(port: number): Promise<string> {
  using client = new RawClient(port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  return (await client.untilClosed()).split(' ')[1] ?? '';
}

async function askTimes(port: number, times: number): Promise<readonly string[]> {
  const statuses: string[] = [];
  for (let i = 0; i < times; i++) statuses.push(await ask(port));
  return statuses;
}

const FAILING = (socket: { write(text: string): void }): void => {
  socket.write('HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n');
};

test('an endpoint that fails gets no requests until its time is up', async () => {
  const clock = new FakeClock(1_000_000);
  await using bad = await startUpstream(FAILING);
  await using good = await startUpstream(answering('fine'));
  const outlier = { consecutive_5xx: 2, interval: '10s', base_ejection_time: '30s', max_ejection_percent: 50 };
  const cluster = staticCluster('backend', [bad.port, good.port], { outlier_detection: outlier });
  await using proxy = await startProxy([httpListener(ROUTES)], [cluster], clock);
  assert.deepEqual((await askTimes(proxy.port, 4)).toSorted(), ['200', '200', '500', '500']);
  assert.deepEqual(new Set(await askTimes(proxy.port, 4)), new Set(['200']));
  clock.advance(30_000);
  assert.deepEqual((await askTimes(proxy.port, 2)).toSorted(), ['200', '500']);
});

test('an endpoint that cannot be reached is ejected, and with nobody left panic decides', async () => {
  const refused = await startUpstream(() => undefined);
  await refused[Symbol.asyncDispose]();
  const outlier = { consecutive_5xx: 1, max_ejection_percent: 100 };
  for (const [threshold, expected] of [
    [0, 'NO_HEALTHY_UPSTREAM'],
    [50, 'CONNECT_FAILURE'],
  ] as const) {
    const cluster = staticCluster('backend', [refused.port], {
      outlier_detection: outlier,
      common_lb_config: { healthy_panic_threshold: { value: threshold } },
    });
    await using proxy = await startProxy([httpListener(ROUTES)], [cluster]);
    assert.equal(await ask(proxy.port), '503');
    using client = new RawClient(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(await client.untilClosed(), new RegExp(`x-weft-error: ${expected}`));
  }
});

test('a gRPC status counts as the HTTP status that it stands for', async () => {
  await using upstream = await startUpstream((socket) => {
    socket.write('HTTP/1.1 200 OK\r\ngrpc-status: 14\r\ncontent-length: 0\r\n\r\n');
  });
  const cluster = staticCluster('backend', [upstream.port], {
    outlier_detection: { consecutive_5xx: 1, max_ejection_percent: 100 },
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
  });
  await using proxy = await startProxy([httpListener(ROUTES)], [cluster]);
  assert.deepEqual(await askTimes(proxy.port, 2), ['200', '200'], 'not gRPC: the field means nothing');
  using client = new RawClient(proxy.port);
  const call = 'POST /s/m HTTP/1.1\r\nHost: x\r\nContent-Type: application/grpc\r\nContent-Length: 0\r\n\r\n';
  client.send(call);
  await client.until('grpc-status: 14');
  assert.equal(await ask(proxy.port), '503');
});
