import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FakeClock } from '@weft/base';
import type { HealthCheckConfig } from '@weft/engine';
import {
  httpListener,
  RawClient,
  startProxy,
  startUpstream,
  staticCluster,
  type Upstream,
} from '../testing/harness.ts';
import { HealthState } from './health-state.ts';

const CONFIG: HealthCheckConfig = {
  timeoutMs: 1000,
  intervalMs: 10_000,
  initialJitterMs: 0,
  intervalJitterMs: 0,
  intervalJitterPercent: 0,
  unhealthyThreshold: 3,
  healthyThreshold: 2,
  noTrafficIntervalMs: 60_000,
  noTrafficHealthyIntervalMs: 50_000,
  unhealthyIntervalMs: 5000,
  unhealthyEdgeIntervalMs: 1000,
  healthyEdgeIntervalMs: 2000,
  altPort: undefined,
  reuseConnection: true,
  alpn: [],
  transportSocketMatch: undefined,
  check: { kind: 'tcp', send: undefined, receive: [] },
};

test('one passed check is enough at first, later the thresholds count', () => {
  const state = new HealthState(CONFIG);
  const results = ['passed', 'failed', 'failed', 'passed', 'failed', 'failed', 'failed', 'passed', 'passed'] as const;
  const seen = results.map((result) => {
    state.record(result);
    return state.healthy;
  });
  assert.deepEqual(seen, [true, true, true, true, true, true, false, false, true]);
});

test('an endpoint that answers no is unhealthy at once', () => {
  const state = new HealthState(CONFIG);
  state.record('passed');
  assert.equal(state.record('refused'), true);
  assert.equal(state.healthy, false);
});

test('how long until the next check depends on health, on a change just now, and on traffic', () => {
  const state = new HealthState(CONFIG);
  assert.equal(state.intervalMs(false), 60_000);
  state.record('passed');
  assert.equal(state.intervalMs(false), 50_000);
  assert.equal(state.intervalMs(true), 2000);
  state.record('passed');
  assert.equal(state.intervalMs(true), 10_000);
  state.record('refused');
  assert.equal(state.intervalMs(true), 1000);
  state.record('failed');
  assert.equal(state.intervalMs(true), 5000);
});

const ROUTES = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];

async function ask(port: number): Promise<string> {
  using client = new RawClient(port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await client.untilClosed();
  return answer.slice(answer.lastIndexOf('\r\n') + 2);
}

/** Asks until the answer is as wanted: checks run beside the requests. */
async function askUntil(port: number, done: (answer: string) => boolean): Promise<string> {
  for (;;) {
    const answer = await ask(port);
    if (done(answer)) return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function backend(name: string, health: () => number): Promise<Upstream> {
  return startUpstream((socket, soFar) => {
    if (!soFar.endsWith('\r\n\r\n')) return;
    const probed = soFar.slice(soFar.lastIndexOf('GET ')).startsWith('GET /healthz');
    const body = `HTTP/1.1 ${probed ? health() : 200} X\r\ncontent-length: ${name.length}\r\n\r\n${name}`;
    socket.write(body);
  });
}

test('requests go to endpoints whose HTTP check passes, as soon as it does', async () => {
  const clock = new FakeClock(1_000_000);
  let healthOfB = 503;
  await using a = await backend('a', () => 200);
  await using b = await backend('b', () => healthOfB);
  const check = {
    timeout: '1s',
    interval: '5s',
    no_traffic_interval: '5s',
    unhealthy_threshold: 2,
    healthy_threshold: 1,
    http_health_check: { path: '/healthz' },
  };
  const cluster = staticCluster('backend', [a.port, b.port], {
    health_checks: [check],
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
  });
  await using proxy = await startProxy([httpListener(ROUTES)], [cluster], clock);
  await askUntil(proxy.port, (answer) => answer === 'a');
  for (let i = 0; i < 4; i++) assert.equal(await ask(proxy.port), 'a');
  assert.match(b.received[0] ?? '', /^GET \/healthz HTTP\/1\.1\r\nhost: backend\r\nuser-agent: Envoy\/HC\r\n/);
  healthOfB = 200;
  clock.advance(5000);
  await askUntil(proxy.port, (answer) => answer === 'b');
});

test('a TCP check passes when the port answers with the bytes, and not before', async () => {
  const clock = new FakeClock(1_000_000);
  let greeting = 'wait';
  const probed: (() => void)[] = [];
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar === 'ping') {
      socket.write(greeting);
      for (const done of probed.splice(0)) done();
    } else if (soFar.endsWith('\r\n\r\n')) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine');
  });
  const hex = (text: string): object => ({ text: Buffer.from(text).toString('hex') });
  const check = {
    timeout: '1s',
    interval: '5s',
    no_traffic_interval: '5s',
    unhealthy_threshold: 1,
    healthy_threshold: 1,
    tcp_health_check: { send: hex('ping'), receive: [hex('po'), hex('ng')] },
  };
  const cluster = staticCluster('backend', [upstream.port], {
    health_checks: [check],
    common_lb_config: { healthy_panic_threshold: { value: 0 } },
  });
  const first = new Promise<void>((resolve) => probed.push(resolve));
  await using proxy = await startProxy([httpListener(ROUTES)], [cluster], clock);
  await first;
  clock.advance(1100);
  assert.notEqual(await ask(proxy.port), 'fine');
  greeting = 'po..ng';
  clock.advance(5000);
  assert.equal(await askUntil(proxy.port, (answer) => answer === 'fine'), 'fine');
});

test('checks that cannot be done are refused by name', async () => {
  const check = { timeout: '1s', interval: '5s', unhealthy_threshold: 1, healthy_threshold: 1, grpc_health_check: {} };
  const cluster = staticCluster('backend', [1], { health_checks: [check] });
  await assert.rejects(startProxy([], [cluster]), /health_checks\[0\]\.grpc_health_check/);
});
