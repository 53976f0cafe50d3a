import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { decodeNode } from './node.ts';
import type { Scope } from './scope.ts';
import { buildSnapshot } from './snapshot.ts';

const HOST = 'pay.example.com';

function entry(name: string, spec: string, namespace = 'shop', labels = '{}'): string {
  return `---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: ${name}, namespace: ${namespace}, labels: ${labels} }
spec: { hosts: [${HOST}], ${spec} }
`;
}

function scopeOf(text: string): Scope {
  const { resources, issues } = loadText(text, 'mesh.yaml');
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  const node = decodeNode({ id: 'sidecar~127.1.0.2~web.shop~shop.svc.cluster.local', metadata: { NAMESPACE: 'shop' } });
  if (!node.ok) assert.fail();
  return buildSnapshot(resources).scopeOf(node.value);
}

function portsOf(scope: Scope): readonly number[] {
  return scope.service(HOST)?.ports.map(({ number }) => number) ?? [];
}

function addressesOf(scope: Scope): readonly string[] {
  return scope.service(HOST)?.endpoints.map(({ address, port }) => `${address}:${port}`) ?? [];
}

const HTTP = 'ports: [{ number: 80, name: http, protocol: HTTP }]';
const TLS = 'ports: [{ number: 443, name: tls, protocol: TLS }]';
const at = (address: string): string => `resolution: STATIC, endpoints: [{ address: ${address} }]`;

test('two ServiceEntries of a namespace declare the ports of one host together', () => {
  const scope = scopeOf(entry('a', `${HTTP}, ${at('10.0.0.1')}`) + entry('b', `${TLS}, ${at('10.0.0.2')}`));
  assert.deepEqual(portsOf(scope), [80, 443]);
  assert.deepEqual(addressesOf(scope), ['10.0.0.1:80', '10.0.0.2:443']);
});

test('endpoints of one port come together, ports of the older entry win', () => {
  const more = 'ports: [{ number: 80, name: web, protocol: HTTP }]';
  const scope = scopeOf(
    entry('a', `${HTTP}, ${at('10.0.0.1')}`) +
      entry('b', `${HTTP}, ${at('10.0.0.2')}`) +
      entry('c', `${more}, ${at('10.0.0.3')}`),
  );
  assert.deepEqual(addressesOf(scope), ['10.0.0.1:80', '10.0.0.2:80']);
  assert.equal(scope.service(HOST)?.ports[0]?.name, 'http');
});

test('entries that disagree on resolution, labels or audience, or of other namespaces, add no port', () => {
  const first = entry('a', `${HTTP}, ${at('10.0.0.1')}`);
  const others = [
    entry('b', `${TLS}, resolution: DNS`),
    entry('b', `${TLS}, ${at('10.0.0.2')}`, 'shop', '{ team: pay }'),
    entry('b', `${TLS}, ${at('10.0.0.2')}, exportTo: ["."]`),
    entry('b', `${TLS}, ${at('10.0.0.2')}`, 'other'),
  ];
  for (const other of others) assert.deepEqual(portsOf(scopeOf(first + other)), [80], other);
});

test('what two listeners of a Sidecar import is there once', () => {
  const sidecar = `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { name: default, namespace: shop }
spec: { egress: [{ port: { number: 80, name: http, protocol: HTTP }, hosts: ["./*"] }, { hosts: ["./*"] }] }
`;
  const scope = scopeOf(entry('a', `${HTTP}, ${at('10.0.0.1')}`) + entry('b', `${HTTP}, ${at('10.0.0.2')}`) + sidecar);
  assert.deepEqual(addressesOf(scope), ['10.0.0.1:80', '10.0.0.2:80']);
});

test('a ServiceEntry adds endpoints to the Kubernetes service of its name, and no ports', () => {
  const scope = scopeOf(`---
apiVersion: v1
kind: Service
metadata: { name: orders, namespace: shop }
spec: { clusterIP: 10.1.0.1, ports: [{ name: http, port: 80 }] }
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: vm, namespace: shop }
spec:
  hosts: [orders.shop.svc.cluster.local]
  ports: [{ number: 80, name: http, protocol: HTTP }, { number: 90, name: admin, protocol: HTTP }]
  ${at('10.0.0.9').replace(', ', '\n  ')}
`);
  const service = scope.service('orders.shop.svc.cluster.local');
  assert.equal(service?.registry, 'Kubernetes');
  assert.deepEqual(
    [service?.ports.map(({ number }) => number), service?.endpoints.map(({ address }) => address)],
    [[80], ['10.0.0.9']],
  );
});
