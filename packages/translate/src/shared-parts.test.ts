import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LayeredMap } from '@weft/base';
import { loadText } from '@weft/config';
import { buildSnapshot, decodeNode, type Node, proxyOf, type Snapshot } from '@weft/mesh';
import { translate } from './translate.ts';

const MESH = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.test]
  ports: [{ number: 8080, name: http, protocol: HTTP }]
  resolution: STATIC
  location: MESH_INTERNAL
  endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.2 }]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: orders, namespace: shop }
spec:
  hosts: [orders.test]
  http:
  - match: [{ sourceLabels: { version: v2 } }]
    headers: { request: { set: { x-seen: v2 } } }
    route: [{ destination: { host: orders.test } }]
  - route: [{ destination: { host: orders.test } }]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: for-v2, namespace: shop }
spec:
  host: orders.test
  workloadSelector: { matchLabels: { version: v2 } }
  trafficPolicy: { loadBalancer: { simple: RANDOM } }
---
apiVersion: v1
kind: Service
metadata: { name: queue, namespace: shop }
spec: { clusterIP: None, ports: [{ port: 6379, name: tcp }] }
---
apiVersion: v1
kind: Endpoints
metadata: { name: queue, namespace: shop }
subsets: [{ addresses: [{ ip: 10.0.0.9 }], ports: [{ port: 6379, name: tcp }] }]
`;

function snapshot(): Snapshot {
  const { resources, issues } = loadText(MESH, 'mesh.yaml');
  assert.deepEqual(issues, []);
  return buildSnapshot(resources);
}

function node(ip: string, labels: Readonly<Record<string, string>>): Node {
  const decoded = decodeNode({ id: `sidecar~${ip}~p.shop~shop.svc.cluster.local`, metadata: { LABELS: labels } });
  assert.ok(decoded.ok);
  return decoded.value;
}

const NODES = [
  node('10.0.0.1', { app: 'orders', version: 'v1' }),
  node('10.0.0.2', { app: 'orders', version: 'v2' }),
  node('10.0.1.1', { app: 'web', version: 'v1' }),
  node('10.0.0.9', { app: 'queue' }),
];

test('a proxy gets the same whether others were translated before it or not', () => {
  const mesh = snapshot();
  const together = NODES.map((each) => translate(mesh, proxyOf(mesh, each)));
  for (const [index, each] of NODES.entries()) {
    const alone = snapshot();
    const { cluster, endpoint, listener, route } = translate(alone, proxyOf(alone, each));
    for (const kind of [
      [together[index]?.cluster, cluster],
      [together[index]?.endpoint, endpoint],
      [together[index]?.listener, listener],
      [together[index]?.route, route],
    ]) {
      assert.deepEqual([...(kind[0] ?? [])], [...(kind[1] ?? [])]);
    }
  }
});

test('proxies that get alike share one map, whatever their addresses and unasked labels', () => {
  const mesh = snapshot();
  const [v1, v2, web, queue] = NODES.map((each) => translate(mesh, proxyOf(mesh, each)));
  assert.ok(v1 !== undefined && v2 !== undefined && web !== undefined && queue !== undefined);
  assert.equal(v1.endpoint, web.endpoint);
  assert.equal(v1.route, web.route);
  assert.ok(v1.cluster instanceof LayeredMap && web.cluster instanceof LayeredMap);
  assert.equal(v1.cluster.base, web.cluster.base);
  assert.notEqual(v1.cluster.base, v2.cluster instanceof LayeredMap ? v2.cluster.base : undefined);
  assert.notEqual(v1.route, v2.route);
  // A pod of a headless service has no listener for its own address.
  assert.equal(v1.listener.has('10.0.0.9_6379'), true);
  assert.equal(queue.listener.has('10.0.0.9_6379'), false);
});

test('a stock Envoy and a proxy of ours do not share routes that tell them apart', () => {
  const rule = '  - route: [{ destination: { host: orders.test } }]\n';
  const text = MESH.replace(rule, `${rule}    retries: { attempts: 2, retryRemoteLocalities: true }\n`);
  const mesh = buildSnapshot(loadText(text, 'mesh.yaml').resources);
  const id = 'sidecar~10.0.1.1~p.shop~shop.svc.cluster.local';
  const routes = ['weft', 'envoy'].map((userAgentName) => {
    const decoded = decodeNode({ id, userAgentName });
    assert.ok(decoded.ok);
    const alone = buildSnapshot(loadText(text, 'mesh.yaml').resources);
    const together = [...translate(mesh, proxyOf(mesh, decoded.value)).route];
    assert.deepEqual(together, [...translate(alone, proxyOf(alone, decoded.value)).route]);
    return together;
  });
  assert.notDeepEqual(routes[0], routes[1]);
});
