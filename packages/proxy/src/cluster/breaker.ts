import type { Thresholds } from '@weft/engine';

/** What one routing priority of a cluster has in use, and its limits (Envoy, "Circuit breaking"). Whoever uses adds and subtracts. */
export class Breaker {
  readonly priority: 'default' | 'high';
  thresholds: Thresholds;
  /** Open connections, requests waiting for one, requests in flight, retries in flight. */
  connections = 0;
  pending = 0;
  requests = 0;
  retries = 0;

  constructor(priority: 'default' | 'high', thresholds: Thresholds) {
    this.priority = priority;
    this.thresholds = thresholds;
  }

  /** How many retries may be in flight. */
  get maxRetries(): number {
    return retryLimit(this);
  }
}

/** A fixed number, or a share of what is in flight (`retry_budget`). */
export function retryLimit({
  thresholds,
  requests,
  pending,
}: Pick<Breaker, 'thresholds' | 'requests' | 'pending'>): number {
  const { maxRetries, retryBudget } = thresholds;
  if (retryBudget === undefined) return maxRetries;
  return Math.max(retryBudget.minConcurrency, Math.floor(((requests + pending) * retryBudget.percent) / 100));
}
