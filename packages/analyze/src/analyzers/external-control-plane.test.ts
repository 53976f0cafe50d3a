import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { externalControlPlane } from './external-control-plane.ts';

const injector = (client: string): string[] =>
  found(
    externalControlPlane,
    object(
      'MutatingWebhookConfiguration',
      'istio-sidecar-injector',
      `webhooks: [{ name: h, clientConfig: ${client} }]`,
    ),
  );
const AT = 'MutatingWebhookConfiguration istio-sidecar-injector webhooks[0].clientConfig';

describe('an external control plane', () => {
  test('by name', () => assert.deepEqual(injector('{ url: https://istiod.example.com:15017/inject }'), []));
  test('by address', () => assert.deepEqual(injector("{ url: 'https://[::1]:15017/inject' }"), [`IST0164 ${AT}`]));
  test('at something that is no URL', () => assert.deepEqual(injector('{ url: istiod:15017 }'), [`IST0163 ${AT}`]));
  test('nowhere', () => assert.deepEqual(injector('{}'), [`IST0163 ${AT}`]));
  test('in the cluster', () => assert.deepEqual(injector('{ service: { name: istiod } }'), []));
  test("webhooks of others are nobody's business", () => {
    assert.deepEqual(
      found(externalControlPlane, object('ValidatingWebhookConfiguration', 'x', 'webhooks: [{ name: h }]')),
      [],
    );
  });
});
