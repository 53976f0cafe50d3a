/** The access log that a Telemetry asks for, from the gateway of `weft up`. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { eventually } from './support/eventually.ts';
import { Client } from './support/http.ts';
import { DOOR, Up } from './support/up.ts';

const logIn = (folder: string): string => join(folder, 'access.log');

const mesh = (folder: string): string => `apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    extensionProviders:
    - name: file
      envoyFileAccessLog: { path: ${logIn(folder)}, logFormat: { text: "%REQ(:PATH)% %RESPONSE_CODE%" } }
---
${DOOR}---
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
  await using up = await Up.start(mesh);
  using client = new Client(await up.port());
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
    async () => (await readFile(logIn(up.folder), 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    (found) => found.length >= 2,
  );
  assert.deepEqual(lines, ['/bad/1 418', '/bad/2 418']);
});
