import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { weft } from './support/weft.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));
const ORDER_SERVICE = fileURLToPath(new URL('fixtures/order-service.yaml', import.meta.url));

const BROKEN = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: orders
spec:
  hosts: [orders]
  http:
    - route:
        - destination:
            host: orders
          weihgt: 90
      timeout: soon
---
kind: DestinationRule
metadata:
  name: orders
`;

describe('weft validate', () => {
  let folder: string;
  let broken: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-validate-'));
    broken = join(folder, 'broken.yaml');
    await writeFile(broken, BROKEN);
  });
  after(() => rm(folder, { recursive: true }));

  test('the shop is valid and wholly in effect', async () => {
    const finished = await weft('validate', '-f', SHOP, '--strict');
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  });

  test('all errors come together, each with file, line and what to do', async () => {
    const finished = await weft('validate', '-f', broken);
    assert.equal(finished.code, 3);
    assert.match(finished.stdout, /broken\.yaml:11(:\d+)?: error: .*weihgt/);
    assert.match(finished.stdout, /11 \| +weihgt: 90/);
    assert.match(finished.stdout, /weight/);
    assert.match(finished.stdout, /broken\.yaml:12(:\d+)?: error: .*timeout/);
    assert.match(finished.stdout, /broken\.yaml:1[4-6](:\d+)?: error: .*apiVersion/);
  });

  test('the same as JSON', async () => {
    const finished = await weft('validate', '-f', broken, '--json');
    assert.equal(finished.code, 3);
    const result = JSON.parse(finished.stdout);
    assert.equal(result.valid, false);
    assert.ok(result.errors >= 3);
    assert.ok(result.issues.every((issue: { position?: { line: number } }) => (issue.position?.line ?? 0) > 0));
  });

  test('what is valid and not enforced yet is named', async () => {
    const finished = await weft('validate', '-f', ORDER_SERVICE);
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
    for (const kind of ['PeerAuthentication', 'AuthorizationPolicy', 'RequestAuthentication', 'WasmPlugin']) {
      assert.match(finished.stdout, new RegExp(`order-service\\.yaml:\\d+(:\\d+)?: warning: ${kind} `));
    }
  });

  test('a path that is not there is exit code 4, an unknown option 2', async () => {
    assert.equal((await weft('validate', '-f', join(folder, 'nothing.yaml'))).code, 4);
    assert.equal((await weft('validate', '--nothing')).code, 2);
  });
});
