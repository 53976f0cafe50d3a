import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { FakeClock, silentLogger, systemClock } from '@weft/base';
import { type ConnectedProxy, startAdsServer } from '@weft/xds';
import type { Proxy as RunningProxy } from './run-proxy.ts';
import { setOf, startFollower } from './testing/follower.ts';
import { answering, RawClient, startUpstream } from './testing/harness.ts';

async function ask(proxy: RunningProxy): Promise<string> {
  using client = new RawClient(proxy.listeners()[0]?.address.port ?? 0);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await client.untilClosed();
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

for (const apiType of ['GRPC', 'DELTA_GRPC']) {
  test(`a proxy follows its control plane and keeps the last good value of what it refuses (${apiType})`, async () => {
    await using one = await startUpstream(answering('one'));
    await using two = await startUpstream(answering('two'));
    const ports = { first: one.port, second: two.port };
    let follower: ConnectedProxy | undefined;
    await using server = await startAdsServer(
      { host: '127.0.0.1', port: 0 },
      {
        source: {
          connected: (connected) => {
            follower = connected;
            connected.assign(setOf('first', ports), 1);
          },
          disconnected: () => undefined,
        },
        clock: systemClock,
        logger: silentLogger,
      },
    );
    const proxy = startFollower(server, apiType);
    try {
      await proxy.ready;
      assert.equal(await ask(proxy), 'one');
      follower?.assign(setOf('second', ports), 2);
      await server.whenSettled(2, { timeoutMs: 10_000 });
      assert.equal(await ask(proxy), 'two');
      follower?.assign(setOf('first', ports, '('), 3);
      const { rejected } = await server.whenSettled(3, { timeoutMs: 10_000 });
      assert.match(rejected[0]?.kinds.route.nack?.message ?? '', /routes/);
      assert.match(JSON.stringify(rejected[0]?.kinds.route.nack), /virtual_hosts\[0\]\.routes\[0\]\.match/);
      assert.equal(await ask(proxy), 'two');
    } finally {
      await proxy.close();
    }
  });
}

test('a listener whose address is taken is tried again, and serves when it is free', async () => {
  await using one = await startUpstream(answering('one'));
  const squatter = createServer();
  squatter.listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const taken = squatter.address();
  const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
  const clock = new FakeClock();
  await using server = await startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      source: {
        connected: (connected) => connected.assign(setOf('first', { first: one.port }, undefined, port), 1),
        disconnected: () => undefined,
      },
      clock: systemClock,
      logger: silentLogger,
    },
  );
  const proxy = startFollower(server, 'DELTA_GRPC', clock);
  try {
    await proxy.ready;
    assert.deepEqual(proxy.listeners(), []);
    squatter.close();
    await once(squatter, 'close');
    clock.advance(5000);
    while (proxy.listeners().length === 0) await new Promise(setImmediate);
    assert.equal(await ask(proxy), 'one');
  } finally {
    await proxy.close();
  }
});
