import type { OutlierMonitor } from '../outlier/outlier-monitor.ts';
import type { SocketAddress } from './address.ts';
import type { EndpointSpec, Locality } from './endpoint-set.ts';

export type HealthState = 'healthy' | 'degraded' | 'unhealthy';

/**
 * A living endpoint: who has the cluster keeps one per address, across pushes, so that a push resets no counter. Balancers read
 * `active` and `ewmaMs` at every pick. After a change of anything else here the balancer is to be built anew.
 */
export class Endpoint {
  /** `addressKey(address)`. */
  readonly key: string;
  readonly address: SocketAddress;
  spec: EndpointSpec;
  locality: Locality;
  priority: number;
  /** Requests in flight. The caller adds and subtracts. */
  active = 0;
  /** Open connections. The caller adds and subtracts. */
  connections = 0;
  /** Peak-sensitive moving average of latency, in milliseconds; see `observeLatency`. */
  ewmaMs = 0;
  /** Monotonic time of the last observation. */
  ewmaAtMs = 0;
  /** Monotonic time since which the endpoint serves; slow start counts from here. */
  sinceMs: number;
  /** What active health checks say; undefined without them. */
  checked: HealthState | undefined = undefined;
  /** Put aside by outlier detection. */
  ejected = false;
  /** Where the outcome of requests is reported; undefined when the cluster detects no outliers. */
  outlier: OutlierMonitor | undefined = undefined;

  constructor(key: string, spec: EndpointSpec, locality: Locality, priority: number, nowMs: number) {
    this.key = key;
    this.address = spec.address;
    this.spec = spec;
    this.locality = locality;
    this.priority = priority;
    this.sinceMs = nowMs;
  }

  get weight(): number {
    return this.spec.weight;
  }

  /** The worst of what the control plane, active checks and outlier detection say. */
  get health(): HealthState {
    const eds = this.spec.health;
    if (this.ejected || this.checked === 'unhealthy' || eds === 'unhealthy' || eds === 'draining') return 'unhealthy';
    return this.checked === 'degraded' || eds === 'degraded' ? 'degraded' : 'healthy';
  }
}
