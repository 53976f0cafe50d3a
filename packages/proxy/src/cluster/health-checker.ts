/** Active health checks of one cluster: every endpoint is asked again and again (Envoy, "Health checking"). */
import type { Random, Timer } from '@weft/base';
import type { Endpoint, HealthCheckConfig } from '@weft/engine';
import { ON_DEMAND } from '../on-demand.ts';
import { StatScope, type StatsRegistry } from '../telemetry/registry.ts';
import type { Counter, Gauge } from '../telemetry/stat.ts';
import { checkTarget } from './check-target.ts';
import type { createCheck, EndpointCheck } from './endpoint-check.ts';
import { type CheckResult, HealthState } from './health-state.ts';
import type { UpstreamCluster } from './upstream-cluster.ts';

/** `cluster.<name>.health_check.*`. */
class HealthStats extends StatScope {
  readonly attempt: Counter = this.counter('attempt');
  readonly success: Counter = this.counter('success');
  readonly failure: Counter = this.counter('failure');
  readonly healthy: Gauge = this.gauge('healthy');

  constructor(prefix: string, cluster: string) {
    super(prefix, 'envoy_cluster_health_check_', [['cluster_name', cluster]]);
  }
}

export interface HealthCheckerContext {
  readonly cluster: UpstreamCluster;
  readonly random: Random;
  readonly registry: StatsRegistry;
  readonly hostname: string;
  environment(name: string): string | undefined;
  /** An endpoint's health changed, or its first check passed. */
  onChange(endpoint: Endpoint): void;
  onPassed(endpoint: Endpoint): void;
  /** A check has ended, or (undefined) the endpoint is no longer checked. */
  onResult?(endpoint: Endpoint, healthy: boolean | undefined, passed: boolean): void;
  /** Every endpoint has been checked once. */
  onFirstRound(): void;
}

/** Keeps endpoints' health: by checking them, or by what another thread's checks find. */
export interface HealthWatch {
  readonly config: HealthCheckConfig;
  /** Some endpoint waits for its first result, and no round was complete yet. */
  readonly firstRound: boolean;
  follow(endpoints: readonly Endpoint[]): void;
  stop(): void;
}

interface Checked {
  readonly state: HealthState;
  timer: Timer | undefined;
  timeout: Timer | undefined;
  check: EndpointCheck | undefined;
}

export class HealthChecker implements HealthWatch {
  readonly config: HealthCheckConfig;
  readonly #context: HealthCheckerContext;
  readonly #stats: HealthStats;
  readonly #checked = new Map<Endpoint, Checked>();
  #createCheck: typeof createCheck | undefined = undefined;
  firstRound = true;

  constructor(config: HealthCheckConfig, context: HealthCheckerContext) {
    this.config = config;
    this.#context = context;
    const { statName } = context.cluster.config;
    const prefix = `cluster.${statName}.health_check.`;
    this.#stats = context.registry.scope(prefix, () => new HealthStats(prefix, statName));
  }

  follow(endpoints: readonly Endpoint[]): void {
    const wanted = new Set(endpoints.filter(({ spec }) => !spec.healthCheck.disabled));
    for (const endpoint of this.#checked.keys()) if (!wanted.has(endpoint)) this.#forget(endpoint);
    for (const endpoint of wanted) {
      if (this.#checked.has(endpoint)) continue;
      const checked: Checked = {
        state: new HealthState(this.config),
        timer: undefined,
        timeout: undefined,
        check: undefined,
      };
      endpoint.checked = 'unhealthy';
      this.#checked.set(endpoint, checked);
      const { initialJitterMs } = this.config;
      if (initialJitterMs === 0) this.#check(endpoint, checked);
      else
        checked.timer = this.#after(this.#context.random.below(initialJitterMs), () => this.#check(endpoint, checked));
    }
    this.#round();
  }

  #after(ms: number, run: () => void): Timer {
    const { loop } = this.#context.cluster;
    return loop.clock.after(ms, () => {
      loop.enter();
      run();
      loop.leave();
    });
  }

  /** The first check waits until its code is loaded. */
  async #load(endpoint: Endpoint, checked: Checked): Promise<void> {
    const loaded = await ON_DEMAND.healthChecks();
    this.#createCheck = loaded.createCheck;
    if (this.#checked.get(endpoint) !== checked) return;
    const { loop } = this.#context.cluster;
    loop.enter();
    this.#check(endpoint, checked);
    loop.leave();
  }

  #check(endpoint: Endpoint, checked: Checked): void {
    const create = this.#createCheck;
    if (create === undefined) {
      void this.#load(endpoint, checked);
      return;
    }
    this.#stats.attempt.inc();
    checked.check ??= this.#create(create, endpoint, checked);
    const { check } = checked;
    checked.timeout = this.#after(this.config.timeoutMs, () => {
      check.stop();
      this.#onResult(endpoint, checked, 'failed');
    });
    check.run();
  }

  #create(create: typeof createCheck, endpoint: Endpoint, checked: Checked): EndpointCheck {
    const { config } = this;
    const { cluster, hostname } = this.#context;
    const { check } = config;
    const named = check.kind === 'http' ? check.host : check.kind === 'grpc' ? check.authority : '';
    return create({
      cluster,
      config,
      hostname,
      environment: (name) => this.#context.environment(name),
      target: checkTarget(endpoint, config),
      host: endpoint.spec.healthCheck.hostname || named || cluster.name,
      onResult: (result) => this.#onResult(endpoint, checked, result),
    });
  }

  #onResult(endpoint: Endpoint, checked: Checked, result: CheckResult): void {
    const { cluster, random } = this.#context;
    checked.timeout?.cancel();
    checked.timer?.cancel();
    if (this.#checked.get(endpoint) !== checked) return;
    (result === 'passed' ? this.#stats.success : this.#stats.failure).inc();
    const changed = checked.state.record(result);
    if (changed) {
      endpoint.checked = checked.state.healthy ? 'healthy' : 'unhealthy';
      if (checked.state.healthy) endpoint.sinceMs = cluster.loop.clock.monotonic();
      this.#count();
      this.#context.onChange(endpoint);
    }
    if (result === 'passed') this.#context.onPassed(endpoint);
    this.#context.onResult?.(endpoint, checked.state.healthy, result === 'passed');
    const base = checked.state.intervalMs(cluster.stats.upstreamCxTotal.value > 0);
    const percent = Math.floor((base * this.config.intervalJitterPercent) / 100);
    const spread = (ms: number): number => (ms > 0 ? random.below(Math.floor(ms) + 1) : 0);
    const wait = base + spread(this.config.intervalJitterMs) + spread(percent);
    checked.timer = this.#after(wait, () => this.#check(endpoint, checked));
    this.#round();
  }

  #round(): void {
    if (!this.firstRound) return;
    for (const { state } of this.#checked.values()) if (state.pending) return;
    this.firstRound = false;
    this.#context.onFirstRound();
  }

  #count(): void {
    let healthy = 0;
    for (const { state } of this.#checked.values()) if (state.healthy) healthy++;
    this.#stats.healthy.set(healthy);
  }

  #forget(endpoint: Endpoint): void {
    const checked = this.#checked.get(endpoint);
    this.#checked.delete(endpoint);
    endpoint.checked = undefined;
    this.#context.onResult?.(endpoint, undefined, false);
    checked?.timer?.cancel();
    checked?.timeout?.cancel();
    checked?.check?.stop();
    this.#count();
  }

  stop(): void {
    for (const endpoint of [...this.#checked.keys()]) this.#forget(endpoint);
    this.#context.registry.removeScope(this.#stats.prefix);
  }
}
