import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { create, type JsonObject } from '@bufbuild/protobuf';
import { seededRandom, silentLogger, systemClock } from '@weft/base';
import { type AdsClient, connectAds, grpcJsCalls, type Rejection, type XdsUpdate } from '@weft/xds';
import { NodeSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { ControlPlane, ControlPlaneEvent, ControlPlaneOptions } from './control-plane.ts';
import { AddressInUseError } from './control-plane.ts';
import { startControlPlane } from './start-control-plane.ts';

const DEPS = { clock: systemClock, logger: silentLogger, version: '0.0.0-test' };
const FREE = { host: '127.0.0.1', port: 0 };

function start(rest: Partial<ControlPlaneOptions> = {}): Promise<ControlPlane> {
  return startControlPlane({ store: {}, xds: FREE, api: FREE, pipeline: { quietMs: 5 }, ...rest }, DEPS);
}

const SERVICES = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.test]
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  resolution: STATIC
  location: MESH_INTERNAL
  endpoints: [{ address: 127.1.0.9, labels: { version: v1 } }, { address: 127.1.0.10, labels: { version: v2 } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: orders, namespace: shop }
spec:
  host: orders.shop.test
  subsets: [{ name: v1, labels: { version: v1 } }, { name: v2, labels: { version: v2 } }]
`;

const split = (v1: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.test]
  http:
  - route:
    - { destination: { host: orders.shop.test, subset: v1 }, weight: ${v1} }
    - { destination: { host: orders.shop.test, subset: v2 }, weight: ${100 - v1} }
`;

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions
  readonly body: any;
}

async function call(
  controlPlane: ControlPlane,
  method: string,
  path: string,
  body?: unknown,
  type?: string,
): Promise<Answer> {
  const { host, port } = controlPlane.apiAddress;
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(`http://${host}:${port}${path}`, {
    method,
    ...(body !== undefined && {
      body: text,
      headers: { 'content-type': type ?? (typeof body === 'string' ? 'application/yaml' : 'application/json') },
    }),
  });
  const answer = await response.text();
  return {
    status: response.status,
    body: answer.startsWith('{') || answer.startsWith('[') ? JSON.parse(answer) : answer,
  };
}

/** A sidecar that takes everything and asks for the endpoints and routes its clusters and listeners name. */
class Sidecar implements Disposable {
  readonly client: AdsClient;
  readonly seen: string[] = [];
  refuse: (update: XdsUpdate) => readonly Rejection[] = () => [];

  constructor(controlPlane: ControlPlane, name = 'web', metadata: JsonObject = {}) {
    const id = `sidecar~127.1.0.5~${name}.shop~shop.svc.cluster.local`;
    this.client = connectAds({
      open: grpcJsCalls(`127.0.0.1:${controlPlane.xdsAddress.port}`),
      node: create(NodeSchema, {
        id,
        userAgentName: 'weft',
        metadata: { NAMESPACE: 'shop', INTERCEPTION_MODE: 'NONE', ...metadata },
      }),
      clock: systemClock,
      random: seededRandom(1),
      logger: silentLogger,
      handler: { update: (update) => this.#take(update) },
    });
    this.client.subscribe('cluster', '*');
    this.client.subscribe('listener', '*');
    this.client.subscribe('route', ['http_proxy']);
  }

  #take(update: XdsUpdate): readonly Rejection[] {
    this.seen.push(update.kind);
    if (update.kind === 'cluster') {
      const eds = update.resources.filter(({ message }) => message.edsClusterConfig !== undefined);
      this.client.subscribe(
        'endpoint',
        eds.map(({ name }) => name),
      );
    }
    return this.refuse(update);
  }

  [Symbol.dispose](): void {
    this.client.close();
  }
}

function nextEvent<T extends ControlPlaneEvent['type']>(
  controlPlane: ControlPlane,
  type: T,
): Promise<Extract<ControlPlaneEvent, { type: T }>> {
  return new Promise((resolve) => {
    const stop = controlPlane.onEvent((event) => {
      if (event.type !== type) return;
      stop();
      resolve(event as Extract<ControlPlaneEvent, { type: T }>);
    });
  });
}

