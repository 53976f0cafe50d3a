import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { imageAuto } from './image-auto.ts';

const AUTO = '{ containers: [{ name: istio-proxy, image: auto }] }';
const DEPLOYMENT = object(
  'Deployment',
  'shop/a',
  `spec: { template: { metadata: { labels: { app: a } }, spec: ${AUTO} } }`,
);
const webhook = (selector: string): string =>
  object(
    'MutatingWebhookConfiguration',
    'w',
    `webhooks: [{ name: sidecar-injector.istio.io, objectSelector: ${selector} }]`,
  );

describe('the image auto', () => {
  test('in a pod was never replaced', () => {
    assert.deepEqual(found(imageAuto, object('Pod', 'shop/a', `spec: ${AUTO}`)), [
      'IST0147 Pod shop/a spec.containers',
    ]);
  });
  test('in a deployment is replaced by an injector that takes its pods', () => {
    const lost = ['IST0146 Deployment shop/a spec.template.spec.containers'];
    assert.deepEqual(found(imageAuto, DEPLOYMENT), lost);
    assert.deepEqual(found(imageAuto, DEPLOYMENT + webhook('{ matchLabels: { app: b } }')), lost);
    assert.deepEqual(
      found(imageAuto, DEPLOYMENT + webhook('{ matchExpressions: [{ key: app, operator: In, values: [a] }] }')),
      [],
    );
  });
});
