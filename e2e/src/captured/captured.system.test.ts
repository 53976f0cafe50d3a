/** Captured traffic as on Kubernetes: unchanged applications, a proxy in each pod's network namespace, the kernel in between. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Child, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { bootstrapOf, MESH, REGISTRY_ONLY } from './mesh.ts';
import { connectNamespaces, type Namespace, NO_NAMESPACES } from './namespaces.ts';

const NODE = process.execPath;
const WEFT = join(import.meta.dirname, '../../../packages/cli/src/main.ts');
const PROXY_UID = 1337;
const script = (name: string): string => join(import.meta.dirname, name);

function start(t: TestContext, place: Namespace, uid: number, args: readonly string[]): Child {
  return startChild(t, 'ip', place.command(uid, [NODE, ...args]));
}

async function said(child: Child, what: string): Promise<void> {
  await eventually(
    what,
    () => child.output(),
    (output) => output.includes(what),
  );
}

interface Cluster {
  readonly folder: string;
  readonly hub: Namespace;
  readonly client: Namespace;
  readonly clientProxy: Child;
  /** What the unchanged client in its namespace prints. */
  call(...args: readonly string[]): string;
}

function weft(place: Namespace, ...args: readonly string[]): void {
  const { code, stderr } = place.run(NODE, WEFT, 'intercept', ...args);
  assert.equal(code, 0, stderr);
}

