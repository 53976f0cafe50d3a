import assert from 'node:assert/strict';
import { test } from 'node:test';
import { retryPolicyOf } from './header-policy.ts';

test('a request without the headers has the policy of its route, or none', () => {
  assert.equal(retryPolicyOf(undefined, ['accept', '*/*', 'x-envoy-max-retries', '5']), undefined);
});

test('conditions, codes and headers are added, the number of retries is replaced', () => {
  const route = retryPolicyOf(undefined, ['x-envoy-retry-on', '5xx, retriable-status-codes,nonsense']);
  assert.ok(route !== undefined);
  assert.deepEqual([...route.on], ['5xx', 'retriable-status-codes']);
  assert.equal(route.retries, 1);
  const both = retryPolicyOf(route, [
    'x-envoy-retry-grpc-on',
    'unavailable',
    'x-envoy-max-retries',
    '7',
    'x-envoy-retriable-status-codes',
    '409,99,x',
    'x-envoy-retriable-header-names',
    'X-Try-Again',
  ]);
  assert.ok(both !== undefined);
  assert.deepEqual([...both.on], ['5xx', 'retriable-status-codes', 'unavailable']);
  assert.equal(both.retries, 7);
  assert.deepEqual([...both.statusCodes], [409]);
  assert.deepEqual(
    both.responseHeaders.map(({ name }) => name),
    ['x-try-again'],
  );
  assert.equal(retryPolicyOf(route, ['x-envoy-max-retries', '-1'])?.retries, 1);
});
