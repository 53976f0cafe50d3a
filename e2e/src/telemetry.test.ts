/** The access log that a Telemetry asks for, from the gateway of `weft up`. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { Client } from './support/http.ts';
import { Weft } from './support/weft.ts';

const mesh = (log: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    extensionProviders:
    - name: file
      envoyFileAccessLog: { path: ${log}, logFormat: { text: "%REQ(:PATH)% %RESPONSE_CODE%" } }
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: door, namespace: istio-system }
spec:
  selector: { istio: ingressgateway }
  servers:
  - port: { number: 80, name: http, protocol: HTTP }
    hosts: ['*']
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: shop, namespace: istio-system }
spec:
  hosts: ['*']
  gateways: [door]
  http:
  - match: [{ uri: { prefix: /bad } }]
    directResponse: { status: 418 }
  - directResponse: { status: 200 }
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: { name: failures, namespace: istio-system }
spec:
  accessLogging:
  - providers: [{ name: file }]
    filter: { expression: response.code >= 400 }
`;

test('only the requests of the filter expression are in the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'weft-telemetry-'));
  const log = join(folder, 'access.log');
  await writeFile(join(folder, 'mesh.yaml'), mesh(log));
  try {
    const ports = ['--gateway-port', '0', '--xds-port', '0', '--api-port', '0'];
    await using up = new Weft(['up', '-f', join(folder, 'mesh.yaml'), ...ports]);
    const [, port] = await up.waitFor(/80 → 127\.0\.0\.1:(\d+)/);
    using client = new Client(Number(port));
    await eventually(
      'the gateway',
      () => client.get('/good'),
      ({ status }) => status === 200,
    );
    assert.equal((await client.get('/bad/1')).status, 418);
    await client.get('/good');
    assert.equal((await client.get('/bad/2')).status, 418);
    const lines = await eventually(
      'the access log',
      async () => (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
      (found) => found.length >= 2,
    );
    assert.deepEqual(lines, ['/bad/1 418', '/bad/2 418']);
  } finally {
    await rm(folder, { recursive: true });
  }
});
