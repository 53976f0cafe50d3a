import assert from 'node:assert/strict';
import { test } from 'node:test';
import { httpListener, RawClient, startProxy, startUpstream, staticCluster } from '../testing/harness.ts';

const TO_BACKEND = [{ match: { prefix: '/' }, route: { cluster: 'backend' } }];
const OWN = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nown';
const FOREIGN = 'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nforeign';

/** Answers `/odd` with `bytes`, and the rest well. */
function answers(bytes: string): Parameters<typeof startUpstream>[0] {
  return (socket, soFar) => {
    const last = soFar.slice(Math.max(soFar.lastIndexOf('GET '), soFar.lastIndexOf('HEAD ')));
    if (last.endsWith('\r\n\r\n')) socket.write(last.includes(' /odd ') ? bytes : OWN);
  };
}

/** What an upstream must not do to the next request on its connection, which may be another client's. */
const POISON: readonly (readonly [what: string, method: string, bytes: string])[] = [
  ['a second response', 'GET', `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nodd${FOREIGN}`],
  ['a body after HEAD', 'HEAD', `HTTP/1.1 200 OK\r\ncontent-length: ${FOREIGN.length}\r\n\r\n${FOREIGN}`],
  ['a body after 204', 'GET', `HTTP/1.1 204 No Content\r\n\r\n${FOREIGN}`],
  ['a body after 304', 'GET', `HTTP/1.1 304 Not Modified\r\ncontent-length: 9\r\n\r\n${FOREIGN}`],
  ['more than Content-Length', 'GET', `HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n${FOREIGN}`],
  [
    'a response behind the last chunk',
    'GET',
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${FOREIGN}`,
  ],
];

for (const [what, method, bytes] of POISON) {
  test(`${what} is no answer to the next request`, async () => {
    await using upstream = await startUpstream(answers(bytes));
    await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
    using client = new RawClient(proxy.port);
    client.send(`${method} /odd HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await client.untilClosed();
    assert.match(answer, /own$/);
    assert.doesNotMatch(answer, /foreign/);
    assert.equal(upstream.connections(), 2);
  });
}

test('101 without Upgrade is a broken answer', async () => {
  await using upstream = await startUpstream(
    answers('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'),
  );
  await using proxy = await startProxy([httpListener(TO_BACKEND)], [staticCluster('backend', [upstream.port])]);
  using client = new RawClient(proxy.port);
  client.send('GET /odd HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await client.untilClosed();
  assert.match(answer, /^HTTP\/1\.1 502 Bad Gateway\r\n[\s\S]*x-weft-error: UPSTREAM_PROTOCOL_ERROR/);
  assert.match(answer, /own$/);
});
