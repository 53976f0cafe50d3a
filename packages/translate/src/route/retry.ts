import { create } from '@bufbuild/protobuf';
import type { HttpRetry } from '@weft/config';
import type { Node } from '@weft/mesh';
import {
  type RetryPolicy,
  type RetryPolicy_RetryHostPredicate,
  RetryPolicy_RetryHostPredicateSchema,
  type RetryPolicy_RetryPrioritySchema,
  RetryPolicySchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { PreviousHostsPredicateSchema } from '@weft/xds/gen/envoy/extensions/retry/host/previous_hosts/v3/previous_hosts_pb';
import { PreviousPrioritiesConfigSchema } from '@weft/xds/gen/envoy/extensions/retry/priority/previous_priorities/v3/previous_priorities_config_pb';
import { any } from '../wire/any.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';

const DEFAULT_RETRY_ON = 'connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes';
const DEFAULT_INBOUND_RETRY_ON = 'reset-before-request';
const DEFAULT_ATTEMPTS = 2;
const HOST_SELECTION_ATTEMPTS = 5n;

/**
 * Retries of an outbound route (core/route/retry/retry.go). Nothing said means Istio's default; a policy with no `attempts`, or 0,
 * turns retries off. With consistent hashing a retry may go to the same host, so previous hosts are not avoided.
 */
export function retryPolicy(
  said: HttpRetry | undefined,
  consistentHash: boolean,
  node: Pick<Node, 'dataPlane'>,
): RetryPolicy | undefined {
  if (said !== undefined && (said.attempts ?? 0) <= 0) return undefined;
  const avoidPrevious = said?.retryIgnorePreviousHosts ?? !consistentHash;
  const { conditions, codes } = retryOn(said?.retryOn, DEFAULT_RETRY_ON);
  return create(RetryPolicySchema, {
    numRetries: said?.attempts ?? DEFAULT_ATTEMPTS,
    retryOn: conditions,
    retriableStatusCodes: codes,
    hostSelectionRetryMaxAttempts: HOST_SELECTION_ATTEMPTS,
    retryHostPredicate: avoidPrevious ? [previousHosts()] : [],
    ...(said?.retryRemoteLocalities === true && node.dataPlane === 'envoy' && { retryPriority: previousPriorities() }),
    ...(said?.perTryTimeoutMs !== undefined && { perTryTimeout: duration(said.perTryTimeoutMs) }),
    ...(said?.backoffMs !== undefined && { retryBackOff: { baseInterval: duration(said.backoffMs) } }),
  });
}

/** Retries of an inbound route: a reset before the application saw the request; never for gRPC (retry.go, ConvertInboundPolicy). */
export function inboundRetryPolicy(): RetryPolicy {
  return create(RetryPolicySchema, { numRetries: DEFAULT_ATTEMPTS, retryOn: DEFAULT_INBOUND_RETRY_ON });
}

function previousHosts(): RetryPolicy_RetryHostPredicate {
  return create(RetryPolicy_RetryHostPredicateSchema, {
    name: 'envoy.retry_host_predicates.previous_hosts',
    configType: { case: 'typedConfig', value: any(PreviousHostsPredicateSchema, {}) },
  });
}

/** After two tries of a priority the next one is asked (retry.go, buildPreviousPrioritiesConfig). Our proxy has no such plugin. */
function previousPriorities(): Init<typeof RetryPolicy_RetryPrioritySchema> {
  return {
    name: 'envoy.retry_priorities.previous_priorities',
    configType: { case: 'typedConfig', value: any(PreviousPrioritiesConfigSchema, { updateFrequency: 2 }) },
  };
}

/** Numbers in `retryOn` are status codes, which need the condition that looks at them. */
function retryOn(said: string | undefined, fallback: string): { conditions: string; codes: number[] } {
  if (said === undefined || said === '') return { conditions: fallback, codes: [] };
  const codes: number[] = [];
  const conditions: string[] = [];
  for (const part of said.split(',').map((each) => each.trim())) {
    if (/^[1-5]\d\d$/.test(part)) codes.push(Number(part));
    else if (part !== '') conditions.push(part);
  }
  if (codes.length > 0 && !conditions.includes('retriable-status-codes')) conditions.push('retriable-status-codes');
  return { conditions: conditions.join(','), codes };
}
