import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withGatewayApiStatus } from './gateway-api-status.ts';

test('parents and conditions of other controllers stay, ours are replaced, and what we do not say any more goes', () => {
  const object = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'orders', namespace: 'shop', generation: 3 },
    status: {
      addresses: [{ value: 'old' }],
      conditions: [{ type: 'Theirs' }, { type: 'Accepted', status: 'False' }],
      parents: [
        { controllerName: 'example.com/other' },
        { controllerName: 'istio.io/gateway-controller', stale: true },
      ],
    },
  };
  const accepted = { type: 'Accepted', status: 'True', reason: 'Accepted', message: 'valid' };
  const status = {
    conditions: [accepted],
    parents: [{ controllerName: 'istio.io/gateway-controller', conditions: [accepted] }],
  };
  const now = '2026-01-01T00:00:00Z';
  const timed = { ...accepted, observedGeneration: 3, lastTransitionTime: now };
  assert.deepEqual(withGatewayApiStatus(object, { status, conditions: [] }, now)['status'], {
    conditions: [{ type: 'Theirs' }, timed],
    parents: [
      { controllerName: 'example.com/other' },
      { controllerName: 'istio.io/gateway-controller', conditions: [timed] },
    ],
  });
});
