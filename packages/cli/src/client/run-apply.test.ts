import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLogger, systemClock } from '@weft/base';
import { startControlPlane } from '@weft/control-plane';
import { runCommand } from '../test-support/run-command.ts';

const FREE = { host: '127.0.0.1', port: 0 };
const CONFIG = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { ports: [{ port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [web]
  http:
    - route: [{ destination: { host: web, subset: gone } }]
    - route: [{ destination: { host: web } }]
`;

test('what is odd is said once, with the file and line of whoever applies', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'weft-apply-')), 'web.yaml');
  writeFileSync(file, CONFIG);
  await using controlPlane = await startControlPlane(
    { store: {}, xds: FREE, api: FREE },
    { clock: systemClock, logger: silentLogger, version: '0.0.0-test' },
  );
  const server = `http://127.0.0.1:${controlPlane.apiAddress.port}`;
  const { code, err } = await runCommand('apply', '-f', file, '--server', server);
  assert.equal(code, 0, err);
  assert.equal(err.match(/is never used/g)?.length, 1, err);
  assert.match(err, /web\.yaml:12:\d+: warning: VirtualService default\/web .*\[IST0101\]/);
  assert.doesNotMatch(err, /<stdin>/);
});
