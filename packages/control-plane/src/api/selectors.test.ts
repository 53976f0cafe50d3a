import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorOf } from './selectors.ts';
import { ApiError } from './status.ts';

const OBJECT = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'orders', namespace: 'shop', labels: { app: 'orders', 'istio.io/rev': 'x' } },
};

const MATCHES: Readonly<Record<string, boolean>> = {
  '': true,
  'labelSelector=app%3Dorders': true,
  'labelSelector=app%3D%3Dorders': true,
  'labelSelector=app%3Dother': false,
  'labelSelector=app!%3Dother': true,
  'labelSelector=none!%3Dx': true,
  'labelSelector=app,istio.io/rev': true,
  'labelSelector=!app': false,
  'labelSelector=!none,app%3Dorders': true,
  'fieldSelector=metadata.name%3Dorders': true,
  'fieldSelector=metadata.namespace!%3Dshop': false,
};

for (const [query, expected] of Object.entries(MATCHES)) {
  test(`'${decodeURIComponent(query)}' is ${expected}`, () => {
    assert.equal(selectorOf(new URLSearchParams(query))(OBJECT), expected);
  });
}

for (const query of [
  'labelSelector=app in (a)',
  'labelSelector=!app=x',
  'fieldSelector=spec.x=1',
  'fieldSelector=metadata.name',
]) {
  test(`'${query}' is refused`, () => {
    assert.throws(() => selectorOf(new URLSearchParams(query)), ApiError);
  });
}
