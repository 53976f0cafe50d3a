import type { HeaderMatch } from '../match/header-match.ts';

/** Conditions of `retry_on` (Envoy, "x-envoy-retry-on" and "x-envoy-retry-grpc-on"). */
export const RETRY_CONDITIONS = [
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'envoy-ratelimited',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
] as const;
export type RetryCondition = (typeof RETRY_CONDITIONS)[number];

/** A `route.v3.RetryPolicy`. Times in milliseconds. */
export interface RetryPolicy {
  readonly on: ReadonlySet<RetryCondition>;
  /** Tries after the first. */
  readonly retries: number;
  /** Undefined: the route's timeout bounds a try. 0: no bound of its own. */
  readonly perTryTimeoutMs: number | undefined;
  readonly perTryIdleTimeoutMs: number | undefined;
  readonly statusCodes: ReadonlySet<number>;
  readonly responseHeaders: readonly HeaderMatch[];
  /** Retry only requests that match one of these; empty: every request. */
  readonly requestHeaders: readonly HeaderMatch[];
  readonly baseIntervalMs: number;
  readonly maxIntervalMs: number;
  /** Wait as long as the upstream's reset header says. */
  readonly rateLimited: RateLimitedBackOff | undefined;
  /** `previous_hosts`: avoid endpoints already tried. */
  readonly avoidPreviousHosts: boolean;
  /** How often endpoint selection is repeated to find one that the predicate accepts. */
  readonly hostSelectionAttempts: number;
}

export interface RateLimitedBackOff {
  readonly headers: readonly { readonly name: string; readonly format: 'seconds' | 'unix-timestamp' }[];
  readonly maxIntervalMs: number;
}
