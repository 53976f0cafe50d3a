/**
 * Passive health checking (Envoy, "Outlier detection"): endpoints whose requests fail are put aside for a while, longer each time.
 * in: reports of an OutlierMonitor an endpoint, a tick an interval   out: Endpoint.ejected, the observer's calls
 */
import type { Random } from '@weft/base';
import type { OutlierConfig } from '../cluster/outlier-config.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { EjectionKind, OutlierObserver } from './ejection.ts';
import { type OutlierJudge, OutlierMonitor } from './outlier-monitor.ts';
import type { RequestRate } from './request-rate.ts';

export interface OutlierInput {
  readonly config: OutlierConfig;
  readonly random: Random;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
  readonly observer: OutlierObserver;
}

interface Rates {
  readonly of: (monitor: OutlierMonitor) => RequestRate;
  readonly successRate: EjectionKind;
  readonly failurePercentage: EjectionKind;
}

const EXTERNAL: Rates = {
  of: (monitor) => monitor.external,
  successRate: 'success-rate',
  failurePercentage: 'failure-percentage',
};
const LOCAL: Rates = {
  of: (monitor) => monitor.local,
  successRate: 'local-origin-success-rate',
  failurePercentage: 'local-origin-failure-percentage',
};

export class OutlierDetector implements OutlierJudge {
  #config: OutlierConfig;
  readonly #random: Random;
  readonly #nowMs: () => number;
  readonly #observer: OutlierObserver;
  readonly #monitors = new Map<Endpoint, OutlierMonitor>();
  #active = 0;

  constructor(input: OutlierInput) {
    this.#config = input.config;
    this.#random = input.random;
    this.#nowMs = input.nowMs;
    this.#observer = input.observer;
  }

  get config(): OutlierConfig {
    return this.#config;
  }

  /** Endpoints ejected now. */
  get active(): number {
    return this.#active;
  }

  /** New settings hold for what happens from now on; who is ejected stays so for as long as the new times say. */
  reconfigure(config: OutlierConfig): void {
    this.#config = config;
  }

