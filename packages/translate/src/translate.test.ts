import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBinary } from '@bufbuild/protobuf';
import { loadText, type Resource } from '@weft/config';
import { buildSnapshot, decodeNode, type Node, proxyOf, type Snapshot } from '@weft/mesh';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { type TranslatedResources, translate } from './translate.ts';

const SHOP = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: v1
kind: Service
metadata: { name: payments, namespace: shop }
spec: { selector: { app: payments }, ports: [{ name: http, port: 8080 }] }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: orders-1, namespace: shop }
spec: { address: 127.1.0.3, labels: { app: orders } }
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: payments-1, namespace: shop }
spec: { address: 127.1.0.4, labels: { app: payments } }
`;

function sidecar(name: string, ip: string, mode = 'NONE'): Node {
  const decoded = decodeNode({
    id: `sidecar~${ip}~${name}.shop~shop.svc.cluster.local`,
    metadata: { NAMESPACE: 'shop', INTERCEPTION_MODE: mode },
    userAgentName: 'weft',
  });
  if (!decoded.ok) assert.fail(decoded.issues[0]?.message ?? '');
  return decoded.value;
}

function translated(snapshot: Snapshot, node: Node): TranslatedResources {
  return translate(snapshot, proxyOf(snapshot, node));
}

/** A copy of one object with another weight, as an update brings it. */
function reweighed(resources: readonly Resource[], name: string): readonly Resource[] {
  return resources.map((resource) =>
    resource.type === 'WorkloadEntry' && resource.metadata.name === name
      ? { ...resource, spec: { ...resource.spec, weight: 7 } }
      : resource,
  );
}

test('a changed endpoint changes its own assignment and nothing else', () => {
  const { resources } = loadText(SHOP, 'shop.yaml');
  const node = sidecar('web', '127.1.0.2');
  const first = buildSnapshot(resources);
  const before = translated(first, node);
  const after = translated(buildSnapshot(reweighed(resources, 'orders-1'), { previous: first }), node);
  const changed = [...after.endpoint].filter(([name, message]) => before.endpoint.get(name) !== message);
  assert.deepEqual(
    changed.map(([name]) => name),
    ['outbound|8080||orders.shop.svc.cluster.local'],
  );
  for (const [name, message] of before.route) assert.equal(after.route.get(name), message);
});

test('proxies of a namespace share their routes, and what was shared equals what is made afresh', () => {
  const { resources } = loadText(SHOP, 'shop.yaml');
  const snapshot = buildSnapshot(resources);
  const one = translated(snapshot, sidecar('web', '127.1.0.2'));
  const two = translated(snapshot, sidecar('cart', '127.1.0.5'));
  const afresh = translated(buildSnapshot([...resources].reverse()), sidecar('web', '127.1.0.2'));
  for (const [name, message] of one.route) {
    assert.equal(two.route.get(name), message);
    const other = afresh.route.get(name);
    assert.ok(other);
    assert.deepEqual(toBinary(RouteConfigurationSchema, other), toBinary(RouteConfigurationSchema, message));
  }
});

test('routes for clients with certain labels are not shared with the others', () => {
  const { resources } = loadText(
    `${SHOP}---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders]
  http:
    - match: [{ sourceLabels: { app: web }, uri: { prefix: /mine } }]
      directResponse: { status: 201 }
    - route: [{ destination: { host: orders } }]
`,
    'shop.yaml',
  );
  const snapshot = buildSnapshot(resources);
  const count = (labels: Record<string, string>): number | undefined => {
    const node = { ...sidecar('web', '127.1.0.2'), labels };
    const route = translated(snapshot, node).route.get('8080');
    return route?.virtualHosts.find((host) => host.name.startsWith('orders'))?.routes.length;
  };
  assert.equal(count({ app: 'web' }), 2);
  assert.equal(count({ app: 'cart' }), 1);
});

test('a proxy whose traffic is intercepted has the two listeners the kernel sends it to', () => {
  const { resources } = loadText(SHOP, 'shop.yaml');
  const result = translated(buildSnapshot(resources), sidecar('orders', '127.1.0.3', 'REDIRECT'));
  assert.deepEqual([...result.listener.keys()], ['0.0.0.0_8080', 'virtualOutbound', 'virtualInbound']);
  assert.equal(result.listener.get('0.0.0.0_8080')?.bindToPort, false);
  assert.equal(result.listener.get('virtualOutbound')?.useOriginalDst, true);
  assert.ok(result.cluster.has('InboundPassthroughCluster'));
  assert.deepEqual(result.issues, []);
});
