import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '@weft/config';
import { decodeNode } from './node.ts';
import { type MutualTlsModes, PeerAuthentications } from './peer-authentication.ts';

function policy(namespace: string, name: string, spec: string): string {
  return `
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: { name: ${name}, namespace: ${namespace}, creationTimestamp: "2024-01-0${name.length}T00:00:00Z" }
spec: ${spec}
---`;
}

function modes(text: string): MutualTlsModes {
  const { resources, issues } = loadText(text, 'policies.yaml');
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  const node = decodeNode({
    id: 'sidecar~10.0.0.1~orders-1.shop~shop.svc.cluster.local',
    metadata: { LABELS: { app: 'orders' } },
  });
  if (!node.ok) assert.fail('the node is valid');
  return new PeerAuthentications(resources, 'istio-system').modesOf(node.value);
}

const ORDERS = 'selector: { matchLabels: { app: orders } }';

test('without a policy peers may come either way', () => {
  assert.equal(modes('').mode, 'permissive');
});

test('a namespace overrides the mesh, and UNSET inherits', () => {
  const mesh = policy('istio-system', 'm', '{ mtls: { mode: STRICT } }');
  assert.equal(modes(mesh).mode, 'strict');
  assert.equal(modes(mesh + policy('shop', 'n', '{ mtls: { mode: DISABLE } }')).mode, 'disable');
  assert.equal(modes(mesh + policy('shop', 'n', '{ mtls: { mode: UNSET } }')).mode, 'strict');
  assert.equal(modes(mesh + policy('other', 'n', '{ mtls: { mode: DISABLE } }')).mode, 'strict');
});

test("a workload's policy overrides its namespace's, port by port", () => {
  const namespace = policy('shop', 'n', '{ mtls: { mode: STRICT } }');
  const workload = policy('shop', 'w', `{ ${ORDERS}, portLevelMtls: { 80: { mode: DISABLE }, 81: { mode: UNSET } } }`);
  const found = modes(namespace + workload);
  assert.equal(found.mode, 'strict');
  assert.deepEqual(
    [...found.ports],
    [
      [80, 'disable'],
      [81, 'strict'],
    ],
  );
});

test('of two policies of one level the older one counts', () => {
  const younger = policy('shop', 'aa', '{ mtls: { mode: DISABLE } }');
  assert.equal(modes(younger + policy('shop', 'z', '{ mtls: { mode: STRICT } }')).mode, 'strict');
});