  /** The cluster has these endpoints now; ejections of those that stay go on. */
  follow(endpoints: readonly Endpoint[]): void {
    const wanted = new Set(endpoints);
    for (const endpoint of this.#monitors.keys()) if (!wanted.has(endpoint)) this.remove(endpoint);
    for (const endpoint of endpoints) this.add(endpoint);
  }

  add(endpoint: Endpoint): void {
    if (this.#monitors.has(endpoint)) return;
    const monitor = new OutlierMonitor(endpoint, this);
    this.#monitors.set(endpoint, monitor);
    endpoint.outlier = monitor;
  }

  remove(endpoint: Endpoint): void {
    if (!this.#monitors.delete(endpoint)) return;
    endpoint.outlier = undefined;
    if (!endpoint.ejected) return;
    endpoint.ejected = false;
    this.#active--;
  }

  /** Detection is switched off: everybody returns. */
  stop(): void {
    const any = this.#active > 0;
    this.follow([]);
    if (any) this.#observer.changed(0);
  }

  onConsecutive(monitor: OutlierMonitor, kind: EjectionKind): void {
    // Requests that were on their way at the ejection may still fail, and a removed endpoint may have some too.
    if (monitor.endpoint.ejected || !this.#monitors.has(monitor.endpoint)) return;
    this.#judged(monitor, kind);
  }

  #judged(monitor: OutlierMonitor, kind: EjectionKind): void {
    this.#observer.detected(kind);
    const config = this.#config;
    const percent = (100 * (this.#active + 1)) / this.#monitors.size;
    const allowed = percent <= config.maxEjectionPercent || (config.alwaysEjectOne && this.#active === 0);
    if (!allowed) {
      this.#observer.overflow();
      return;
    }
    if (this.#random.below(100) >= enforcing(config, kind)) return;
    monitor.ejectedAtMs = this.#nowMs();
    monitor.jitterMs = config.maxEjectionJitterMs === 0 ? 0 : this.#random.below(config.maxEjectionJitterMs + 1);
    if (monitor.backOff * config.baseEjectionMs < config.maxEjectionMs + config.baseEjectionMs) monitor.backOff++;
    monitor.endpoint.ejected = true;
    this.#active++;
    this.#observer.ejected(kind, monitor.endpoint.key);
    this.#observer.changed(this.#active);
  }

  /** Once an interval: returns those whose time is up, then judges by success rate and failure percentage. */
  tick(): void {
    const now = this.#nowMs();
    const { baseEjectionMs, maxEjectionMs, intervalMs } = this.#config;
    for (const monitor of this.#monitors.values()) {
      if (monitor.endpoint.ejected) {
        const due = Math.min(baseEjectionMs * monitor.backOff, maxEjectionMs) + monitor.jitterMs;
        if (now - monitor.ejectedAtMs >= due) this.#return(monitor, now);
      }
      monitor.external.roll();
      monitor.local.roll();
    }
    this.#judgeRates(EXTERNAL);
    this.#judgeRates(LOCAL);
    for (const monitor of this.#monitors.values()) {
      const { returnedAtMs } = monitor;
      if (monitor.endpoint.ejected || returnedAtMs === undefined || now - returnedAtMs < intervalMs) continue;
      if (monitor.backOff > 0) monitor.backOff--;
    }
  }

  /** An active health check passed: that is better evidence, so the endpoint returns if the settings say so. */
  onHealthCheckPassed(endpoint: Endpoint): void {
    const monitor = this.#monitors.get(endpoint);
    if (monitor === undefined || !endpoint.ejected || !this.#config.unejectOnHealthCheck) return;
    this.#return(monitor, this.#nowMs());
  }

  #return(monitor: OutlierMonitor, now: number): void {
    monitor.endpoint.ejected = false;
    monitor.returnedAtMs = now;
    monitor.forgive();
    this.#active--;
    this.#observer.returned(monitor.endpoint.key);
    this.#observer.changed(this.#active);
  }

  #judgeRates(rates: Rates): void {
    const config = this.#config;
    const judged = [...this.#monitors.values()].filter(
      (monitor) => !monitor.endpoint.ejected && rates.of(monitor).volume > 0,
    );
    const compared = judged.filter((monitor) => rates.of(monitor).volume >= config.successRateRequestVolume);
    const measured = judged.filter((monitor) => rates.of(monitor).volume >= config.failurePercentageRequestVolume);
    if (compared.length > 0 && compared.length >= config.successRateMinimumHosts) {
      const floor = successRateFloor(
        compared.map((monitor) => rates.of(monitor).rate),
        config.successRateStdevFactor / 1000,
      );
      for (const monitor of compared) {
        if (rates.of(monitor).rate < floor) this.#judged(monitor, rates.successRate);
      }
    }
    if (measured.length === 0 || measured.length < config.failurePercentageMinimumHosts) return;
    for (const monitor of measured) {
      if (monitor.endpoint.ejected || 100 - rates.of(monitor).rate < config.failurePercentageThreshold) continue;
      this.#judged(monitor, rates.failurePercentage);
    }
  }
}

/** The mean less `factor` standard deviations (of the whole population): who succeeds less often is an outlier. */
function successRateFloor(rates: readonly number[], factor: number): number {
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / rates.length;
  return mean - factor * Math.sqrt(variance);
}

/** Percent of detections of `kind` that eject. */
function enforcing(config: OutlierConfig, kind: EjectionKind): number {
  switch (kind) {
    case 'consecutive-5xx':
      return config.enforcingConsecutive5xx;
    case 'consecutive-gateway-failure':
      return config.enforcingConsecutiveGatewayFailure;
    case 'consecutive-local-origin-failure':
      return config.enforcingConsecutiveLocalOriginFailure;
    case 'success-rate':
      return config.enforcingSuccessRate;
    case 'local-origin-success-rate':
      return config.enforcingLocalOriginSuccessRate;
    case 'failure-percentage':
      return config.enforcingFailurePercentage;
    case 'local-origin-failure-percentage':
      return config.enforcingFailurePercentageLocalOrigin;
  }
}
