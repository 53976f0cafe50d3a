import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayeredMap } from '@weft/base';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, type MeshProxy, proxyOf, type Snapshot } from '@weft/mesh';
import { translate, translateClusters } from '../translate.ts';

const service = (name: string): string => `---
apiVersion: v1
kind: Service
metadata: { name: ${name}, namespace: shop }
spec: { selector: { app: ${name} }, ports: [{ name: http, port: 8080 }] }
`;

const filter = (name: string, namespace: string, priority: number, timeout: string): string => `---
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: { name: ${name}, namespace: ${namespace} }
spec:
  priority: ${priority}
  configPatches:
  - applyTo: CLUSTER
    match: { cluster: { service: orders.shop.svc.cluster.local } }
    patch: { operation: MERGE, value: { connect_timeout: ${timeout} } }
`;

const ORDERS = 'outbound|8080||orders.shop.svc.cluster.local';
const CART = 'outbound|8080||cart.shop.svc.cluster.local';

function proxyAt(snapshot: Snapshot, ip: string): MeshProxy {
  const node = decodeNode({
    id: `sidecar~${ip}~web-${ip}.shop~shop.svc.cluster.local`,
    metadata: { NAMESPACE: 'shop' },
  });
  assert.ok(node.ok);
  return proxyOf(snapshot, node.value);
}

const meshOf = (...filters: string[]): Snapshot =>
  buildSnapshot(loadText(service('orders') + service('cart') + filters.join(''), 'm.yaml').resources);

test('proxies with the same filters share what was patched, and what was not stays as it was', () => {
  const snapshot = meshOf(filter('slow', 'shop', 0, '7s'));
  const [a, b] = [proxyAt(snapshot, '10.0.0.1'), proxyAt(snapshot, '10.0.0.2')];
  const [one, two] = [translate(snapshot, a), translate(snapshot, b)];
  assert.equal(one.cluster.get(ORDERS)?.connectTimeout?.seconds, 7n);
  assert.equal(one.cluster.get(ORDERS), two.cluster.get(ORDERS));
  assert.equal(one.cluster.get(CART), two.cluster.get(CART));
  assert.equal(one.listener.get('0.0.0.0_8080'), two.listener.get('0.0.0.0_8080'), 'no patch is about listeners');
  assert.ok(one.cluster instanceof LayeredMap && two.cluster instanceof LayeredMap);
  assert.equal(one.cluster.base, two.cluster.base, 'what proxies share is patched once');
  assert.equal(translateClusters(snapshot, a).cluster.get(ORDERS), one.cluster.get(ORDERS));
});

test('a later patch goes over an earlier one: by priority, then the root namespace first', () => {
  const seconds = (...filters: string[]): bigint | undefined => {
    const snapshot = meshOf(...filters);
    return translate(snapshot, proxyAt(snapshot, '10.0.0.1')).cluster.get(ORDERS)?.connectTimeout?.seconds;
  };
  assert.equal(seconds(filter('z', 'istio-system', 0, '1s'), filter('a', 'shop', 0, '2s')), 2n);
  assert.equal(seconds(filter('z', 'istio-system', 5, '1s'), filter('a', 'shop', 0, '2s')), 1n);
  assert.equal(seconds(filter('a', 'shop', -5, '2s'), filter('b', 'shop', -10, '3s')), 2n);
  assert.equal(seconds(filter('a', 'elsewhere', 0, '2s')), 10n, 'filters of other namespaces are for others');
});
