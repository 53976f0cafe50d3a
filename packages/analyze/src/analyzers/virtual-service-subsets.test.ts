import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { virtualServiceSubsets } from './virtual-service-subsets.ts';

const RULE = object(
  'DestinationRule',
  'shop/web',
  'spec: { host: web.shop.svc.cluster.local, subsets: [{ name: v1 }] }',
);
const service = (subset: string): string =>
  object(
    'VirtualService',
    'shop/a',
    `spec: { hosts: [a], http: [{ route: [{ destination: { host: web, subset: ${subset} } }] }] }`,
  );

describe('subsets of destinations', () => {
  test('exist', () => assert.deepEqual(found(virtualServiceSubsets, RULE + service('v1')), []));
  test('do not', () => {
    const expected = ['IST0101 VirtualService shop/a spec.http[0].route[0].destination.host'];
    assert.deepEqual(found(virtualServiceSubsets, RULE + service('v2')), expected);
  });
});
