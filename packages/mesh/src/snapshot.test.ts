import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadText } from '@weft/config';
import { decodeNode, type Node } from './node.ts';
import { proxyOf } from './proxy.ts';
import { buildSnapshot, type Snapshot } from './snapshot.ts';

function snapshotOf(text: string): Snapshot {
  const { resources, issues } = loadText(text, 'mesh.yaml');
  assert.deepEqual(
    issues.filter((issue) => issue.severity === 'error'),
    [],
  );
  return buildSnapshot(resources);
}

function node(namespace: string, metadata: Record<string, unknown> = {}): Node {
  const decoded = decodeNode({
    id: `sidecar~127.1.0.2~web.${namespace}~${namespace}.svc.cluster.local`,
    metadata: { NAMESPACE: namespace, INTERCEPTION_MODE: 'NONE', ...metadata },
  });
  if (!decoded.ok) assert.fail(decoded.issues[0]?.message ?? '');
  return decoded.value;
}

function rule(namespace: string, name: string, body: string): string {
  return `---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: { name: ${name}, namespace: ${namespace} }
spec: ${body}
`;
}

const ORDERS = `
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { selector: { app: orders }, ports: [{ name: http, port: 80, targetPort: web }] }
`;
const HOST = 'orders.shop.svc.cluster.local';

function ruleNames(snapshot: Snapshot, client: Node): readonly string[] {
  const [service] = snapshot.servicesOf(HOST);
  assert.ok(service);
  return snapshot.destinationRule(service, client.namespace, client.labels)?.origins.map((origin) => origin.name) ?? [];
}

describe('DestinationRule lookup', () => {
  const all =
    rule('client', 'mine', `{ host: ${HOST} }`) +
    rule('shop', 'theirs', '{ host: orders }') +
    rule('istio-system', 'roots', `{ host: "*.local" }`);

  test('takes the client namespace, then the service namespace, then the root namespace', () => {
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + all), node('client')), ['mine']);
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + all), node('other')), ['theirs']);
    const only = rule('istio-system', 'roots', `{ host: "*.local" }`);
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + only), node('other')), ['roots']);
  });

  test('does not see a rule that is kept to its namespace', () => {
    const hidden = rule('shop', 'theirs', '{ host: orders, exportTo: ["."] }');
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + hidden), node('client')), []);
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + hidden), node('shop')), ['theirs']);
  });

  test('adds the subsets of rules for one host and keeps the first traffic policy', () => {
    const snapshot = snapshotOf(
      ORDERS +
        rule('shop', 'a', '{ host: orders, subsets: [{ name: v1, labels: { v: "1" } }] }') +
        rule(
          'shop',
          'b',
          '{ host: orders, trafficPolicy: { loadBalancer: { simple: RANDOM } }, subsets: [{ name: v2, labels: { v: "2" } }] }',
        ),
    );
    const [service] = snapshot.servicesOf(HOST);
    assert.ok(service);
    const merged = snapshot.destinationRule(service, 'shop', {});
    assert.deepEqual(
      merged?.subsets.map(({ subset }) => subset.name),
      ['v1', 'v2'],
    );
    assert.equal(merged?.trafficPolicy?.loadBalancer?.simple, 'RANDOM');
  });

  test('prefers a rule whose selector selects the client', () => {
    const both =
      rule('shop', 'all', '{ host: orders }') +
      rule('shop', 'some', '{ host: orders, workloadSelector: { matchLabels: { app: web } } }');
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + both), node('shop', { LABELS: { app: 'web' } })), ['some']);
    assert.deepEqual(ruleNames(snapshotOf(ORDERS + both), node('shop')), ['all']);
  });
});

describe('endpoints', () => {
  const entry = (name: string, spec: string, rest = ''): string => `---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: { name: ${name}, namespace: shop }
spec: ${spec}
${rest}`;

  test('of a named target port are those of workloads that have it', () => {
    const snapshot = snapshotOf(
      ORDERS +
        entry('with', '{ address: 127.1.0.3, labels: { app: orders }, ports: { web: 9000 } }') +
        entry('without', '{ address: 127.1.0.4, labels: { app: orders } }') +
        entry('other', '{ address: 127.1.0.5, labels: { app: cart }, ports: { web: 9000 } }'),
    );
    assert.deepEqual(
      snapshot.servicesOf(HOST)[0]?.endpoints.map(({ address, port, servicePort }) => [address, port, servicePort]),
      [['127.1.0.3', 9000, 80]],
    );
  });

  test('of an unhealthy workload are kept, and not ready', () => {
    const snapshot = snapshotOf(
      ORDERS +
        entry(
          'ill',
          '{ address: 127.1.0.3, labels: { app: orders }, ports: { web: 9000 } }',
          'status: { conditions: [{ type: Healthy, status: "False" }] }\n',
        ),
    );
    assert.equal(snapshot.servicesOf(HOST)[0]?.endpoints[0]?.ready, false);
  });

  test('tell a proxy what it serves; on a shared address its ports do', () => {
    const snapshot = snapshotOf(
      ORDERS + entry('here', '{ address: 127.1.0.2, labels: { app: orders }, ports: { web: 9000 } }'),
    );
    assert.equal(proxyOf(snapshot, node('shop')).instances.length, 1);
    assert.equal(proxyOf(snapshot, node('shop', { APP_PORTS: { '9000': 8080 } })).instances.length, 1);
    assert.equal(proxyOf(snapshot, node('shop', { APP_PORTS: '{"9001": 8080}' })).instances.length, 0);
  });
});

test('a delegate that does not exist is reported with its line', () => {
  const snapshot = snapshotOf(`
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: root, namespace: shop }
spec:
  hosts: [orders]
  http:
    - delegate: { name: nobody }
`);
  assert.deepEqual(
    snapshot.issues.map(({ code, position }) => [code, position?.line]),
    [['missing-delegate', 8]],
  );
});

test('only a VirtualService without hosts that the root may see is delegated to', () => {
  const delegate = (spec: string): string => `---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: part, namespace: other }
spec: { ${spec}, http: [{ route: [{ destination: { host: orders.shop.svc.cluster.local } }] }] }
`;
  const root = `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: root, namespace: shop }
spec: { hosts: [orders], http: [{ delegate: { name: part, namespace: other } }] }
`;
  const rulesWith = (spec: string): readonly (number | string)[] => {
    const { virtualServices, issues } = snapshotOf(root + delegate(spec));
    const found = virtualServices.find(({ origin }) => origin.name === 'root');
    return [found?.http.length ?? -1, ...issues.map(({ code }) => code)];
  };
  assert.deepEqual(rulesWith('exportTo: ["shop"]'), [1]);
  assert.deepEqual(rulesWith('exportTo: ["."]'), [0, 'missing-delegate']);
  assert.deepEqual(rulesWith('hosts: [with.hosts.example]'), [0, 'missing-delegate']);
});

test('a node that cannot be read says which metadata is wrong', () => {
  const decoded = decodeNode({
    id: 'sidecar~1.2.3.4~a.b~b.svc.cluster.local',
    metadata: { INTERCEPTION_MODE: 'SOME', APP_PORTS: '{', HTTP_PROXY_PORT: '70000' },
  });
  assert.deepEqual(
    decoded.issues.map((issue) => issue.at),
    ['metadata.INTERCEPTION_MODE', 'metadata.HTTP_PROXY_PORT', 'metadata.APP_PORTS'],
  );
  assert.equal(decodeNode({ id: 'nonsense' }).ok, false);
});
