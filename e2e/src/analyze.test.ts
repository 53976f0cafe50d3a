import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { weft } from './support/weft.ts';

const SHOP = fileURLToPath(new URL('../../examples/shop', import.meta.url));

const LOST = `apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
    - route:
        - destination: { host: orderz }
---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec:
  ports: [{ name: web, port: 80 }]
`;

describe('weft analyze', () => {
  let folder: string;
  let lost: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weft-analyze-'));
    lost = join(folder, 'lost.yaml');
    await writeFile(lost, LOST);
  });
  after(() => rm(folder, { recursive: true }));

  test('finds nothing in the shop', async () => {
    const finished = await weft('analyze', '-f', SHOP, '--failure-threshold', 'info');
    assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  });

  test('tells errors with file and line, and fails', async () => {
    const finished = await weft('analyze', '-f', lost);
    assert.equal(finished.code, 10);
    assert.match(finished.stdout, /lost\.yaml:8:\d+: error: VirtualService shop\/orders .*"orderz" \[IST0101\]/);
    assert.match(finished.stdout, /lost\.yaml:14:\d+: info: Service shop\/orders .*\[IST0118\]/);
  });

  test('fails from the chosen level on, and not for what is suppressed', async () => {
    const errors = await weft('analyze', '-f', lost, '--suppress', 'IST0101=VirtualService shop/*');
    assert.equal(errors.code, 0);
    const infos = await weft('analyze', '-f', lost, '--suppress', 'IST0101=*', '--failure-threshold', 'info');
    assert.equal(infos.code, 10);
  });

  test('writes JSON and SARIF', async () => {
    const json = JSON.parse((await weft('analyze', '-f', lost, '-o', 'json')).stdout);
    assert.deepEqual(
      json.messages.map(({ code, name }: { code: string; name: string }) => [code, name]),
      [
        ['IST0118', 'PortNameIsNotUnderNamingConvention'],
        ['IST0101', 'ReferencedResourceNotFound'],
      ],
    );
    const [run] = JSON.parse((await weft('analyze', '-f', lost, '-o', 'sarif')).stdout).runs;
    assert.deepEqual(
      run.results.map(({ ruleId, level }: { ruleId: string; level: string }) => [ruleId, level]),
      [
        ['IST0118', 'note'],
        ['IST0101', 'error'],
      ],
    );
    assert.equal(run.results[1].locations[0].physicalLocation.region.startLine, 8);
    assert.equal(run.tool.driver.rules[run.results[1].ruleIndex].id, 'IST0101');
  });
});
