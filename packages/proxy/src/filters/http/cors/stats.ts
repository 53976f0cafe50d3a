import { StatScope, type StatsRegistry } from '../../../telemetry/registry.ts';
import type { Counter } from '../../../telemetry/stat.ts';

/** `http.<stat_prefix>.cors.*` (docs: configuration/http/http_filters/cors_filter, "Statistics"). */
export class CorsStats extends StatScope {
  readonly originValid: Counter = this.counter('origin_valid');
  readonly originInvalid: Counter = this.counter('origin_invalid');

  constructor(statPrefix: string) {
    super(`http.${statPrefix}.cors.`, 'envoy_http_cors_', [['http_conn_manager_prefix', statPrefix]]);
  }
}

export function corsStats(registry: StatsRegistry, statPrefix: string): CorsStats {
  return registry.scope(`http.${statPrefix}.cors.`, () => new CorsStats(statPrefix));
}
