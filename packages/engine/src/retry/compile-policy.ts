import { suggest } from '@weft/base';
import type { RetryPolicy as RetryPolicyMessage } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { RetryPolicy_ResetHeaderFormat } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { durationMs, durationOr } from '../decode/scalars.ts';
import { compileHeaderMatch } from '../match/header-match.ts';
import { type RateLimitedBackOff, RETRY_CONDITIONS, type RetryCondition, type RetryPolicy } from './policy.ts';

const PREVIOUS_HOSTS = 'type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate';

// Envoy's defaults (route_components.proto, RetryPolicy).
const DEFAULT_RETRIES = 1;
const DEFAULT_BASE_INTERVAL_MS = 25;
const MAX_INTERVAL_FACTOR = 10;
const DEFAULT_RATE_LIMITED_MAX_MS = 300_000;

export function compileRetryPolicy(message: RetryPolicyMessage, at: string, issues: Issues): RetryPolicy {
  const base = durationOr(
    message.retryBackOff?.baseInterval,
    DEFAULT_BASE_INTERVAL_MS,
    `${at}.retry_back_off.base_interval`,
    issues,
  );
  const max = durationOr(
    message.retryBackOff?.maxInterval,
    base * MAX_INTERVAL_FACTOR,
    `${at}.retry_back_off.max_interval`,
    issues,
  );
  if (base <= 0) issues.error(`${at}.retry_back_off.base_interval`, 'invalid-value', 'is zero', 'more than zero');
  if (max < base) issues.error(`${at}.retry_back_off.max_interval`, 'invalid-value', 'is below base_interval');
  return {
    on: conditions(message.retryOn, `${at}.retry_on`, issues),
    retries: message.numRetries ?? DEFAULT_RETRIES,
    perTryTimeoutMs: durationOr(message.perTryTimeout, undefined, `${at}.per_try_timeout`, issues),
    perTryIdleTimeoutMs: durationOr(message.perTryIdleTimeout, undefined, `${at}.per_try_idle_timeout`, issues),
    statusCodes: new Set(message.retriableStatusCodes),
    responseHeaders: message.retriableHeaders.map((m, i) =>
      compileHeaderMatch(m, `${at}.retriable_headers[${i}]`, issues),
    ),
    requestHeaders: message.retriableRequestHeaders.map((m, i) =>
      compileHeaderMatch(m, `${at}.retriable_request_headers[${i}]`, issues),
    ),
    // Sub-millisecond intervals are raised to one (RetryBackOff.base_interval).
    baseIntervalMs: Math.max(1, base),
    maxIntervalMs: Math.max(1, max),
    rateLimited: rateLimited(message, `${at}.rate_limited_retry_back_off`, issues),
    avoidPreviousHosts: hostPredicates(message, `${at}.retry_host_predicate`, issues),
    hostSelectionAttempts: Math.max(1, Number(message.hostSelectionRetryMaxAttempts)),
  };
}

function conditions(text: string, at: string, issues: Issues): ReadonlySet<RetryCondition> {
  const on = new Set<RetryCondition>();
  for (const word of text.split(',')) {
    const name = word.trim();
    if (name === '') continue;
    const known = RETRY_CONDITIONS.find((condition) => condition === name);
    if (known !== undefined) on.add(known);
    else {
      const near = suggest(name, RETRY_CONDITIONS);
      issues.error(
        at,
        'unknown-value',
        `\`${name}\` is no retry condition`,
        near === undefined ? undefined : `perhaps \`${near}\``,
      );
    }
  }
  return on;
}

function hostPredicates(message: RetryPolicyMessage, at: string, issues: Issues): boolean {
  let previous = false;
  message.retryHostPredicate.forEach((predicate, i) => {
    const url = predicate.configType.case === 'typedConfig' ? predicate.configType.value.typeUrl : predicate.name;
    if (url === PREVIOUS_HOSTS || url === 'envoy.retry_host_predicates.previous_hosts') previous = true;
    else
      issues.error(
        `${at}[${i}]`,
        'unsupported-field',
        `retry host predicate \`${url}\` is not supported`,
        PREVIOUS_HOSTS,
      );
  });
  return previous;
}

function rateLimited(message: RetryPolicyMessage, at: string, issues: Issues): RateLimitedBackOff | undefined {
  const policy = message.rateLimitedRetryBackOff;
  if (policy === undefined) return undefined;
  if (policy.resetHeaders.length === 0)
    issues.error(`${at}.reset_headers`, 'missing-field', 'is empty', 'at least one header');
  return {
    headers: policy.resetHeaders.map((header) => ({
      name: header.name.toLowerCase(),
      format: header.format === RetryPolicy_ResetHeaderFormat.UNIX_TIMESTAMP ? 'unix-timestamp' : 'seconds',
    })),
    maxIntervalMs:
      policy.maxInterval === undefined
        ? DEFAULT_RATE_LIMITED_MAX_MS
        : durationMs(policy.maxInterval, `${at}.max_interval`, issues),
  };
}
