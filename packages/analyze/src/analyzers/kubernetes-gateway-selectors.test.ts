import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { kubernetesGatewaySelectors } from './kubernetes-gateway-selectors.ts';

const POD = object('Pod', 'shop/gw', 'spec: {}', {
  labels: { app: 'gw', 'gateway.networking.k8s.io/gateway-name': 'gw' },
});
const policy = (name: string, spec: string): string => object('AuthorizationPolicy', name, `spec: ${spec}`);

describe('selectors and Kubernetes Gateways', () => {
  for (const [title, text, expected] of [
    [
      'a selector',
      policy('shop/p', '{ selector: { matchLabels: { app: gw } } }'),
      ['IST0166 AuthorizationPolicy shop/p spec.selector'],
    ],
    ['of another namespace', policy('away/p', '{ selector: { matchLabels: { app: gw } } }'), []],
    ['of other pods', policy('shop/p', '{ selector: { matchLabels: { app: web } } }'), []],
    [
      'a reference',
      policy('shop/p', '{ targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: gw }] }'),
      [],
    ],
  ] as const) {
    test(title, () => assert.deepEqual(found(kubernetesGatewaySelectors, POD + text), expected));
  }
});
