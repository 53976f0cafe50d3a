import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import {
  exchangeOnce,
  httpListener,
  startProxy,
  startUpstream,
  staticCluster,
  type Upstream,
} from '../testing/harness.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const PEAK_EWMA = {
  load_balancing_policy: {
    policies: [
      {
        typed_extension_config: {
          name: 'envoy.load_balancing_policies.peak_ewma',
          typed_config: {
            '@type': 'type.googleapis.com/udpa.type.v1.TypedStruct',
            type_url: 'type.googleapis.com/envoy.extensions.load_balancing_policies.peak_ewma.v3alpha.PeakEwma',
            value: {},
          },
        },
      },
    ],
  },
};

/** An upstream whose answers take `ms` by the proxy's clock. */
function taking(clock: FakeClock, ms: number, status = '200 OK'): Promise<Upstream> {
  return startUpstream((socket, soFar) => {
    if (!soFar.endsWith('\r\n\r\n')) return;
    clock.advance(ms);
    socket.write(`HTTP/1.1 ${status}\r\ncontent-length: 0\r\n\r\n`);
  });
}

function requests({ received }: Upstream): number {
  return received.join('').split('GET / ').length - 1;
}

/** How many of 40 requests, one after the other, each of the two gets. */
async function shares(clock: FakeClock, a: Upstream, b: Upstream, more: object): Promise<readonly number[]> {
  const listener = httpListener([{ match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } }]);
  await using proxy = await startProxy([listener], [staticCluster('backend', [a.port, b.port], more)], clock);
  for (let i = 0; i < 40; i++) await exchangeOnce(proxy.port, GET);
  return [requests(a), requests(b)];
}

test('balancing by latency leaves the slower of two alone once it is known', async () => {
  const clock = new FakeClock(1000);
  await using slow = await taking(clock, 50);
  await using quick = await taking(clock, 1);
  assert.deepEqual(await shares(clock, slow, quick, PEAK_EWMA), [1, 39]);
});

test('without it both get their turns', async () => {
  const clock = new FakeClock(1000);
  await using slow = await taking(clock, 50);
  await using quick = await taking(clock, 1);
  assert.deepEqual(await shares(clock, slow, quick, {}), [20, 20]);
});

test('an endpoint that fails at once does not pass for a quick one', async () => {
  const clock = new FakeClock(1000);
  await using failing = await taking(clock, 0, '503 Service Unavailable');
  await using slow = await taking(clock, 50);
  assert.deepEqual(await shares(clock, failing, slow, PEAK_EWMA), [1, 39]);
});
