import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { buildSnapshot } from './snapshot.ts';

const MESH = `apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
metadata: { name: primary }
spec:
  meshConfig:
    trustDomain: example.com
    defaultConfig:
      concurrency: 4
      drainDuration: 20s
      proxyMetadata: { A: mesh, B: mesh, C: mesh, D: mesh }
`;

const config = (name: string, namespace: string, spec: string): string => `---
apiVersion: networking.istio.io/v1beta1
kind: ProxyConfig
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${spec}
`;

test('the options of a proxy: mesh, root namespace, namespace, annotation, workload', () => {
  const text =
    MESH +
    config('all', 'istio-system', '{ environmentVariables: { B: root, C: root, D: root } }') +
    config('shop', 'shop', '{ concurrency: 2, environmentVariables: { C: shop, D: shop } }') +
    config('orders', 'shop', '{ concurrency: 0, selector: { matchLabels: { app: orders } } }') +
    config('other', 'shop', '{ concurrency: 9, selector: { matchLabels: { app: other } } }');
  const snapshot = buildSnapshot(loadText(text, 'm.yaml').resources);
  assert.equal(snapshot.mesh.trustDomain, 'example.com', 'an IstioOperator says what its installer would write');
  const annotation = { concurrency: 7, proxyMetadata: { D: 'annotation' } };
  const orders = snapshot.proxyConfigOf({ namespace: 'shop', labels: { app: 'orders' }, annotation });
  assert.deepEqual(orders, {
    concurrency: 0,
    drainDurationMs: 20_000,
    proxyMetadata: { A: 'mesh', B: 'root', C: 'shop', D: 'annotation' },
  });
  assert.equal(snapshot.proxyConfigOf({ namespace: 'shop', labels: { app: 'cart' } }).concurrency, 2);
  assert.equal(snapshot.proxyConfigOf({ namespace: 'else', labels: {} }).concurrency, 4);
});
