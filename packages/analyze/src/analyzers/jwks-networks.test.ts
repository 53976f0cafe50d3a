import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { jwksNetworks } from './jwks-networks.ts';

const RULES = object('RequestAuthentication', 'shop/jwt');
const istiod = (env: string): string =>
  object(
    'Deployment',
    'istio-system/istiod',
    `spec: { template: { spec: { containers: [{ name: discovery, env: ${env} }] } } }`,
    {
      labels: { app: 'istiod' },
    },
  );

describe('networks of JWKS', () => {
  test('istiod may fetch from anywhere', () => {
    const expected = ['IST0175 Deployment istio-system/istiod spec.template.spec.containers'];
    assert.deepEqual(found(jwksNetworks, RULES + istiod('[]')), expected);
  });
  test('some networks are closed to it', () => {
    const env = '[{ name: BLOCKED_CIDRS_IN_JWKS_URIS, value: 10.0.0.0/8 }]';
    assert.deepEqual(found(jwksNetworks, RULES + istiod(env)), []);
  });
  test('nobody makes it fetch', () => assert.deepEqual(found(jwksNetworks, istiod('[]')), []));
});
