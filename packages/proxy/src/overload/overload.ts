/** Watches what a proxy has to carry and says when it is too much.   in: memory, accepted connections   out: refusals, shed connections */
import type { Clock, Logger, Timer } from '@weft/base';
import { StatScope, type StatsRegistry } from '../telemetry/registry.ts';
import type { Counter, Gauge } from '../telemetry/stat.ts';
import type { OverloadConfig } from './overload-config.ts';

/** `overload.*` (Envoy, "Overload manager: statistics"); the pressure in percent. */
class OverloadStats extends StatScope {
  readonly heapPressure: Gauge = this.gauge('envoy.resource_monitors.fixed_heap.pressure');
  readonly refusing: Gauge = this.gauge('envoy.overload_actions.stop_accepting_requests.active');
  readonly shedding: Gauge = this.gauge('envoy.overload_actions.disable_http_keepalive.active');
  readonly globalOverflow: Counter = this.counter('global_downstream_cx_overflow');

  constructor() {
    super('overload.', 'envoy_overload_', []);
  }
}

export type Admission = 'admitted' | 'listener-full' | 'proxy-full';

export class Overload {
  readonly #config: OverloadConfig;
  readonly #memory: () => number;
  readonly #logger: Logger;
  readonly #stats: OverloadStats;
  readonly #timer: Timer | undefined;
  #shed: () => void = () => undefined;
  #connections = 0;
  /** @hot New requests get 503. */
  refusing = false;
  /** Connections are closed as soon as they have nothing to do. */
  shedding = false;

  /** `memory` is asked for the bytes in use, only when a limit on them is set. */
  constructor(config: OverloadConfig, memory: () => number, clock: Clock, logger: Logger, registry: StatsRegistry) {
    this.#config = config;
    this.#memory = memory;
    this.#logger = logger;
    this.#stats = registry.scope('overload.', () => new OverloadStats());
    this.#timer = Number.isFinite(config.maxHeapBytes)
      ? clock.every(config.refreshMs, () => this.refresh())
      : undefined;
  }

  /** Names who closes connections without work, each time memory is found to be short. */
  onShed(shed: () => void): void {
    this.#shed = shed;
  }

  /** Looks at memory now. */
  refresh(): void {
    const { maxHeapBytes, refuseRequestsAt, shedConnectionsAt } = this.#config;
    const share = this.#memory() / maxHeapBytes;
    const refusing = share >= refuseRequestsAt;
    if (refusing !== this.refusing) {
      const told = refusing ? 'memory is short; new requests get 503' : 'memory suffices again; requests are served';
      this.#logger.warn(told, { percent: Math.round(share * 100), maxHeapBytes });
    }
    this.refusing = refusing;
    this.shedding = share >= shedConnectionsAt;
    this.#stats.heapPressure.set(Math.round(share * 100));
    this.#stats.refusing.set(this.refusing ? 1 : 0);
    this.#stats.shedding.set(this.shedding ? 1 : 0);
    if (this.shedding) this.#shed();
  }

  /** Asks for room for one more connection; whoever got it gives it back with `release`. */
  admit(listener: string, open: number): Admission {
    const { maxConnections, maxListenerConnections } = this.#config;
    if (open >= (maxListenerConnections.get(listener) ?? Number.POSITIVE_INFINITY)) return 'listener-full';
    if (this.#connections >= maxConnections) {
      this.#stats.globalOverflow.inc();
      return 'proxy-full';
    }
    this.#connections++;
    return 'admitted';
  }

  release(): void {
    this.#connections--;
  }

  stop(): void {
    this.#timer?.cancel();
  }
}
