import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';
import { Breaker } from './breaker.ts';

const LIMITS = {
  maxConnections: 10,
  maxPendingRequests: 10,
  maxRequests: 10,
  maxRetries: 3,
  retryBudget: undefined,
  perHostMaxConnections: Number.POSITIVE_INFINITY,
  trackRemaining: false,
};

test('a retry budget is a share of what is in flight, and never less than its minimum', () => {
  const breaker = new Breaker('default', LIMITS);
  assert.equal(breaker.maxRetries, 3);
  breaker.thresholds = { ...LIMITS, retryBudget: { percent: 25, minConcurrency: 2 } };
  assert.equal(breaker.maxRetries, 2);
  breaker.requests = 30;
  breaker.pending = 10;
  assert.equal(breaker.maxRetries, 10);
});

test('a priority at its limit refuses, the other one goes on', async () => {
  const held: Socket[] = [];
  let arrived: () => void = () => undefined;
  const first = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await using upstream = await startUpstream((socket, soFar) => {
    if (soFar.slice(soFar.lastIndexOf('GET ')).startsWith('GET /hold')) {
      held.push(socket);
      arrived();
    } else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nfine');
  });
  const thresholds = [{ priority: 'DEFAULT', max_requests: 1 }];
  const cluster = staticCluster('backend', [upstream.port], { circuit_breakers: { thresholds } });
  const routes = [
    { match: { prefix: '/important' }, route: { cluster: 'backend', priority: 'HIGH' } },
    { match: { prefix: '/' }, route: { cluster: 'backend', timeout: '0s' } },
  ];
  await using proxy = await startProxy([httpListener(routes)], [cluster]);
  using holder = new RawClient(proxy.port);
  holder.send('GET /hold HTTP/1.1\r\nHost: x\r\n\r\n');
  await first;
  using refused = new RawClient(proxy.port);
  refused.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await refused.untilClosed();
  assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*x-weft-error: UPSTREAM_OVERFLOW/);
  assert.match(answer, /x-envoy-overloaded: true/);
  using important = new RawClient(proxy.port);
  important.send('GET /important HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await important.until('fine'), /^HTTP\/1\.1 200/);
  held[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nlate');
  assert.match(await holder.until('late'), /^HTTP\/1\.1 200/);
  using next = new RawClient(proxy.port);
  next.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  assert.match(await next.until('fine'), /^HTTP\/1\.1 200/);
});