describe('a control plane', () => {
  test('applies, pushes and says when it is live everywhere', async () => {
    await using controlPlane = await start();
    const connected = nextEvent(controlPlane, 'proxy');
    using sidecar = new Sidecar(controlPlane);
    await connected;
    const live = nextEvent(controlPlane, 'live');
    const applied = await call(controlPlane, 'POST', '/apply', `${SERVICES}---${split(90)}`);
    assert.equal(applied.status, 200);
    assert.deepEqual(
      applied.body.objects.map(({ outcome }: { outcome: string }) => outcome),
      ['created', 'created', 'created'],
    );
    const report = await call(controlPlane, 'GET', `/wait?revision=${applied.body.revision}&timeout=10s`);
    assert.equal(report.status, 200, JSON.stringify(report.body));
    assert.equal(report.body.live, true);
    assert.equal(report.body.settled.length, 1);
    assert.equal((await live).revision, applied.body.revision);
    assert.ok(sidecar.seen.includes('endpoint'));
    const id = report.body.settled[0].nodeId;
    const dump = await call(controlPlane, 'GET', `/debug/config_dump?proxyID=${encodeURIComponent(id)}`);
    assert.match(JSON.stringify(dump.body.clusters), /outbound\|8080\|v1\|orders\.shop\.test/);
    const bytes = await call(controlPlane, 'GET', `/debug/xds?proxyID=${encodeURIComponent(id)}`);
    assert.match(bytes.body.resources.route[0].value, /^[\w+/]+=*$/);
    assert.equal(bytes.body.metadata.NAMESPACE, 'shop');
    assert.equal((await call(controlPlane, 'GET', '/debug/xds?proxyID=nobody')).status, 404);
    const registry = await call(controlPlane, 'GET', '/debug/registryz');
    assert.equal(registry.body.services[0].hostname, 'orders.shop.test');
    const endpoints = await call(controlPlane, 'GET', '/debug/endpointz');
    assert.equal(endpoints.body.services[0].endpoints.length, 2);
    const again = await call(controlPlane, 'POST', '/apply', split(90));
    assert.equal(again.body.objects[0].outcome, 'unchanged');
    sidecar.seen.length = 0;
    const changed = await call(controlPlane, 'POST', '/apply', split(50));
    await call(controlPlane, 'GET', `/wait?revision=${changed.body.revision}&timeout=10s`);
    assert.deepEqual(sidecar.seen, ['route']);
  });

  test('names the proxy, the resource and the field of a refusal', async () => {
    await using controlPlane = await start();
    await call(controlPlane, 'POST', '/apply', `${SERVICES}---${split(90)}`);
    const connected = nextEvent(controlPlane, 'proxy');
    using sidecar = new Sidecar(controlPlane);
    await connected;
    await controlPlane.whenLive({ timeoutMs: 10_000 });
    sidecar.refuse = ({ kind }) =>
      kind === 'route' ? [{ name: 'http_proxy', at: 'virtual_hosts[0].routes[0]', message: 'no' }] : [];
    const applied = await call(controlPlane, 'POST', '/apply', split(10));
    const report = await controlPlane.whenLive({ revision: applied.body.revision, timeoutMs: 10_000 });
    assert.equal(report.live, false);
    assert.equal(report.rejected[0]?.kinds.route.nack?.resources[0]?.at, 'virtual_hosts[0].routes[0]');
    const rows = await call(controlPlane, 'GET', '/debug/syncz');
    assert.equal(rows.body[0].kinds.route.state, 'rejected');
  });

  test('applies nothing unless everything is valid, and tells every issue with its line', async () => {
    await using controlPlane = await start();
    const bad = `${SERVICES}---\napiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: x, namespace: shop }\nspec:\n  hostz: [a]\n`;
    const answer = await call(controlPlane, 'POST', '/apply?file=shop.yaml', bad);
    assert.equal(answer.status, 422);
    assert.equal(answer.body.reason, 'Invalid');
    const issue = answer.body.details.issues.find(({ at }: { at: string }) => at.startsWith('spec.hostz'));
    assert.equal(issue.position.file, 'shop.yaml');
    assert.equal(issue.position.line, bad.split('\n').findIndex((line) => line.includes('hostz')) + 1);
    assert.deepEqual(controlPlane.store.list().objects, []);
    const dry = await call(controlPlane, 'POST', '/apply?dryRun=All', SERVICES);
    assert.equal(dry.body.objects[0].outcome, 'created');
    assert.deepEqual(controlPlane.store.list().objects, []);
  });

  test('follows a folder; a broken edit changes nothing and is told, a good one is live', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-folder-'));
    await writeFile(join(folder, 'a.yaml'), SERVICES);
    await writeFile(join(folder, 'b.yaml'), split(90));
    await using controlPlane = await start({ store: { folders: [folder] } });
    assert.equal(controlPlane.store.list().objects.length, 3);
    const key = { group: 'networking.istio.io', kind: 'VirtualService', namespace: 'shop', name: 'orders' };
    const weight = (): unknown => JSON.stringify(controlPlane.store.get(key)?.['spec']).match(/"weight":(\d+)/)?.[1];
    const broken = nextEvent(controlPlane, 'files');
    await writeFile(join(folder, 'b.yaml'), split(90).replace('hosts:', 'hots:'));
    const { issues, path } = await broken;
    assert.equal(path, join(folder, 'b.yaml'));
    assert.equal(
      issues.some(({ position }) => position?.line === 6),
      true,
    );
    assert.equal(weight(), '90');
    assert.equal(controlPlane.fileIssues().length > 0, true);
    const pushed = nextEvent(controlPlane, 'pushed');
    await writeFile(join(folder, 'b.yaml'), split(20));
    assert.equal((await pushed).changes[0]?.key.name, 'orders');
    assert.equal(weight(), '20');
    assert.deepEqual(controlPlane.fileIssues(), []);
    const refused = await call(
      controlPlane,
      'DELETE',
      '/apis/networking.istio.io/v1/namespaces/shop/virtualservices/orders',
    );
    assert.equal(refused.status, 405);
    assert.match(refused.body.message, /kept in the files of/);
    await rm(folder, { recursive: true });
  });

  test('removes what a proxy registered once that proxy is gone', async () => {
    await using controlPlane = await start({ pipeline: { quietMs: 1, ownerGraceMs: 20 } });
    const owner = 'sidecar~127.1.0.5~web.shop~shop.svc.cluster.local';
    const connected = nextEvent(controlPlane, 'proxy');
    using sidecar = new Sidecar(controlPlane);
    await connected;
    const entry = {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadEntry',
      metadata: { name: 'web', namespace: 'shop', annotations: { 'weft.dev/owner-node': owner } },
      spec: { address: '127.1.0.5' },
    };
    const made = await call(
      controlPlane,
      'POST',
      '/apis/networking.istio.io/v1/namespaces/shop/workloadentries',
      entry,
    );
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const gone = new Promise<void>((resolve) => {
      controlPlane.store.watch(controlPlane.store.version, (event) => {
        if (event.type === 'DELETED') resolve();
      });
    });
    sidecar.client.close();
    await gone;
    assert.deepEqual(controlPlane.store.list().objects, []);
  });

  test('says which option chose an address that is taken, and leaves nothing running', async () => {
    await using controlPlane = await start();
    for (const option of ['xds', 'api'] as const) {
      const address = option === 'xds' ? controlPlane.xdsAddress : controlPlane.apiAddress;
      await assert.rejects(
        start({ [option]: address }),
        (error) => error instanceof AddressInUseError && error.option === option && error.port === address.port,
      );
    }
  });
});

