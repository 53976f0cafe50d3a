import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { pathTree, placesOf, uncovered } from './path-tree.ts';
import { type UnenforcedOptions, unenforced } from './unenforced.ts';

function told(yaml: string, options?: UnenforcedOptions): string[] {
  const { resources } = loadText(yaml, 'm.yaml');
  assert.ok(resources.length > 0, 'the test configuration was refused');
  return unenforced(resources, options).map(
    (issue) =>
      `${issue.position?.line}: ${issue.security ? 'security ' : ''}${issue.at === '' ? issue.resource : issue.at}`,
  );
}

const HEAD = 'apiVersion: networking.istio.io/v1\nkind: ';

test('a rule that is translated whole says nothing', () => {
  assert.deepEqual(
    told(`${HEAD}VirtualService
metadata: { name: orders }
spec:
  hosts: [orders]
  http:
  - match: [{ uri: { prefix: /a }, headers: { canary: { exact: "true" } } }]
    route: [{ destination: { host: orders, subset: v2 }, weight: 100 }]
    timeout: 10s
    retries: { attempts: 3, perTryTimeout: 2s, retryOn: 5xx }
`),
    [],
  );
});

test('a field that no table names is reported at its line', () => {
  assert.deepEqual(
    told(`${HEAD}VirtualService
metadata: { name: orders }
spec:
  hosts: [orders]
  http:
  - match:
    - uri: { prefix: / }
      statPrefix: orders
    route:
    - destination: { host: orders }
`),
    ['9: spec.http[0].match[0].statPrefix'],
  );
});

test('a value without effect is told apart from the values that have one', () => {
  const rule = (mode: string): string => `${HEAD}DestinationRule
metadata: { name: orders }
spec:
  host: orders
  subsets:
  - name: v1
    labels: { version: v1 }
    trafficPolicy:
      tls: { mode: ${mode} }
`;
  assert.deepEqual(told(rule('DISABLE')), []);
  assert.deepEqual(told(rule('ISTIO_MUTUAL')), ['10: security spec.subsets[0].trafficPolicy.tls.mode']);
});

test('outlier detection and locality failover are enforced by either data plane', () => {
  const yaml = `${HEAD}DestinationRule
metadata: { name: orders }
spec:
  host: orders
  trafficPolicy:
    outlierDetection: { consecutive5xxErrors: 5 }
    loadBalancer: { localityLbSetting: { failover: [{ from: eu, to: us }] } }
`;
  assert.deepEqual(told(yaml), []);
  assert.deepEqual(told(yaml, { dataPlane: 'envoy' }), []);
});

test('tunnels are enforced by either data plane', () => {
  const yaml = `${HEAD}DestinationRule
metadata: { name: gate }
spec:
  host: gate
  trafficPolicy: { tunnel: { targetHost: bank.example.com, targetPort: 443 } }
  subsets: [{ name: mail, trafficPolicy: { tunnel: { protocol: POST, targetHost: mail.example.com, targetPort: 465 } } }]
`;
  assert.deepEqual(told(yaml), []);
  assert.deepEqual(told(yaml, { dataPlane: 'envoy' }), []);
});

test('security policies are errors; one that asks for what happens anyway is not reported', () => {
  const peer = (mode: string): string =>
    `apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: { name: default }\nspec:\n  mtls: { mode: ${mode} }\n`;
  assert.deepEqual(told(peer('STRICT')), ['1: security PeerAuthentication default/default']);
  assert.deepEqual(told(peer('PERMISSIVE')), ['1: PeerAuthentication default/default']);
  assert.deepEqual(told(peer('DISABLE')), []);
  assert.deepEqual(
    told('apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: { name: nothing }\nspec: {}\n'),
    ['1: security AuthorizationPolicy default/nothing'],
  );
});

test('the mesh configuration is read out of its ConfigMap', () => {
  assert.deepEqual(
    told(`apiVersion: v1
kind: ConfigMap
metadata: { name: istio, namespace: istio-system }
data:
  mesh: |
    accessLogFile: /dev/stdout
    enableTracing: true
    connectTimeout: 5s
`),
    ['7: data.mesh.enableTracing'],
  );
});

test('data has nothing to enforce', () => {
  assert.deepEqual(told('apiVersion: v1\nkind: Namespace\nmetadata: { name: shop }\n'), []);
});

test('a tree covers what stands below a line, in lists and maps alike', () => {
  const tree = pathTree(['a[].b', 'c.*.d']);
  assert.deepEqual(uncovered({ a: [{ b: { x: 1 } }, { b: 2, z: 3 }], c: { k: { d: 1, e: 2 } } }, tree, ''), [
    { at: 'a[1].z', value: 3 },
    { at: 'c.k.e', value: 2 },
  ]);
  assert.deepEqual(uncovered({ q: null, r: {}, s: [] }, tree, ''), []);
});

test('a line names every place it stands for', () => {
  assert.deepEqual(placesOf({ a: [{ b: 1 }, { c: 2 }, { b: 3 }] }, 'a[].b'), [
    { at: 'a[0].b', value: 1 },
    { at: 'a[2].b', value: 3 },
  ]);
});
