import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client, sendRaw, versionsIn } from './support/http.ts';
import { leftOver, residentMiB } from './support/processes.ts';
import { type Demo, ShopConfig, startDemo } from './support/shop.ts';
import { weft } from './support/weft.ts';

const API_HOST = { host: 'api.example.com' };
const MOST_SIDECAR_MIB = 90;

describe('weft demo', () => {
  let config: ShopConfig;
  let demo: Demo;
  let client: Client;

  before(async () => {
    config = await ShopConfig.create();
    demo = await startDemo(config, ['--no-load']);
    client = new Client(demo.gatewayPort);
  });

  after(async () => {
    client[Symbol.dispose]();
    await demo.process[Symbol.asyncDispose]();
    await config[Symbol.asyncDispose]();
  });

  test('a request goes through every service, each behind its own sidecar', async () => {
    const answer = await client.get('/', { host: 'localhost' });
    assert.equal(answer.status, 200, answer.text);
    const versions = versionsIn(answer.text);
    assert.deepEqual([...versions.keys()].sort(), ['bank', 'inventory', 'orders', 'payments', 'storefront']);
    assert.equal(demo.sidecarPids.length, 5);
  });

  test('a sidecar stays small', { skip: process.platform !== 'linux' ? 'reads /proc' : false }, () => {
    const sizes = demo.sidecarPids.map(residentMiB);
    assert.ok(Math.max(...sizes) < MOST_SIDECAR_MIB, `resident MiB: ${sizes.map(Math.round).join(', ')}`);
  });

  test('the canary header leads to v2, every time', async () => {
    for (let i = 0; i < 30; i++) {
      const answer = await client.get('/orders', { ...API_HOST, canary: 'true' });
      assert.equal(versionsIn(answer.text).get('orders'), 'v2');
    }
  });

  test('premium users stay on v1', async () => {
    for (let i = 0; i < 30; i++) {
      const answer = await client.get('/orders', { ...API_HOST, 'x-user-tier': 'premium' });
      assert.equal(versionsIn(answer.text).get('orders'), 'v1');
    }
  });

  test('everybody else is split nine to one', async () => {
    let v2 = 0;
    for (let i = 0; i < 400; i++) {
      const answer = await client.get('/orders', API_HOST);
      assert.equal(answer.status, 200, answer.text);
      if (versionsIn(answer.text).get('orders') === 'v2') v2++;
    }
    // 400 draws of one in ten: 40 expected, standard deviation 6; these bounds are missed once in a million runs.
    assert.ok(v2 >= 12 && v2 <= 75, `${v2} of 400 went to v2`);
  });

  test('what is not HTTP gets 400, a closed connection, and a code', async () => {
    const answer = await sendRaw(
      demo.gatewayPort,
      'GET / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
    );
    assert.match(answer, /^HTTP\/1\.1 400 /);
    assert.match(answer, /^x-weft-error: /im);
  });

  test('explain says what the traffic showed', async () => {
    const url = 'http://api.example.com/orders';
    const common = ['--from', 'gateway', '--server', demo.api, '-o', 'json'];
    const canary = JSON.parse((await weft('explain', 'GET', url, '-H', 'canary: true', ...common)).stdout);
    const [gateway, inbound] = canary.hops;
    assert.equal(gateway.rule.name, 'canary');
    assert.equal(canary.outcome.subset, 'v2');
    assert.equal(gateway.destinations[0].endpoints.length, 1);
    assert.match(inbound.proxy, /orders-v2/, 'the sidecar of the destination is asked as well');
    assert.equal(inbound.side, 'inbound');
    const plain = JSON.parse((await weft('explain', 'GET', url, ...common)).stdout);
    assert.deepEqual(
      plain.hops[0].destinations.map((d: { subset: string; percent: number }) => [d.subset, d.percent]),
      [
        ['v1', 90],
        ['v2', 10],
      ],
    );
    assert.match(plain.hops[0].lostRules[0].why, /canary/);
    assert.match(plain.hops[0].lostRules[0].origin.file, /orders\.yaml$/);
  });

  test('every proxy is in sync and can be looked into', async () => {
    const status = await weft('proxy-status', '--server', demo.api);
    assert.equal(status.code, 0, status.stdout + status.stderr);
    assert.equal(status.stdout.match(/^\S+ +(sidecar|router) .*SYNCED/gm)?.length, 6, status.stdout);
    const routes = await weft('proxy-config', 'routes', 'gateway', '--server', demo.api);
    assert.match(routes.stdout, /api\.example\.com.*canary/);
  });

  test('weights that change under load are live without a failed request', async () => {
    const outcomes = new Map<number, number>();
    let loading = true;
    const load = async (): Promise<void> => {
      while (loading) {
        const { status } = await client.get('/orders', API_HOST);
        outcomes.set(status, (outcomes.get(status) ?? 0) + 1);
      }
    };
    const loads = [load(), load(), load(), load()];
    for (const [v1, v2] of [
      [50, 50],
      [100, 0],
      [0, 100],
    ] as const) {
      const mark = demo.process.mark();
      await config.setWeights(v1, v2);
      await demo.process.waitFor(/live on every proxy \(6 of 6\)/, mark);
    }
    const answer = await client.get('/orders', API_HOST);
    assert.equal(
      versionsIn(answer.text).get('orders'),
      'v2',
      'the last weights are in force once the terminal says so',
    );
    loading = false;
    await Promise.all(loads);
    assert.deepEqual([...outcomes.keys()], [200], `statuses: ${JSON.stringify([...outcomes])}`);
  });

  test('sidecars are suggested from the traffic seen, and applied they leave out what nobody calls', async () => {
    const server = ['--server', demo.api];
    const suggested = await weft('suggest', 'sidecars', ...server);
    assert.equal(suggested.code, 0, suggested.stderr);
    assert.match(suggested.stderr, /observed 5 proxies, for \S+ since the youngest of them started/);
    assert.match(suggested.stderr, /not seen: no call by default\/inventory/);
    await writeFile(join(config.folder, 'sidecars.txt'), suggested.stdout);
    const file = join(config.folder, 'sidecars.txt');
    const checked = await weft('analyze', '-f', file, '-f', join(config.folder, 'services.yaml'));
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const applied = await weft('apply', '--wait', '-f', file, ...server);
    assert.equal(applied.code, 0, applied.stderr);
    assert.match(applied.stdout, /Sidecar default\/orders created/);
    const clusters = await weft('proxy-config', 'clusters', 'payments', ...server);
    assert.match(clusters.stdout, /bank\.example\.com/);
    assert.doesNotMatch(clusters.stdout, /inventory/);
    const answer = await client.get('/', { host: 'localhost' });
    assert.deepEqual([...versionsIn(answer.text).keys()].sort(), [
      'bank',
      'inventory',
      'orders',
      'payments',
      'storefront',
    ]);
    const shown = await weft('get', 'sidecar', 'orders', '-o', 'yaml', ...server);
    assert.match(shown.stdout, /validationMessages: \[\]/);
    const gone = await weft('delete', 'sidecar', 'orders', 'payments', 'storefront', ...server);
    assert.equal(gone.code, 0, gone.stderr);
  });

  test('what a change would do is told before it is applied', async () => {
    const text = await readFile(join(config.folder, 'orders.yaml'), 'utf8');
    const file = join(config.folder, 'next.txt');
    await writeFile(file, text.replace('timeout: 10s', 'timeout: 3s'));
    const diff = await weft('explain', '--diff', '-f', file, '--server', demo.api);
    assert.equal(diff.code, 1, diff.stderr);
    assert.match(diff.stdout, /timeout\n +- 10s\n +\+ 3s/);
  });

  test('a broken edit is shown with file and line, and what ran before goes on', async () => {
    let mark = demo.process.mark();
    await config.edit('orders.yaml', (text) => text.replace('timeout: 10s', 'timeuot: 10s'));
    await demo.process.waitFor(/orders\.yaml:\d+(:\d+)?: error: .*timeuot/, mark);
    assert.match(demo.process.output, /what ran before goes on running/);
    assert.equal((await client.get('/orders', API_HOST)).status, 200);
    mark = demo.process.mark();
    await config.edit('orders.yaml', (text) => text.replace('timeuot: 10s', 'timeout: 10s'));
    await demo.process.waitFor(/fine again/, mark);
  });

  test('Ctrl-C stops every process that was started', async () => {
    const finished = await demo.process.stop('SIGINT');
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(demo.pids.length, 12, finished.stdout);
    assert.deepEqual(await leftOver(demo.pids), []);
  });

  test('it starts again right after, and kill -9 leaves nothing behind either', async () => {
    const again = await startDemo(config, ['--no-load']);
    const finished = await again.process.stop('SIGKILL');
    assert.equal(finished.signal, 'SIGKILL');
    assert.deepEqual(await leftOver(again.pids), []);
  });

  test('where only 127.0.0.1 exists, ports take the place of addresses', async () => {
    const again = await startDemo(config, ['--no-load'], { WEFT_ADDRESS_MODE: 'ports' });
    using shop = new Client(again.gatewayPort);
    const answer = await shop.get('/', { host: 'localhost' });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(versionsIn(answer.text).size, 5);
    assert.ok(!again.process.output.includes('127.1.0.'));
    await again.process.stop('SIGINT');
    assert.deepEqual(await leftOver(again.pids), []);
  });
});
