import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadMesh } from './load-mesh.ts';

const CALLER = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: caller }
spec: { template: { metadata: { labels: { app: caller } }, spec: { containers: [{ name: app }] } } }
---`;

const entry = (name: string, port: string): string => `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name} }
spec: { hosts: [api.partner.example], location: MESH_EXTERNAL, resolution: DNS, ports: [${port}] }
---`;

const HTTPS = entry('https', '{ number: 443, name: https, protocol: HTTPS }');

async function clusterOf(yaml: string, url: string): Promise<string> {
  const mesh = await loadMesh({ yaml: `${CALLER}${yaml}` });
  const answer = await mesh.request({ from: 'caller', url });
  if (answer.kind === 'forward') return answer.cluster;
  return answer.kind === 'refused' ? answer.reason : String(answer.status);
}

test('an HTTPS host of the outside is passed on by its server name', async () => {
  for (const url of ['https://api.partner.example/orders', 'tls://api.partner.example:443']) {
    assert.equal(await clusterOf(HTTPS, url), 'outbound|443||api.partner.example');
  }
});

test('two entries for one host serve their ports together', async () => {
  const both = HTTPS + entry('http', '{ number: 80, name: http, protocol: HTTP }');
  assert.equal(await clusterOf(both, 'http://api.partner.example/'), 'outbound|80||api.partner.example');
  assert.equal(await clusterOf(both, 'https://api.partner.example/'), 'outbound|443||api.partner.example');
});

test('mesh configuration inside of an IstioOperator counts', async () => {
  const operator = `
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: primary }
spec: { meshConfig: { outboundTrafficPolicy: { mode: REGISTRY_ONLY } } }
---`;
  assert.equal(await clusterOf(operator, 'http://unknown.example/'), '502');
  assert.equal(await clusterOf('', 'http://unknown.example/'), 'PassthroughCluster');
});
