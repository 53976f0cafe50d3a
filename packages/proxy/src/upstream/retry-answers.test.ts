import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';

/** Answers with status 200 that ask for a retry all the same: gRPC says in a header how the call went. */
const ASKING: readonly (readonly [condition: string, header: string, retries: number])[] = [
  ['unavailable', 'grpc-status: 14', 1],
  ['cancelled', 'grpc-status: 1', 1],
  ['unavailable', 'grpc-status: 1', 0],
  ['retriable-headers', 'x-again: 1', 1],
  ['retriable-headers', 'x-other: 1', 0],
];

for (const [condition, header, retries] of ASKING) {
  test(`${condition} after ${header}: ${retries} retries`, async () => {
    let requests = 0;
    await using upstream = await startUpstream((socket, soFar) => {
      if (!soFar.endsWith('\r\n\r\n')) return;
      requests++;
      socket.write(`HTTP/1.1 200 OK\r\n${requests === 1 ? header : 'x-fine: 1'}\r\ncontent-length: 2\r\n\r\nok`);
    });
    const retry_policy = { retry_on: condition, num_retries: 1, retriable_headers: [{ name: 'x-again' }] };
    const listener = httpListener([{ match: { prefix: '/' }, route: { cluster: 'backend', retry_policy } }]);
    await using proxy = await startProxy([listener], [staticCluster('backend', [upstream.port])]);
    using client = new RawClient(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.equal((await client.untilClosed()).includes('x-fine'), retries === 1);
    assert.equal(requests, 1 + retries);
  });
}
