import { matchedValue, matchesHeaderValue } from '../match/header-match.ts';
import type { RequestHead } from '../plan/request-head.ts';
import type { RetryCondition, RetryPolicy } from './policy.ts';

/** How a try ended. */
export type Outcome =
  | {
      readonly kind: 'response';
      readonly status: number;
      /** Flat, lower-case names. */
      readonly headers: readonly string[];
      /** `grpc-status`, of a trailers-only response or of trailers; undefined when there is none. */
      readonly grpcStatus: number | undefined;
    }
  /** No connection could be made. */
  | { readonly kind: 'connect-failure' }
  /** The upstream closed or reset the stream before the response was complete. */
  | {
      readonly kind: 'reset';
      /** RST_STREAM with REFUSED_STREAM. */
      readonly refused: boolean;
      /** Whether anything of the request had been sent. */
      readonly requestSent: boolean;
    }
  /** `per_try_timeout` ran out. */
  | { readonly kind: 'per-try-timeout' };

/** Whether any try of this request may be retried: it matches one of `retriable_request_headers`, if there are any. */
export function retriesAllowed(policy: RetryPolicy, head: RequestHead): boolean {
  const wanted = policy.requestHeaders;
  return wanted.length === 0 || wanted.some((match) => matchesHeaderValue(match, matchedValue(head, match.name)));
}

/**
 * The condition of `policy` that asks to retry after `outcome`, or undefined to let it stand. `attempt` counts the tries made, from 1.
 * Conditions as in Envoy's "x-envoy-retry-on" and "x-envoy-retry-grpc-on". Budgets and replayability are the caller's.
 */
export function shouldRetry(policy: RetryPolicy, outcome: Outcome, attempt: number): RetryCondition | undefined {
  if (attempt > policy.retries) return undefined;
  return outcome.kind === 'response' ? byResponse(policy, outcome) : byFailure(policy, outcome);
}

function byFailure(policy: RetryPolicy, outcome: Exclude<Outcome, { kind: 'response' }>): RetryCondition | undefined {
  const { on } = policy;
  if (outcome.kind === 'connect-failure') {
    // 5xx covers connect failures and refused streams, gateway-error and reset cover the loss of a connection.
    return first(on, ['connect-failure', '5xx', 'gateway-error', 'reset', 'reset-before-request']);
  }
  if (outcome.kind === 'per-try-timeout') return first(on, ['5xx', 'gateway-error', 'reset']);
  if (outcome.refused && on.has('refused-stream')) return 'refused-stream';
  if (!outcome.requestSent && on.has('reset-before-request')) return 'reset-before-request';
  return first(on, ['5xx', 'gateway-error', 'reset']);
}

function first(on: ReadonlySet<RetryCondition>, candidates: readonly RetryCondition[]): RetryCondition | undefined {
  return candidates.find((candidate) => on.has(candidate));
}

/** gRPC status codes by the condition that names them (grpc/status, "Status codes and their use in gRPC"). */
const GRPC_CONDITIONS: Readonly<Record<number, RetryCondition>> = {
  1: 'cancelled',
  4: 'deadline-exceeded',
  8: 'resource-exhausted',
  13: 'internal',
  14: 'unavailable',
};

function byResponse(policy: RetryPolicy, outcome: Extract<Outcome, { kind: 'response' }>): RetryCondition | undefined {
  const { on } = policy;
  const { status, headers, grpcStatus } = outcome;
  const limited = hasHeader(headers, 'x-envoy-ratelimited');
  if (limited) return on.has('envoy-ratelimited') ? 'envoy-ratelimited' : undefined;
  if (status >= 500 && status < 600 && on.has('5xx')) return '5xx';
  if (status >= 502 && status <= 504 && on.has('gateway-error')) return 'gateway-error';
  if (status === 409 && on.has('retriable-4xx')) return 'retriable-4xx';
  if (on.has('retriable-status-codes') && policy.statusCodes.has(status)) return 'retriable-status-codes';
  if (on.has('retriable-headers') && policy.responseHeaders.some((match) => matchesResponse(match, headers, status))) {
    return 'retriable-headers';
  }
  const grpc = grpcStatus === undefined ? undefined : GRPC_CONDITIONS[grpcStatus];
  return grpc !== undefined && on.has(grpc) ? grpc : undefined;
}

function matchesResponse(
  match: RetryPolicy['responseHeaders'][number],
  headers: readonly string[],
  status: number,
): boolean {
  if (match.name === ':status') return matchesHeaderValue(match, String(status));
  const at = headers.findIndex((name, i) => i % 2 === 0 && name === match.name);
  return matchesHeaderValue(match, at < 0 ? undefined : headers[at + 1]);
}

function hasHeader(headers: readonly string[], name: string): boolean {
  for (let i = 0; i < headers.length; i += 2) if (headers[i] === name) return true;
  return false;
}
