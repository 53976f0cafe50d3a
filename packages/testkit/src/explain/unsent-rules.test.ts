import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMesh } from '../mesh/load-mesh.ts';
import type { RuleExplanation } from './explanation.ts';

const CONFIG = `
apiVersion: v1
kind: Service
metadata: { name: web }
spec: { selector: { app: web }, ports: [{ name: http, port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web }
spec:
  hosts: [web]
  http:
    - name: gold
      match: [{ sourceLabels: { tier: gold } }, { port: 81 }, { gateways: [istio-system/edge] }]
      route: [{ destination: { host: web } }]
    - name: elsewhere
      match: [{ sourceNamespace: other }]
      route: [{ destination: { host: web } }]
    - name: all
      route: [{ destination: { host: web } }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: web-outside }
spec:
  hosts: [web]
  gateways: [istio-system/edge]
  http: [{ route: [{ destination: { host: web } }] }]
`;

async function lostFor(labels: Readonly<Record<string, string>>): Promise<readonly RuleExplanation[]> {
  const mesh = await loadMesh({ yaml: CONFIG, file: 'web.yaml' }, { workloads: [{ name: 'web' }] });
  const { hops } = await mesh.explain({ from: { labels }, url: 'http://web/' });
  return hops[0]?.lostRules ?? [];
}

test('rules for others are among those that lost, with the first condition that is not met, and their line', async () => {
  const lost = await lostFor({ app: 'client' });
  assert.deepEqual(
    lost.map(({ name, why }) => [name, why]),
    [
      ['gold', 'it wants a caller with the label tier=gold; this one has none'],
      ['gold', 'it wants port 81; the request goes to 80'],
      ['gold', 'it is for istio-system/edge and not for calls inside'],
      ['elsewhere', 'it wants a caller in namespace other; this one is in default'],
      ['default/web-outside', 'it is bound to istio-system/edge and not to mesh, so calls inside do not follow it'],
    ],
  );
  assert.ok(lost.every(({ origin }) => origin?.file === 'web.yaml' && (origin.line ?? 0) > 5));
});

test('what comes after a rule that takes everything was not sent', async () => {
  const lost = await lostFor({ app: 'client', tier: 'gold' });
  const all = lost.find(({ name }) => name === 'all');
  assert.match(all?.why ?? '', /comes first|earlier rule takes every request/);
});
