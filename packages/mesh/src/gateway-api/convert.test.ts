import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText, type Resource } from '@weft/config';
import { buildSnapshot, type Snapshot } from '../snapshot.ts';

const load = (text: string): readonly Resource[] => loadText(text, 'mesh.yaml').resources;

function statusOf(snapshot: Snapshot, kind: string, name: string): readonly string[] {
  const found = [...snapshot.gatewayApi.statuses()].find(
    ([resource]) => resource.kind === kind && resource.metadata.name === name,
  );
  return (found?.[1].conditions ?? [])
    .filter(({ condition }) => condition.type !== 'Programmed')
    .map(({ at, condition: { type, status, reason } }) => `${at} ${type}=${status} ${reason}`.trim());
}

const gateway = (listeners: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: edge, namespace: shop }
spec: { gatewayClassName: istio, listeners: [${listeners}] }
---
`;

const route = (name: string, created: string, spec: string): string => `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: shop, creationTimestamp: '${created}' }
spec: ${spec}
---
`;

const HTTP = "{ name: http, port: 80, protocol: HTTP, hostname: '*.example.com' }";
const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: app, namespace: shop }
spec: { ports: [{ name: http, port: 80 }] }
`;
const TO_APP = 'backendRefs: [{ name: app, port: 80 }]';

test('equal rules of two routes keep the older route first, whatever its name', () => {
  const spec = `{ parentRefs: [{ name: edge }], hostnames: [a.example.com], rules: [{ ${TO_APP} }] }`;
  const snapshot = buildSnapshot(
    load(
      gateway(HTTP) +
        route('a-new', '2025-01-01T00:00:00Z', spec) +
        route('z-old', '2024-01-01T00:00:00Z', spec) +
        SERVICE,
    ),
  );
  const [only, second] = snapshot.virtualServices;
  assert.equal(second, undefined);
  assert.deepEqual(
    only?.http.map(({ rule }) => rule.name),
    ['shop.z-old.0', 'shop.a-new.0'],
  );
  assert.deepEqual(
    only?.http.map(({ origin }) => `${origin.ref.kind} ${origin.ref.name} ${origin.path}`),
    ['HTTPRoute z-old spec.rules[0]', 'HTTPRoute a-new spec.rules[0]'],
  );
});

test('what stands for an unchanged route is the same object in the next snapshot', () => {
  const spec = `{ parentRefs: [{ name: edge }], rules: [{ ${TO_APP} }] }`;
  const resources = load(gateway(HTTP) + route('orders', '2024-01-01T00:00:00Z', spec) + SERVICE);
  const before = buildSnapshot(resources);
  const other = load(
    'apiVersion: v1\nkind: Service\nmetadata: { name: other, namespace: shop }\nspec: { ports: [{ port: 1 }] }\n',
  );
  const after = buildSnapshot([...resources, ...other], { previous: before });
  assert.equal(after.virtualServices[0], before.virtualServices[0]);
  assert.equal(after.gateways[0], before.gateways[0]);
  const changed = load(gateway(HTTP) + route('orders', '2024-01-01T00:00:00Z', spec.replace('80', '81')) + SERVICE);
  assert.notEqual(buildSnapshot(changed, { previous: before }).virtualServices[0], before.virtualServices[0]);
});

test('of listeners that cannot share a port the second loses its place', () => {
  const twice = '{ name: raw, port: 80, protocol: TCP }';
  const snapshot = buildSnapshot(load(gateway(`${HTTP}, ${twice}`)));
  assert.equal(snapshot.gateways.length, 1);
  assert.deepEqual(
    statusOf(snapshot, 'Gateway', 'edge').filter((each) => each.startsWith('spec.listeners[1]')),
    ['spec.listeners[1] Accepted=False ProtocolConflict', 'spec.listeners[1] Conflicted=True ProtocolConflict'],
  );
});

test('a listener of a more specific hostname takes its hosts from the others of the port', () => {
  const narrow = '{ name: narrow, port: 80, protocol: HTTP, hostname: a.example.com }';
  const spec = `{ parentRefs: [{ name: edge, sectionName: http }], hostnames: [a.example.com, b.example.com], rules: [{ ${TO_APP} }] }`;
  const snapshot = buildSnapshot(
    load(gateway(`${HTTP}, ${narrow}`) + route('orders', '2024-01-01T00:00:00Z', spec) + SERVICE),
  );
  assert.deepEqual(
    snapshot.virtualServices.flatMap(({ hosts }) => hosts),
    ['b.example.com'],
  );
});

test('another namespace needs a grant, and a name in it limits the grant', () => {
  const backend = 'backendRefs: [{ name: vault, namespace: safe, port: 80 }]';
  const grant = (name: string): string => `apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: shop, namespace: safe }
spec:
  from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop }]
  to: [{ group: '', kind: Service, name: ${name} }]
---
apiVersion: v1
kind: Service
metadata: { name: vault, namespace: safe }
spec: { ports: [{ name: http, port: 80 }] }
`;
  const spec = `{ parentRefs: [{ name: edge }], rules: [{ ${backend} }] }`;
  const text = gateway(HTTP) + route('orders', '2024-01-01T00:00:00Z', spec);
  const refused = buildSnapshot(load(text + grant('other')));
  assert.deepEqual(statusOf(refused, 'HTTPRoute', 'orders'), [
    'spec.parentRefs[0] Accepted=True Accepted',
    'spec.parentRefs[0] ResolvedRefs=False RefNotPermitted',
  ]);
  assert.deepEqual(refused.virtualServices[0]?.http[0]?.rule.route?.[0]?.destination?.host, '');
  assert.deepEqual(
    refused.issues.map(({ resource, at }) => `${resource} ${at}`),
    ['HTTPRoute shop/orders spec.parentRefs[0]'],
  );
  const allowed = buildSnapshot(load(text + grant('vault')));
  assert.deepEqual(
    allowed.virtualServices[0]?.http[0]?.rule.route?.[0]?.destination?.host,
    'vault.safe.svc.cluster.local',
  );
  assert.deepEqual(allowed.issues, []);
});

test('a Gateway of another class is left alone', () => {
  const snapshot = buildSnapshot(load(gateway(HTTP).replace('gatewayClassName: istio', 'gatewayClassName: nginx')));
  assert.deepEqual([snapshot.gateways, snapshot.gatewayApi.statuses().size, snapshot.issues], [[], 0, []]);
});