describe('the admin API', () => {
  const base = '/apis/networking.istio.io/v1/namespaces/shop/destinationrules';
  const rule = (host: string, extra: object = {}): object => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'DestinationRule',
    metadata: { name: 'orders', namespace: 'shop', ...extra },
    spec: { host },
  });

  test('creates, gets, lists, replaces with conflicts found, patches and deletes', async () => {
    await using controlPlane = await start();
    const created = await call(controlPlane, 'POST', base, rule('a'));
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const { resourceVersion } = created.body.metadata;
    assert.equal((await call(controlPlane, 'POST', base, rule('a'))).body.reason, 'AlreadyExists');
    assert.equal((await call(controlPlane, 'PUT', `${base}/orders`, rule('b', { resourceVersion }))).status, 200);
    const conflict = await call(controlPlane, 'PUT', `${base}/orders`, rule('c', { resourceVersion }));
    assert.equal(conflict.status, 409);
    assert.equal(conflict.body.kind, 'Status');
    const merge = 'application/merge-patch+json';
    const patched = await call(controlPlane, 'PATCH', `${base}/orders`, { spec: { exportTo: ['.'] } }, merge);
    assert.deepEqual(patched.body.spec, { host: 'b', exportTo: ['.'] });
    const bad = await call(controlPlane, 'PATCH', `${base}/orders`, { spec: { host: 7 } }, merge);
    assert.equal(bad.status, 422);
    const list = await call(controlPlane, 'GET', '/apis/networking.istio.io/v1beta1/destinationrules');
    assert.equal(list.body.kind, 'DestinationRuleList');
    assert.equal(list.body.items[0].apiVersion, 'networking.istio.io/v1beta1');
    assert.equal((await call(controlPlane, 'GET', `${base}?labelSelector=a%3Db`)).body.items.length, 0);
    assert.equal((await call(controlPlane, 'GET', `${base}?fieldSelector=spec.host%3Db`)).status, 400);
    assert.equal((await call(controlPlane, 'DELETE', `${base}/orders`)).body.status, 'Success');
    assert.equal((await call(controlPlane, 'GET', `${base}/orders`)).status, 404);
  });

  test('streams a watch as JSON lines', async () => {
    await using controlPlane = await start();
    await call(controlPlane, 'POST', base, rule('a'));
    const { host, port } = controlPlane.apiAddress;
    const response = await fetch(`http://${host}:${port}${base}?watch=true`);
    const lines: { type: string; object: { spec: { host: string } } }[] = [];
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    await call(controlPlane, 'PUT', `${base}/orders`, rule('b'));
    await call(controlPlane, 'DELETE', `${base}/orders`);
    let rest = '';
    while (lines.length < 3) {
      rest += (await reader.read()).value ?? '';
      const parts = rest.split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts.map((line) => JSON.parse(line)));
    }
    assert.deepEqual(
      lines.map(({ type, object }) => `${type} ${object.spec.host}`),
      ['ADDED a', 'MODIFIED b', 'DELETED b'],
    );
    await reader.cancel();
    const expired = await call(controlPlane, 'GET', `${base}?watch=true&resourceVersion=99999`);
    assert.equal(expired.body.type, 'ERROR');
    assert.equal(expired.body.object.code, 410);
  });

  test('describes itself as Kubernetes does', async () => {
    await using controlPlane = await start();
    const groups = await call(controlPlane, 'GET', '/apis');
    assert.ok(groups.body.groups.some(({ name }: { name: string }) => name === 'networking.istio.io'));
    const resources = await call(controlPlane, 'GET', '/apis/networking.istio.io/v1');
    assert.ok(resources.body.resources.some(({ name }: { name: string }) => name === 'virtualservices'));
    assert.deepEqual((await call(controlPlane, 'GET', '/api')).body.versions, ['v1']);
    assert.equal((await call(controlPlane, 'GET', '/version')).body.xds.port, controlPlane.xdsAddress.port);
    assert.match((await call(controlPlane, 'GET', '/metrics')).body, /^pilot_info\{version="0\.0\.0-test"\} 1$/m);
    assert.equal((await call(controlPlane, 'GET', '/healthz')).body, 'ok\n');
    for (const path of ['/nothing', '/constructor', '/debug/toString', '/apis/example.com/v1/things', '/api/v2']) {
      const answer = await call(controlPlane, 'GET', path);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.body.kind, 'Status', path);
    }
  });

  test('refuses bodies that are too large, not JSON, or of another kind', async () => {
    await using controlPlane = await start({ api: { ...FREE, maxBodyBytes: 1_000 } });
    assert.equal((await call(controlPlane, 'POST', base, rule('x'.repeat(2_000)))).status, 413);
    assert.equal((await call(controlPlane, 'POST', base, '{', 'application/json')).status, 422);
    assert.equal((await call(controlPlane, 'POST', base, 'x', 'text/plain')).status, 415);
    const other = { ...rule('a'), kind: 'WorkloadEntry', spec: { address: '127.0.0.1' } };
    assert.equal((await call(controlPlane, 'POST', base, other)).status, 400);
    assert.equal((await call(controlPlane, 'GET', '/wait?timeout=soon')).status, 400);
  });

  for (const [what, headers, code] of [
    ['a page of another site', { origin: 'http://evil.test' }, 403],
    ['a name that resolves to loopback', { host: 'evil.test:15016' }, 403],
    ['a cross-site navigation', { 'sec-fetch-site': 'cross-site' }, 403],
    ['a program', {}, 200],
    ['localhost', { host: 'localhost:15016' }, 200],
  ] as const) {
    test(`answers ${code} to ${what}`, async () => {
      await using controlPlane = await start();
      const { host, port } = controlPlane.apiAddress;
      const sent = request({ host, port, path: '/healthz', headers });
      sent.end();
      const [response] = await once(sent, 'response');
      response.resume();
      assert.equal(response.statusCode, code);
    });
  }
});
