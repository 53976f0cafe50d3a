import type { ConnectionPoolSettings, RetryBudget } from '@weft/config';
import type { CircuitBreakersSchema } from '@weft/xds/gen/envoy/config/cluster/v3/circuit_breaker_pb';
import { optionalDuration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';

const UNLIMITED = 2 ** 32 - 1;

type CircuitBreakers = Init<typeof CircuitBreakersSchema>;

/** Every limit is off unless said (Envoy's own are 1024, 1024, 1024 and 3); 0 counts as unsaid (SEMANTICS row 50). */
export function circuitBreakers(
  pool: ConnectionPoolSettings | undefined,
  budget: RetryBudget | undefined,
): CircuitBreakers {
  const { http, tcp } = pool ?? {};
  return {
    thresholds: [
      {
        maxConnections: tcp?.maxConnections || UNLIMITED,
        maxPendingRequests: http?.http1MaxPendingRequests || UNLIMITED,
        maxRequests: http?.http2MaxRequests || UNLIMITED,
        maxRetries: http?.maxRetries || UNLIMITED,
        trackRemaining: true,
        ...(budget && { retryBudget: retryBudget(budget) }),
      },
    ],
  };
}

type Budget = NonNullable<NonNullable<CircuitBreakers['thresholds']>[number]['retryBudget']>;

function retryBudget(budget: RetryBudget): Budget {
  const interval = optionalDuration(budget.budgetIntervalMs);
  return {
    budgetPercent: { value: budget.percent ?? 20 },
    minRetryConcurrency: budget.minRetryConcurrency || 3,
    ...(interval && { budgetInterval: interval }),
  };
}
