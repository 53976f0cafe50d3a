import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { alphaAnnotations } from './alpha-annotations.ts';

const ALPHA = { annotations: { 'sidecar.istio.io/interceptionMode': 'NONE', 'sidecar.istio.io/logLevel': 'debug' } };

describe('alpha annotations', () => {
  test('what an installation with the CNI plugin sets is left out', () => {
    assert.deepEqual(found(alphaAnnotations, object('Pod', 'shop/a', 'spec: {}', ALPHA)), [
      'IST0136 Pod shop/a metadata.annotations.sidecar.istio.io/logLevel',
    ]);
  });
  test('with an init container of Istio a person set it', () => {
    const pod = object('Pod', 'shop/a', 'spec: { initContainers: [{ name: istio-init }] }', ALPHA);
    assert.equal(found(alphaAnnotations, pod).length, 2);
  });
});
