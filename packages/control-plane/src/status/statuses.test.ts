import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import type { ControlPlane, ControlPlaneOptions } from '../control-plane.ts';
import { startControlPlane } from '../start-control-plane.ts';

const FREE = { host: '127.0.0.1', port: 0 };
const RULES = '/apis/networking.istio.io/v1/namespaces/shop/virtualservices';
const SERVICE = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.shop.test]
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  resolution: STATIC
`;
const rule = (http: string): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec: { hosts: [orders.shop.test], http: ${http} }
`;
const ROUTE = '{ route: [{ destination: { host: orders.shop.test } }] }';

function start(store: ControlPlaneOptions['store'] = {}): Promise<ControlPlane> {
  return startControlPlane(
    { store, xds: FREE, api: FREE, pipeline: { quietMs: 1 } },
    { clock: systemClock, logger: silentLogger, version: '0.0.0-test' },
  );
}

interface Answer {
  readonly code: number;
  readonly warning: string;
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into by assertions
  readonly body: any;
}

async function call(controlPlane: ControlPlane, method: string, path: string, body?: unknown): Promise<Answer> {
  const { host, port } = controlPlane.apiAddress;
  const patch = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const type = typeof body === 'string' ? 'application/yaml' : patch;
  const response = await fetch(`http://${host}:${port}${path}`, {
    method,
    ...(body !== undefined && {
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'content-type': type },
    }),
  });
  return { code: response.status, warning: response.headers.get('warning') ?? '', body: await response.json() };
}

function codes(body: Answer['body']): readonly string[] {
  return body.status.validationMessages.map(({ type }: { type: { code: string } }) => type.code);
}

suite('the status of an object', () => {
  test('says what is wrong with it, and follows changes of other objects', async () => {
    await using controlPlane = await start();
    const applied = await call(controlPlane, 'POST', '/apply', rule(`[${ROUTE}]`));
    assert.ok(
      applied.body.issues.some(({ code }: { code: string }) => code === 'IST0101'),
      'told to who applies',
    );
    const before = await call(controlPlane, 'GET', `${RULES}/orders`);
    assert.deepEqual(codes(before.body), ['IST0101']);
    assert.equal(before.body.status.validationMessages[0].level, 'ERROR');
    assert.equal(before.body.status.observedGeneration, 1);
    await call(controlPlane, 'POST', '/apply', SERVICE);
    const after = await call(controlPlane, 'GET', RULES);
    assert.deepEqual(codes(after.body.items[0]), []);
    assert.equal(after.body.items[0].metadata.resourceVersion, before.body.metadata.resourceVersion);
  });

  test('names rules that nothing reaches, also to who writes a single object', async () => {
    await using controlPlane = await start();
    await call(controlPlane, 'POST', '/apply', SERVICE);
    const made = await call(controlPlane, 'POST', RULES, rule(`[${ROUTE}, ${ROUTE}]`));
    assert.equal(made.code, 201, JSON.stringify(made.body));
    assert.match(made.warning, /never used/);
    const { body } = await call(controlPlane, 'GET', `${RULES}/orders`);
    assert.deepEqual(codes(body), ['IST0130']);
    const passed = body.status.conditions.find(({ type }: { type: string }) => type === 'PassedValidation');
    assert.equal(passed.status, 'False');
    assert.match(passed.message, /spec\.http\[1\]/);
  });

  test('makes no version, wakes no watcher, and is not taken for content when it comes back', async () => {
    await using controlPlane = await start();
    await call(controlPlane, 'POST', '/apply', rule(`[${ROUTE}]`));
    const { store } = controlPlane;
    const { version } = store;
    let events = 0;
    using _watch = store.watch(version, () => {
      events++;
    });
    const { body } = await call(controlPlane, 'GET', `${RULES}/orders`);
    const put = await call(controlPlane, 'PUT', `${RULES}/orders`, body);
    assert.equal(put.code, 200);
    assert.equal(put.body.metadata.resourceVersion, body.metadata.resourceVersion);
    assert.equal(store.version, version);
    assert.equal(events, 0);
  });

  test('has a subresource, for what others keep in it', async () => {
    await using controlPlane = await start();
    await call(controlPlane, 'POST', '/apply', rule(`[${ROUTE}]`));
    const path = `${RULES}/orders/status`;
    const patched = await call(controlPlane, 'PATCH', path, { status: { note: 'mine' }, spec: { hosts: ['other'] } });
    assert.equal(patched.body.status.note, 'mine');
    assert.deepEqual(patched.body.spec.hosts, ['orders.shop.test'], 'nothing but the status is written');
    assert.equal(patched.body.metadata.generation, 1);
    assert.deepEqual(codes(patched.body), ['IST0101']);
    const stale = { metadata: { resourceVersion: '1' }, status: {} };
    assert.equal((await call(controlPlane, 'PUT', path, stale)).code, 409);
    const emptied = await call(controlPlane, 'PUT', path, { status: {} });
    assert.equal(emptied.body.status.note, undefined);
    assert.equal((await call(controlPlane, 'DELETE', path)).code, 405);
  });

  test('tells that a file with errors left the last good version in force', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'weft-status-'));
    try {
      const file = join(folder, 'mesh.yaml');
      await writeFile(file, `${SERVICE}---${rule(`[${ROUTE}]`)}`);
      await using controlPlane = await start({ folders: [folder] });
      const good = await call(controlPlane, 'GET', `${RULES}/orders`);
      assert.equal(good.body.status.conditions[0].status, 'True');
      const broken = new Promise<void>((resolve) => {
        controlPlane.onEvent((event) => {
          if (event.type === 'files' && event.issues.length > 0) resolve();
        });
      });
      await writeFile(file, `${SERVICE}---${rule('[{ timeuot: 1s }]')}`);
      await broken;
      const { body } = await call(controlPlane, 'GET', `${RULES}/orders`);
      assert.deepEqual(body.spec, good.body.spec);
      const [accepted] = body.status.conditions;
      assert.equal(accepted.type, 'Accepted');
      assert.equal(accepted.status, 'False');
      assert.match(accepted.message, /timeuot/);
      assert.equal(body.status.validationMessages[0].level, 'ERROR');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
