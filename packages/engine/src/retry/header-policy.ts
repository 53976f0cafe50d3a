/** Retries that a request asks for itself, by the `x-envoy-*` headers that Envoy's router reads (Envoy, router "HTTP headers (consumed)"). */
import type { HeaderMatch } from '../match/header-match.ts';
import { RETRY_CONDITIONS, type RetryCondition, type RetryPolicy } from './policy.ts';

/** The headers that are read here; whoever forwards the request removes them. */
export const RETRY_HEADERS: readonly string[] = [
  'x-envoy-retry-on',
  'x-envoy-retry-grpc-on',
  'x-envoy-max-retries',
  'x-envoy-retriable-status-codes',
  'x-envoy-retriable-header-names',
];

/** Envoy's defaults for a request whose route retries nothing. */
const NO_POLICY: RetryPolicy = {
  on: new Set(),
  retries: 1,
  perTryTimeoutMs: undefined,
  perTryIdleTimeoutMs: undefined,
  statusCodes: new Set(),
  responseHeaders: [],
  requestHeaders: [],
  baseIntervalMs: 25,
  maxIntervalMs: 250,
  rateLimited: undefined,
  avoidPreviousHosts: false,
  hostSelectionAttempts: 1,
};

function words(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((word) => word.trim());
}

function conditions(text: string | undefined): readonly RetryCondition[] {
  const asked = words(text);
  return RETRY_CONDITIONS.filter((condition) => asked.includes(condition));
}

function present(name: string): HeaderMatch {
  return {
    name: name.toLowerCase(),
    kind: 'present',
    string: undefined,
    start: 0,
    end: 0,
    present: true,
    invert: false,
    missingIsEmpty: false,
  };
}

/**
 * The policy for a request with these headers (flat, lower-case names), which must come from a trusted client: what it asks for is added to
 * what the route's `policy` has, and its own number of retries replaces the policy's. Words that name no condition are passed over, as in
 * Envoy.
 */
export function retryPolicyOf(policy: RetryPolicy | undefined, headers: readonly string[]): RetryPolicy | undefined {
  const asked: Record<string, string> = {};
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] ?? '';
    if (RETRY_HEADERS.includes(name)) asked[name] ??= headers[i + 1] ?? '';
  }
  const base = policy ?? NO_POLICY;
  const on = new Set([
    ...base.on,
    ...conditions(asked['x-envoy-retry-on']),
    ...conditions(asked['x-envoy-retry-grpc-on']),
  ]);
  if (on.size === 0) return policy;
  const retries = asked['x-envoy-max-retries'] ?? '';
  const codes = words(asked['x-envoy-retriable-status-codes']).filter((word) => /^[1-5]\d\d$/.test(word));
  const names = words(asked['x-envoy-retriable-header-names']).filter((word) => word !== '');
  return {
    ...base,
    on,
    retries: /^\d{1,4}$/.test(retries) ? Number(retries) : base.retries,
    statusCodes: new Set([...base.statusCodes, ...codes.map(Number)]),
    responseHeaders: [...base.responseHeaders, ...names.map(present)],
  };
}
