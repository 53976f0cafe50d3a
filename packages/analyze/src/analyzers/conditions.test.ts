import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { found, object } from '../test-support/found.ts';
import { conditions } from './conditions.ts';

const condition = (type: string, status: string, reason = 'R'): string =>
  `{ type: ${type}, status: '${status}', reason: ${reason}, message: m }`;

describe('conditions', () => {
  test('of the object itself', () => {
    const service = object(
      'Service',
      'shop/a',
      `status: { conditions: [${condition('istio.io/WaypointBound', 'False')}] }`,
    );
    assert.deepEqual(found(conditions, service), ['IST0171 Service shop/a status.conditions[0]']);
  });
  test('of each parent of a route', () => {
    const parents = `status: { parents: [{ conditions: [${condition('Accepted', 'True')}, ${condition('ResolvedRefs', 'False')}] }] }`;
    assert.deepEqual(found(conditions, object('HTTPRoute', 'shop/a', parents)), [
      'IST0171 HTTPRoute shop/a status.parents[0].conditions[1]',
    ]);
  });
  test('a policy that holds in part', () => {
    const status = `status: { conditions: [${condition('WaypointAccepted', 'True', 'PartiallyInvalid')}] }`;
    assert.equal(found(conditions, object('AuthorizationPolicy', 'shop/a', status)).length, 1);
  });
  test('nobody knows', () => {
    assert.deepEqual(
      found(conditions, object('Service', 'shop/a', `status: { conditions: [${condition('Other', 'False')}] }`)),
      [],
    );
  });
});
