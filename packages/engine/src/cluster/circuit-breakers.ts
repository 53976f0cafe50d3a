/** Limits of one routing priority. Infinity is no limit. */
export interface Thresholds {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
  /** Replaces `maxRetries`: retries may be this percentage of active and pending requests. */
  readonly retryBudget: { readonly percent: number; readonly minConcurrency: number } | undefined;
  /** Of each endpoint (`per_host_thresholds.max_connections`). */
  readonly perHostMaxConnections: number;
  /** Whether what is left is published as statistics (`remaining_*`). */
  readonly trackRemaining: boolean;
}

export interface CircuitBreakers {
  readonly default: Thresholds;
  readonly high: Thresholds;
}
