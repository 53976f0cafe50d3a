import type { HealthCheckConfig } from '@weft/engine';

/** What one check found. `refused`: the endpoint answered, and said no; that needs no second opinion (Envoy, "HTTP health checking"). */
export type CheckResult = 'passed' | 'failed' | 'refused';

/** What an endpoint's checks add up to. Before the first result an endpoint counts as unhealthy; one passed check is enough then. */
export class HealthState {
  readonly #config: HealthCheckConfig;
  healthy = false;
  /** Before the first result. */
  pending = true;
  #passed = 0;
  #failed = 0;
  #edge = false;

  constructor(config: HealthCheckConfig) {
    this.#config = config;
  }

  /** Returns whether the endpoint's health changed. */
  record(result: CheckResult): boolean {
    const before = this.healthy;
    if (result === 'passed') {
      this.#failed = 0;
      this.#passed++;
      if (this.pending || this.#passed >= this.#config.healthyThreshold) this.healthy = true;
    } else {
      this.#passed = 0;
      this.#failed++;
      if (result === 'refused' || this.#failed >= this.#config.unhealthyThreshold) this.healthy = false;
    }
    this.pending = false;
    this.#edge = before !== this.healthy;
    return this.#edge;
  }

  /** Milliseconds until the next check, without jitter. `traffic`: the cluster has been used. */
  intervalMs(traffic: boolean): number {
    const config = this.#config;
    if (!traffic) return this.healthy ? config.noTrafficHealthyIntervalMs : config.noTrafficIntervalMs;
    if (this.healthy) return this.#edge ? config.healthyEdgeIntervalMs : config.intervalMs;
    return this.#edge ? config.unhealthyEdgeIntervalMs : config.unhealthyIntervalMs;
  }
}
