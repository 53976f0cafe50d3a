import type { Clock, Logger, Timer } from '@weft/base';
import { check } from './check.ts';
import { decodeReadinessProbe, type ReadinessProbe } from './readiness-probe.ts';

export interface ProbeDeps {
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface RunningProbe {
  close(): void;
}

/**
 * Probes the application and reports each change: first what the first results in a row say, then only what differs (pkg/istio-agent/health,
 * PerformApplicationHealthCheck). `defaultHost` is asked
 * when the probe names none.
 */
export function runProbe(
  value: unknown,
  defaultHost: string,
  { clock, logger }: ProbeDeps,
  report: (problem: string | undefined) => void,
): RunningProbe | undefined {
  const probe = decodeReadinessProbe(value, defaultHost);
  if (typeof probe !== 'string') return new Prober(probe, clock, logger, report);
  logger.error('PROXY_CONFIG.readinessProbe is no probe, so the workload never counts as healthy', { cause: probe });
  return undefined;
}

class Prober implements RunningProbe {
  readonly #probe: ReadinessProbe;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #report: (problem: string | undefined) => void;
  #timer: Timer;
  #cancel: () => void = () => undefined;
  #successes = 0;
  #failures = 0;
  #healthy: boolean | undefined;

  constructor(probe: ReadinessProbe, clock: Clock, logger: Logger, report: (problem: string | undefined) => void) {
    this.#probe = probe;
    this.#clock = clock;
    this.#logger = logger;
    this.#report = report;
    this.#timer = clock.after(probe.initialDelayMs, () => this.#run());
  }

  close(): void {
    this.#timer.cancel();
    this.#cancel();
  }

  #run(): void {
    const { method, timeoutMs, periodMs } = this.#probe;
    const startedAt = this.#clock.monotonic();
    this.#cancel = check(method, timeoutMs, this.#clock, (problem) => {
      this.#take(problem);
      const spent = this.#clock.monotonic() - startedAt;
      this.#timer = this.#clock.after(Math.max(0, periodMs - spent), () => this.#run());
    });
  }

  #take(problem: string | undefined): void {
    const { successes, failures } = this.#probe;
    this.#successes = problem === undefined ? this.#successes + 1 : 0;
    this.#failures = problem === undefined ? 0 : this.#failures + 1;
    if (this.#successes >= successes && this.#healthy !== true) this.#change(undefined);
    else if (this.#failures >= failures && this.#healthy !== false) this.#change(problem ?? 'unhealthy');
  }

  #change(problem: string | undefined): void {
    this.#healthy = problem === undefined;
    if (problem === undefined) this.#logger.info('the application is healthy');
    else this.#logger.warn('the application is unhealthy', { cause: problem });
    this.#report(problem);
  }
}
