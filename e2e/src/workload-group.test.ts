/** A program as a member of a WorkloadGroup: registered by its connection, probed by its sidecar, found by name over DNS. */
import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { freePort } from './support/free-port.ts';
import { Weft, weft } from './support/weft.ts';

const PROGRAM = `
let ready = true;
require('node:http').createServer((q, r) => {
  if (q.url === '/sick' || q.url === '/well') ready = q.url === '/well';
  if (q.url === '/ready' && !ready) r.statusCode = 503;
  r.end(q.url);
}).listen(process.env.PORT, '127.0.0.1', () => console.log('listening'));
`;

function config(port: number): string {
  return `apiVersion: v1
kind: Service
metadata: { name: orders, namespace: default }
spec: { selector: { app: orders }, ports: [{ name: http, port: 18080 }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata: { name: orders, namespace: default }
spec:
  metadata: { labels: { app: orders } }
  template: { ports: { http: ${port} }, serviceAccount: orders }
  probe: { httpGet: { port: ${port}, path: /ready }, periodSeconds: 1 }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: db, namespace: default }
spec:
  hosts: [db.example.com]
  resolution: STATIC
  ports: [{ number: 15432, name: tcp, protocol: TCP }]
  endpoints: [{ address: 127.0.0.1 }]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: wild, namespace: default }
spec: { hosts: ["*.wild.example.com"], resolution: DYNAMIC_DNS, ports: [{ number: 18081, name: http, protocol: HTTP }] }
---
apiVersion: v1
kind: Service
metadata: { name: pods, namespace: default }
spec: { clusterIP: None, ports: [{ name: tcp, port: 16379 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: pods-1, namespace: default, labels: { kubernetes.io/service-name: pods } }
addressType: IPv4
ports: [{ name: tcp, port: 16379 }]
endpoints:
  - { addresses: [127.9.0.1], hostname: pods-0 }
  - { addresses: [127.9.0.2], hostname: pods-1 }
`;
}

interface Entry {
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
  readonly spec: { readonly address: string; readonly ports: Readonly<Record<string, number>> };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

describe('weft run --group', { skip: process.platform !== 'linux' && 'needs an address for each workload' }, () => {
  let folder: string;
  let control: Weft;
  let server: readonly string[];
  let run: Weft;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-group-'));
    const file = join(folder, 'mesh.yaml');
    await writeFile(file, config(await freePort()));
    control = new Weft([
      'control',
      '--memory',
      '-f',
      file,
      '--xds-port',
      '0',
      '--api-port',
      '0',
      '--metrics-port',
      '0',
    ]);
    const [, api = ''] = await control.waitFor(/API +(http:\S+)/);
    server = ['--server', api];
    run = new Weft(['run', '--group', 'orders', '--dns', ...server, '--', process.execPath, '-e', PROGRAM]);
    await run.waitFor(/listening/);
  });

  after(async () => {
    await run[Symbol.asyncDispose]();
    await control[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const entries = async (): Promise<readonly Entry[]> =>
    JSON.parse((await weft('get', 'workloadentries', '-o', 'json', ...server)).stdout).items;
  const health = async (): Promise<string | undefined> =>
    (await entries())[0]?.status?.conditions?.find(({ type }) => type === 'Healthy')?.status;

  test('the control plane registers it from the template, with the address of its sidecar', async () => {
    const [entry, second] = await entries();
    assert.equal(second, undefined);
    assert.match(entry?.metadata.name ?? '', /^orders-127\.1\./);
    assert.equal(entry?.metadata.annotations['istio.io/autoRegistrationGroup'], 'orders');
    assert.equal(entry?.metadata.annotations['proxy.istio.io/health-checks-enabled'], 'true');
    const reply = await fetch(`http://${entry?.spec.address}:${entry?.spec.ports['http']}/hello`);
    assert.equal(await reply.text(), '/hello');
  });

  test('the sidecar answers DNS: short names, wildcards, pods in turn', async () => {
    const address = (await entries())[0]?.spec.address ?? '';
    const resolver = new dns.Resolver({ timeout: 3000, tries: 1 });
    resolver.setServers([`${address}:15053`]);
    for (const name of [
      'orders',
      'orders.default',
      'orders.default.svc.cluster.local',
      'db.example.com',
      'a.wild.example.com',
    ]) {
      assert.deepEqual(await resolver.resolve4(name), [address], name);
    }
    assert.deepEqual((await resolver.resolve4('pods')).toSorted(), ['127.9.0.1', '127.9.0.2']);
    assert.deepEqual(await resolver.resolve4('pods-1.pods'), ['127.9.0.2']);
    await assert.rejects(resolver.resolve6('orders'), { code: 'ENODATA' });
  });

  test('while its probe fails it takes no traffic, and after that it does again', async () => {
    const [entry] = await entries();
    const direct = `http://${entry?.spec.address}:${entry?.spec.ports['http']}`;
    const clusters = async (): Promise<string> => (await fetch(`http://${entry?.spec.address}:15000/clusters`)).text();
    const flags = async (wanted: RegExp): Promise<void> =>
      void (await eventually(`${wanted}`, clusters, (page) => wanted.test(page)));
    await fetch(`${direct}/sick`);
    await flags(/outbound\|18080\|\|orders\S*::health_flags::\/failed_eds_health/);
    assert.equal(await health(), 'False');
    await fetch(`${direct}/well`);
    await flags(/outbound\|18080\|\|orders\S*::health_flags::healthy/);
    assert.equal(await health(), 'True');
  });

  test('it leaves with its program', async () => {
    await run.stop('SIGTERM');
    assert.deepEqual(await entries(), []);
  });
});
