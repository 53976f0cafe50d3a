import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { jwtClaimRoutes } from './jwt-claim-routes.ts';

const POD = object('Pod', 'edge/p', 'spec: {}', { labels: { app: 'gw' } });
const GATEWAY = object('Gateway', 'edge/g', 'spec: { selector: { app: gw }, servers: [] }');
const service = (header: string): string =>
  object(
    'VirtualService',
    'shop/a',
    `spec: { hosts: [a.b], gateways: [edge/g], http: [{ match: [{ headers: { '${header}': { exact: x } } }] }] }`,
  );
const rules = (name: string): string => object('RequestAuthentication', name);
const UNVERIFIED = ['IST0149 VirtualService shop/a spec.http[0].match[0].headers'];

describe('routing by claims', () => {
  for (const [title, text, expected] of [
    ['nobody verifies', service('@request.auth.claims.group'), UNVERIFIED],
    ['nobody verifies, in brackets', service('@request.auth.claims[group]'), UNVERIFIED],
    ['the namespace of the pod verifies', service('@request.auth.claims.group') + rules('edge/r'), []],
    ['another namespace verifies', service('@request.auth.claims.group') + rules('shop/r'), UNVERIFIED],
    ['the root namespace verifies', service('@request.auth.claims.group') + rules('istio-system/r'), []],
    ['a header is no claim', service('group'), []],
  ] as const) {
    test(title, () => assert.deepEqual(found(jwtClaimRoutes, POD + GATEWAY + text), expected));
  }
});
