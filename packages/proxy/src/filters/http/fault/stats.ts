import { StatScope, type StatsRegistry } from '../../../telemetry/registry.ts';
import type { Counter, Gauge } from '../../../telemetry/stat.ts';

/** `http.<stat_prefix>.fault.*` (Envoy, "Fault injection: statistics"). */
class FaultStats extends StatScope {
  readonly delaysInjected: Counter = this.counter('delays_injected');
  readonly abortsInjected: Counter = this.counter('aborts_injected');
  readonly faultsOverflow: Counter = this.counter('faults_overflow');
  readonly activeFaults: Gauge = this.gauge('active_faults');
}

export function faultStats(registry: StatsRegistry, statPrefix: string): FaultStats {
  const scope = `http.${statPrefix}.fault.`;
  const labels = [['http_conn_manager_prefix', statPrefix]] as const;
  return registry.scope(scope, () => new FaultStats(scope, 'envoy_http_fault_', labels));
}
