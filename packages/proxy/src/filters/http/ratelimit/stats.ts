import { StatScope, type StatsRegistry } from '../../../telemetry/registry.ts';
import type { Counter } from '../../../telemetry/stat.ts';

/** `cluster.<route target cluster>.ratelimit.<stat_prefix>.*` (Envoy, "Rate limit: statistics"). */
class RateLimitStats extends StatScope {
  readonly ok: Counter = this.counter('ok');
  readonly error: Counter = this.counter('error');
  readonly overLimit: Counter = this.counter('over_limit');
  readonly failureModeAllowed: Counter = this.counter('failure_mode_allowed');
}

export function rateLimitStats(registry: StatsRegistry, cluster: string, statPrefix: string): RateLimitStats {
  const scope = `cluster.${cluster}.ratelimit.${statPrefix === '' ? '' : `${statPrefix}.`}`;
  return registry.scope(
    scope,
    () => new RateLimitStats(scope, 'envoy_cluster_ratelimit_', [['cluster_name', cluster]]),
  );
}
