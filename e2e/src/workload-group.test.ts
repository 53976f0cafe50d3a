/** A program as a member of a WorkloadGroup: registered by its connection, probed by its sidecar, found by name over DNS. */
import assert from 'node:assert/strict';
import { promises as dns } from 'node:dns';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
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

function config(port: number, databases: readonly number[]): string {
  const entries = databases.map((database, i) => databaseEntry(`db-${i}`, database)).join('');
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
${entries}`;
}

/** All of them on one port: TCP says no host. */
function databaseEntry(name: string, port: number): string {
  return `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: default }
spec:
  hosts: [${name}.example.com]
  resolution: STATIC
  ports: [{ number: 15432, name: tcp, protocol: TCP }]
  endpoints: [{ address: 127.0.0.1, ports: { tcp: ${port} } }]
`;
}

/** A server that says its name to whoever connects, before it hears anything. */
async function greeter(name: string): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer((socket) => socket.end(name));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, server };
}

async function greeting(host: string): Promise<string> {
  const socket = connect(15_432, host);
  let text = '';
  for await (const chunk of socket) text += String(chunk);
  return text;
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
  let databases: Awaited<ReturnType<typeof greeter>>[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-group-'));
    const file = join(folder, 'mesh.yaml');
    databases = [await greeter('first'), await greeter('second')];
    const ports = databases.map(({ port }) => port);
    await writeFile(file, config(await freePort(), ports));
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
    for (const { server: database } of databases) database.close();
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
    for (const name of ['orders', 'orders.default', 'orders.default.svc.cluster.local', 'a.wild.example.com']) {
      assert.deepEqual(await resolver.resolve4(name), [address], name);
    }
    assert.deepEqual((await resolver.resolve4('pods')).toSorted(), ['127.9.0.1', '127.9.0.2']);
    assert.deepEqual(await resolver.resolve4('pods-1.pods'), ['127.9.0.2']);
    await assert.rejects(resolver.resolve6('orders'), { code: 'ENODATA' });
  });

  test('TCP services on one port are told apart by the addresses that DNS gives them', async () => {
    const resolver = new dns.Resolver({ timeout: 3000, tries: 1 });
    resolver.setServers([`${(await entries())[0]?.spec.address}:15053`]);
    const [first = ''] = await resolver.resolve4('db-0.example.com');
    const [second = ''] = await resolver.resolve4('db-1.example.com');
    assert.notEqual(first, second);
    assert.equal(await greeting(first), 'first');
    assert.equal(await greeting(second), 'second');
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
