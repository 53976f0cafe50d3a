/** TPROXY: connections keep their addresses on the way to the proxy, which takes them for addresses that are not its machine's. */
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { JsonObject } from '@bufbuild/protobuf';
import { type Child, startChild } from '../support/child.ts';
import { eventually } from '../support/eventually.ts';
import { connectNamespaces, NO_NAMESPACES } from './namespaces.ts';

const WEFT = join(import.meta.dirname, '../../../packages/cli/src/main.ts');
const TCP_PROXY = 'type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy';
const RULES = [
  'add table ip try',
  'add chain ip try pre { type filter hook prerouting priority mangle ; }',
  'add rule ip try pre iifname eth0 ip daddr 10.9.0.0/16 meta l4proto tcp tproxy to :15001 meta mark set 1337 accept',
];

function listener(host: string, port: number, cluster: string, more: JsonObject): JsonObject {
  const config = { '@type': TCP_PROXY, stat_prefix: cluster, cluster };
  return {
    name: cluster,
    address: { socket_address: { address: host, port_value: port } },
    filter_chains: [{ filters: [{ name: 'tcp', typed_config: config }] }],
    ...more,
  };
}

function cluster(name: string, port: number): JsonObject {
  const address = { socket_address: { address: '127.0.0.1', port_value: port } };
  return {
    name,
    type: 'STATIC',
    load_assignment: { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }] },
  };
}

const BOOTSTRAP = {
  node: { id: 'sidecar~127.0.0.1~test.default~default.svc.cluster.local' },
  static_resources: {
    listeners: [
      listener('0.0.0.0', 15_001, 'any', { transparent: true, use_original_dst: true }),
      listener('10.9.9.9', 80, 'one', { bind_to_port: false }),
    ],
    clusters: [cluster('any', 7001), cluster('one', 8001)],
  },
};

test('connections that TPROXY brings are served by their address', {
  skip: NO_NAMESPACES,
  timeout: 60_000,
}, async (t) => {
  const [hub, pod] = connectNamespaces(t, ['hub', 'pod']);
  assert.ok(hub !== undefined && pod !== undefined);
  const folder = mkdtempSync(join(tmpdir(), 'weft-transparent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(BOOTSTRAP));
  for (const rule of RULES) assert.equal(pod.run('nft', rule).code, 0, rule);
  assert.equal(pod.run('ip', ...'rule add fwmark 1337 lookup 133'.split(' ')).code, 0);
  assert.equal(pod.run('ip', ...'route add local 0.0.0.0/0 dev lo table 133'.split(' ')).code, 0);
  assert.equal(hub.run('ip', ...`route add 10.9.0.0/16 via ${pod.address}`.split(' ')).code, 0);

  const start = (uid: number, ...args: readonly string[]): Child =>
    startChild(t, 'ip', pod.command(uid, [process.execPath, ...args]));
  const says = (child: Child, what: string): Promise<string> =>
    eventually(
      what,
      () => child.output(),
      (output) => output.includes(what),
    );
  const app = join(import.meta.dirname, 'app.ts');
  for (const child of [start(0, app, 'anybody', '7000', '7001'), start(0, app, 'one', '8000', '8001')]) {
    await says(child, 'listening');
  }
  await says(start(1337, WEFT, 'proxy', '-c', file), 'IP_TRANSPARENT, which takes the capability CAP_NET_ADMIN');
  await says(start(0, WEFT, 'proxy', '-c', file), 'ready');

  const call = (address: string): string =>
    hub.run(process.execPath, join(import.meta.dirname, 'call.ts'), `quiet://${address}`).stdout.trim();
  assert.equal(call('10.9.9.9:80'), '10.9.9.9: hello, this is one');
  assert.equal(call('10.9.1.1:81'), '10.9.1.1: hello, this is anybody');
});
