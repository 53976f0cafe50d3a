import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { create } from '@bufbuild/protobuf';
import { silentLogger, systemClock } from '@weft/base';
import { type AdsServer, type ConnectedProxy, encodeResource, startAdsServer, type XdsSet } from '@weft/xds';
import { SecretSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { Proxy as RunningProxy } from '../run-proxy.ts';
import { setOf, startFollower } from '../testing/follower.ts';
import { answering, RawClient, startUpstream } from '../testing/harness.ts';
import { readLastGood } from './last-good-file.ts';

const NODE_ID = 'sidecar~127.0.0.1~test.default~default.svc.cluster.local';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'weft-last-good-'));
  path = join(folder, 'bootstrap.json.last-good');
});

afterEach(() => rmSync(folder, { recursive: true }));

interface ControlPlane extends AsyncDisposable {
  readonly server: AdsServer;
  /** Resolves when a proxy follows it. */
  readonly followed: Promise<void>;
}

async function serve(set: XdsSet, port = 0): Promise<ControlPlane> {
  const { promise: followed, resolve } = Promise.withResolvers<void>();
  const source = {
    connected: (connected: ConnectedProxy) => {
      connected.assign(set, 1);
      resolve();
    },
    disconnected: () => undefined,
  };
  const server = await startAdsServer(
    { host: '127.0.0.1', port },
    { source, clock: systemClock, logger: silentLogger },
  );
  return { server, followed, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

async function ask(proxy: RunningProxy): Promise<string> {
  using client = new RawClient(proxy.listeners()[0]?.address.port ?? 0);
  client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  const answer = await client.untilClosed();
  return answer.slice(answer.indexOf('\r\n\r\n') + 4);
}

async function freePort(): Promise<number> {
  await using upstream = await startUpstream(answering(''));
  return upstream.port;
}

/** Follows a control plane until it is ready, and leaves the file behind. */
async function keep(set: XdsSet): Promise<AdsServer['address']> {
  await using plane = await serve(set);
  const proxy = startFollower(plane.server, 'DELTA_GRPC', systemClock, { lastGoodPath: path });
  await proxy.ready;
  await proxy.close();
  return plane.server.address;
}

for (const concurrency of process.platform === 'linux' ? [1, 2] : [1]) {
  for (const apiType of ['GRPC', 'DELTA_GRPC']) {
    test(`a proxy starts without its control plane and follows it when it is back (${apiType}, ${concurrency} threads)`, async () => {
      await using one = await startUpstream(answering('one'));
      await using two = await startUpstream(answering('two'));
      // Threads share a port that is given.
      const listen = concurrency === 1 ? 0 : await freePort();
      const address = await keep(setOf('first', { first: one.port }, undefined, listen));
      assert.equal(statSync(path).mode & 0o777, 0o600);
      assert.deepEqual(readdirSync(folder), ['bootstrap.json.last-good']);

      const proxy = startFollower({ address }, apiType, systemClock, { lastGoodPath: path, concurrency });
      try {
        await proxy.ready;
        assert.equal(await ask(proxy), 'one');
        await using back = await serve(setOf('second', { second: two.port }, undefined, listen), address.port);
        await back.followed;
        await back.server.whenSettled(1, { timeoutMs: 10_000 });
        assert.equal(await ask(proxy), 'two');
      } finally {
        await proxy.close();
      }
      const kept = readLastGood(path, NODE_ID);
      assert.ok(typeof kept === 'object');
      const names = kept.updates.map(({ kind, resources }) => [kind, resources.map(({ name }) => name)]);
      assert.deepEqual(names[0], ['cluster', ['second']], 'what the control plane no longer has is gone');
    });
  }
}

test('secrets are not kept', async () => {
  const secret = create(SecretSchema, { name: 'cert', type: { case: 'tlsCertificate', value: {} } });
  const set = {
    ...setOf('first', { first: 1 }),
    secret: new Map([['cert', encodeResource('secret', 'cert', secret)]]),
  };
  await keep(set);
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n').slice(1, -1);
  const kinds = new Set(lines.map((line) => (JSON.parse(line) as { kind: string }).kind));
  assert.deepEqual([...kinds].sort(), ['cluster', 'endpoint', 'listener', 'route']);
});

test('a file that is cut short, of another node, or that others may write is not used', async () => {
  assert.equal(readLastGood(path, NODE_ID), undefined);
  await keep(setOf('first', { first: 1 }));
  assert.match(String(readLastGood(path, 'sidecar~127.0.0.1~other.default~x')), /of another node/);
  const text = readFileSync(path, 'utf8');
  for (let length = text.length - 2; length > 0; length -= 97) {
    writeFileSync(path, text.slice(0, length));
    assert.equal(typeof readLastGood(path, NODE_ID), 'string', `cut at ${length}`);
  }
  writeFileSync(path, text);
  assert.equal(typeof readLastGood(path, NODE_ID), 'object');
  chmodSync(path, 0o622);
  assert.match(String(readLastGood(path, NODE_ID)), /others may write/);
});
