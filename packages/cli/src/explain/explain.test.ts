import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadText } from '@weft/config';
import { EXIT } from '../command/exit-code.ts';
import { runCommand } from '../test-support/run-command.ts';
import { deriveRequests } from './derive-requests.ts';
import { parseRequests } from './requests-file.ts';

const SHOP = fileURLToPath(new URL('../../../../examples/shop', import.meta.url));
const TLS = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: odd }
spec:
  hosts: ["*.example.com"]
  http:
    - match: [{ uri: { regex: "/[a-z]+" } }, { uri: { prefix: /a/ }, headers: { x: { exact: "1" } }, method: { exact: PUT } }]
      route: [{ destination: { host: a } }]
  tls: [{ match: [{ sniHosts: ["*.example.com"] }], route: [{ destination: { host: a } }] }]
`;

suite('weft explain', () => {
  test('says from files which rule wins, and why each other one loses, with file and line', async () => {
    const { code, out } = await runCommand(
      'explain',
      'GET',
      'http://api.example.com/orders',
      '-H',
      'canary: true',
      '-f',
      SHOP,
    );
    assert.equal(code, EXIT.ok.code);
    assert.match(out, /^rule +canary: .*canary/m);
    assert.match(out, /orders\.yaml:\d+ \(VirtualService default\/orders spec\.http\[0\]/);
    assert.match(out, /rules that lost\n +premium: it wants header x-user-tier/);
    assert.match(out, /503 UH/, 'the files alone have no workloads');
  });

  test('takes callers inside, bytes by port, and says what is no caller', async () => {
    const inside = JSON.parse(
      (await runCommand('explain', 'http://orders:8080/', '--from', 'storefront', '-f', SHOP, '-o', 'json')).out,
    );
    assert.equal(inside.hops[0].routes, 'http_proxy');
    assert.equal(inside.hops[0].intended.timeoutMs, 0);
    const bytes = JSON.parse(
      (await runCommand('explain', 'tcp://orders:9', '--from', 'app=curl', '-f', SHOP, '-o', 'json')).out,
    );
    assert.equal(bytes.outcome.kind, 'refused');
    const { code, err } = await runCommand('explain', 'http://orders:8080/', '--from', 'storefrunt', '-f', SHOP);
    assert.equal(code, EXIT.usage.code);
    assert.match(err, /did you mean "storefront"/);
  });
});

suite('weft explain --diff', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-diff-'));
  const vs = (weight: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: inventory }
spec:
  hosts: [inventory]
  http:
    - route: [{ destination: { host: inventory }, weight: ${weight} }, { destination: { host: orders }, weight: ${100 - weight} }]
`;

  test('names what changes, for requests made up from the rules; exit code 1', async () => {
    writeFileSync(join(folder, 'new.yaml'), vs(70));
    const args = ['explain', '--diff', '--base', SHOP, '-f', SHOP, '-f', join(folder, 'new.yaml')];
    const { code, out } = await runCommand(...args);
    assert.equal(code, EXIT.failure.code);
    assert.match(out, /- inventory\.default\.svc\.cluster\.local\n +\+ 70 % inventory/);
    assert.match(out, /1[0-9] requests compared: 2 change/);
    const json = JSON.parse((await runCommand(...args, '-o', 'json')).out);
    assert.equal(json.changed.length, 2);
  });

  test('compares shares of faults, not what chance made of one request', async () => {
    const rule = (percent: number): string => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: payments }
spec:
  hosts: [payments]
  http:
    - fault: { abort: { httpStatus: 500, percentage: { value: ${percent} } } }
      route: [{ destination: { host: payments } }]
`;
    const [old, next] = [join(folder, 'old.txt'), join(folder, 'next.txt')];
    writeFileSync(old, rule(10));
    writeFileSync(next, rule(50));
    const { out } = await runCommand('explain', '--diff', '--base', SHOP, '--base', old, '-f', SHOP, '-f', next);
    assert.match(out, /an abort with 500\n +- 10 % of requests\n +\+ 50 % of requests/);
  });

  test('finds nothing between equals, exit code 0, and takes requests from a file', async () => {
    const same = await runCommand('explain', '--diff', '--base', SHOP, '-f', SHOP);
    assert.equal(same.code, EXIT.ok.code, same.out);
    writeFileSync(join(folder, 'requests.txt'), 'requests:\n  - { from: storefront, url: "http://inventory:8080/" }\n');
    const more = ['--requests', join(folder, 'requests.txt')];
    const own = await runCommand(
      'explain',
      '--diff',
      '--base',
      SHOP,
      '-f',
      SHOP,
      '-f',
      join(folder, 'new.yaml'),
      ...more,
    );
    assert.match(own.out, /1 requests compared: 1 change/);
  });

  test('a request that cannot be read is named with its line', () => {
    assert.throws(
      () => parseRequests('- { url: http://a/ }\n- { ulr: http://a/ }\n', 'r.yaml'),
      /r\.yaml:2: \[1\]\.ulr: unknown field/,
    );
    assert.throws(() => parseRequests('a: 1', 'r.yaml'), /r\.yaml:1: requests: is not a list/);
    const [request] = parseRequests('- { url: http://a/, headers: { x: [1, 2] } }', 'r.yaml');
    assert.deepEqual(request, { from: 'gateway', url: 'http://a/', headers: { x: ['1', '2'] } });
  });

  test('what only a regex could tell is not made up, and said', () => {
    const { requests, skipped } = deriveRequests(loadText(TLS, 'odd.yaml').resources);
    assert.deepEqual(skipped, ['VirtualService default/odd spec.http[0].match[0]']);
    assert.deepEqual(
      requests.map(({ method, url }) => [method, url]),
      [
        ['PUT', 'http://probe.example.com:80/a/probe'],
        [undefined, 'tls://probe.example.com:443'],
      ],
    );
  });
});
