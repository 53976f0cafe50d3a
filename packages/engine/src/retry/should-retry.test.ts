import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, type JsonValue } from '@bufbuild/protobuf';
import { seededRandom } from '@weft/base';
import { RetryPolicySchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { Issues } from '../decode/issues.ts';
import { backOffMs, rateLimitedBackOffMs } from './back-off.ts';
import { compileRetryPolicy } from './compile-policy.ts';
import type { RetryPolicy } from './policy.ts';
import { type Outcome, retriesAllowed, shouldRetry } from './should-retry.ts';

function compile(json: JsonValue): { readonly policy: RetryPolicy; readonly issues: readonly string[] } {
  const issues = new Issues('');
  const policy = compileRetryPolicy(fromJson(RetryPolicySchema, json), 'retry_policy', issues);
  return { policy, issues: issues.list.map((issue) => `${issue.at}: ${issue.message}`) };
}

function status(code: number, headers: readonly string[] = [], grpcStatus?: number): Outcome {
  return { kind: 'response', status: code, headers, grpcStatus };
}

const refused: Outcome = { kind: 'reset', refused: true, requestSent: true };
const reset: Outcome = { kind: 'reset', refused: false, requestSent: true };
const early: Outcome = { kind: 'reset', refused: false, requestSent: false };
const connect: Outcome = { kind: 'connect-failure' };
const timeout: Outcome = { kind: 'per-try-timeout' };

// Envoy, router filter, "x-envoy-retry-on" and "x-envoy-retry-grpc-on".
const ROWS: readonly (readonly [on: string, outcome: Outcome, retried: boolean])[] = [
  ['5xx', status(500), true],
  ['5xx', status(404), false],
  ['5xx', connect, true],
  ['5xx', reset, true],
  ['5xx', timeout, true],
  ['gateway-error', status(502), true],
  ['gateway-error', status(500), false],
  ['gateway-error', status(504), true],
  ['reset', reset, true],
  ['reset', status(503), false],
  ['reset-before-request', early, true],
  ['reset-before-request', reset, false],
  ['connect-failure', connect, true],
  ['connect-failure', reset, false],
  ['refused-stream', refused, true],
  ['refused-stream', reset, false],
  ['retriable-4xx', status(409), true],
  ['retriable-4xx', status(404), false],
  ['retriable-status-codes', status(418), true],
  ['retriable-status-codes', status(419), false],
  ['retriable-headers', status(200, ['x-retry', '1']), true],
  ['retriable-headers', status(200), false],
  ['envoy-ratelimited', status(429, ['x-envoy-ratelimited', 'true']), true],
  ['5xx', status(503, ['x-envoy-ratelimited', 'true']), false],
  ['cancelled', status(200, [], 1), true],
  ['deadline-exceeded', status(200, [], 4), true],
  ['resource-exhausted', status(200, [], 8), true],
  ['internal', status(200, [], 13), true],
  ['unavailable', status(200, [], 14), true],
  ['unavailable', status(200, [], 0), false],
];

test('retry conditions', () => {
  for (const [retryOn, outcome, retried] of ROWS) {
    const retriableHeaders = [{ name: 'X-Retry', presentMatch: true }];
    const { policy } = compile({ retryOn, retriableStatusCodes: [418], retriableHeaders });
    assert.equal(
      shouldRetry(policy, outcome, 1),
      retried ? retryOn : undefined,
      `${retryOn} ${JSON.stringify(outcome)}`,
    );
  }
});

test("Istio's default policy makes two retries and no more", () => {
  const { policy, issues } = compile({
    retryOn: 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes',
    numRetries: 2,
    retriableStatusCodes: [503],
    retryHostPredicate: [
      {
        name: 'envoy.retry_host_predicates.previous_hosts',
      },
    ],
    hostSelectionRetryMaxAttempts: '5',
  });
  assert.deepEqual(issues, []);
  assert.deepEqual(
    [1, 2, 3].map((attempt) => shouldRetry(policy, status(503), attempt)),
    ['retriable-status-codes', 'retriable-status-codes', undefined],
  );
  assert.deepEqual(
    [policy.avoidPreviousHosts, policy.hostSelectionAttempts, policy.perTryTimeoutMs],
    [true, 5, undefined],
  );
});

test('what is no condition or predicate is named', () => {
  const { issues } = compile({
    retryOn: '5xx,conect-failure',
    retryHostPredicate: [{ name: 'envoy.retry_host_predicates.omit_canary_hosts' }],
  });
  assert.deepEqual(issues, [
    'retry_policy.retry_on: `conect-failure` is no retry condition',
    'retry_policy.retry_host_predicate[0]: retry host predicate `envoy.retry_host_predicates.omit_canary_hosts` is not supported',
  ]);
});

test('retriable_request_headers limit which requests are retried at all', () => {
  const { policy } = compile({ retryOn: '5xx', retriableRequestHeaders: [{ name: ':method', exactMatch: 'GET' }] });
  const head = { method: 'POST', path: '/', authority: 'a', scheme: 'http', headers: [] };
  assert.equal(retriesAllowed(policy, head), false);
  assert.equal(retriesAllowed(policy, { ...head, method: 'GET' }), true);
});

test('back-off is below base × (2^n − 1), at most ten times the base unless told', () => {
  const { policy } = compile({ retryOn: '5xx' });
  const largest = (retry: number): number => {
    const random = seededRandom(9);
    return Math.max(...Array.from({ length: 2000 }, () => backOffMs(policy, retry, random)));
  };
  assert.deepEqual([1, 2, 3, 4, 9, 40].map(largest), [24, 74, 174, 249, 249, 249]);
});

test('a reset header says how long to wait, in seconds or as a time', () => {
  const { policy } = compile({
    retryOn: '5xx',
    rateLimitedRetryBackOff: {
      resetHeaders: [{ name: 'Retry-After' }, { name: 'X-Reset', format: 'UNIX_TIMESTAMP' }],
      maxInterval: '300s',
    },
  });
  const random = { below: () => 0 };
  const now = 1_700_000_000_000;
  assert.equal(rateLimitedBackOffMs(policy, ['retry-after', '7'], now, random), 7000);
  assert.equal(rateLimitedBackOffMs(policy, ['x-reset', '1700000002'], now, random), 2000);
  assert.equal(
    rateLimitedBackOffMs(policy, ['retry-after', '301', 'x-reset', '1700000002'], now, random),
    2000,
    'beyond the maximum is not used',
  );
  assert.equal(rateLimitedBackOffMs(policy, ['retry-after', 'Wed, 21 Oct 2026'], now, random), undefined);
});