async function startCluster(t: TestContext): Promise<Cluster> {
  const [hub, client, v1, v2] = connectNamespaces(t, ['hub', 'client', 'v1', 'v2']);
  assert.ok(hub !== undefined && client !== undefined && v1 !== undefined && v2 !== undefined);
  const folder = mkdtempSync(join(tmpdir(), 'weft-captured-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const mesh = join(folder, 'mesh.yaml');
  writeFileSync(mesh, MESH);
  const control = start(t, hub, 0, [WEFT, 'control', '--memory', '-f', mesh, '--address', hub.address]);
  await said(control, '15010');
  const apps = [
    start(t, hub, 0, [script('app.ts'), 'outside', '9999', '9000']),
    start(t, v1, 0, [script('app.ts'), 'orders-v1', '80', '6001']),
    start(t, v2, 0, [script('app.ts'), 'orders-v2', '80', '6001']),
  ];
  const proxyIn = (
    pod: string,
    place: Namespace,
    labels: Record<string, string>,
    ...args: readonly string[]
  ): Child => {
    const file = join(folder, `${pod}.json`);
    writeFileSync(file, JSON.stringify(bootstrapOf(pod, place.address, labels, hub.address)));
    return start(t, place, PROXY_UID, [WEFT, 'proxy', '-c', file, ...args]);
  };
  const proxies = [
    proxyIn('client', client, { app: 'client' }, '--concurrency', '2'),
    proxyIn('orders-v1', v1, { app: 'orders', version: 'v1' }),
    proxyIn('orders-v2', v2, { app: 'orders', version: 'v2' }),
  ];
  for (const place of [client, v1, v2]) weft(place, 'install', '--dns');
  for (const app of apps) await said(app, 'listening');
  for (const proxy of proxies) await said(proxy, 'ready');
  const [clientProxy] = proxies;
  assert.ok(clientProxy !== undefined);
  return {
    folder,
    hub,
    client,
    clientProxy,
    call: (...args) => client.run(NODE, script('call.ts'), ...args).stdout.trim(),
  };
}

test('a cluster whose traffic is captured', { skip: NO_NAMESPACES, timeout: 120_000 }, async (t) => {
  const { folder, hub, client, clientProxy, call } = await startCluster(t);

  await t.test('a request to a cluster IP follows the VirtualService, through both proxies', async () => {
    const toOrders = (): string => call('http://10.96.0.10:8080/');
    // Its client is InboundPassthroughCluster's sibling `inbound|80||`, which connects from this address.
    await eventually('an answer of orders', toOrders, (answer) => answer === '200 orders-v1 from 127.0.0.6');
    assert.equal(call('http://10.96.0.10:8080/', 'canary=yes'), '200 orders-v2 from 127.0.0.6');
  });

  await t.test('the name of a service leads to its cluster IP by the DNS of the proxy', () => {
    assert.equal(call('http://orders.shop.svc.cluster.local:8080/'), '200 orders-v1 from 127.0.0.6');
  });

  await t.test('TCP services on one port are told apart by their addresses, and a server may speak first', () => {
    assert.equal(call('tcp://10.96.0.21:6000'), '10.96.0.21: hello, this is orders-v1');
    assert.equal(call('tcp://10.96.0.22:6000'), '10.96.0.22: hello, this is orders-v2');
    assert.equal(call('quiet://10.96.0.22:6000'), '10.96.0.22: hello, this is orders-v2');
  });

  await t.test('a service without an address gets one of its own', () => {
    assert.match(call('tcp://archive.example:7000'), /^240\.240\.\d+\.\d+: hello, this is orders-v2$/);
  });

  await t.test('a pod is reached by its own address, also on a port that no service names', () => {
    assert.equal(call('tcp://10.77.0.3:6001'), '10.77.0.3: hello, this is orders-v1');
    assert.equal(call('tcp://10.77.0.3:6002'), '10.77.0.3: hello, this is orders-v1');
  });

  await t.test('unknown addresses are reached, until only known ones may be', async () => {
    const outside = (): string => call(`http://${hub.address}:9999/`);
    assert.equal(outside(), `200 outside from ${client.address}`);
    assert.equal(call(`quiet://${hub.address}:9000`), `${hub.address}: hello, this is outside`);
    writeFileSync(join(folder, 'mesh.yaml'), `${MESH}---\n${REGISTRY_ONLY}`);
    await eventually('a black hole', outside, (answer) => answer.startsWith('failed'));
    assert.equal(call('http://10.96.0.10:8080/'), '200 orders-v1 from 127.0.0.6');
    writeFileSync(join(folder, 'mesh.yaml'), MESH);
    await eventually('passing through again', outside, (answer) => answer.startsWith('200'));
  });

  await t.test('a port of the proxy leads nowhere, and its own connections are not served', async () => {
    assert.match(call('http://10.96.0.99:15001/'), /^failed/);
    weft(client, 'install', '--proxy-uid', '4242');
    assert.match(call(`tcp://${hub.address}:9000`), /nothing$/);
    await said(clientProxy, 'refused a connection of this proxy that came back to it');
    weft(client, 'install', '--dns');
    assert.match(call(`tcp://${hub.address}:9000`), /hello/);
  });

  await t.test('rules outlive a killed proxy, and can be removed', async () => {
    clientProxy.signal('SIGKILL');
    await clientProxy.ended;
    assert.match(call(`http://${hub.address}:9999/`), /^failed/);
    weft(client, 'remove');
    assert.equal(client.run('nft', 'list', 'ruleset').stdout, '');
    assert.equal(call(`http://${hub.address}:9999/`), `200 outside from ${client.address}`);
    weft(client, 'remove');
  });
});

test('the kernel tells original destinations, also of IPv6', { skip: NO_NAMESPACES, timeout: 60_000 }, (t) => {
  const [, pod] = connectNamespaces(t, ['hub', 'pod']);
  assert.ok(pod !== undefined);
  weft(pod, 'install', '--ipv6');
  for (const args of ['addr add fd77::2/64 dev eth0 nodad', 'route add default via fd77::1']) {
    assert.equal(pod.run('ip', '-6', ...args.split(' ')).code, 0, args);
  }
  for (const [host, port] of [
    ['10.96.0.10', '80'],
    ['fd96::a:0:1', '8080'],
  ] as const) {
    const { stdout, stderr } = pod.run(NODE, script('lookup.ts'), host, port);
    t.diagnostic(stdout.trim());
    assert.ok(stdout.startsWith(`${host} ${port} `), `${stdout}${stderr}`);
  }
});
