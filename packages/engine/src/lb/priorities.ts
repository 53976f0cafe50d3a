import type { Endpoint } from '../endpoint/endpoint.ts';
import type { HostSet } from '../endpoint/endpoint-store.ts';
import { hostSource, type SourceInput } from './host-source.ts';
import type { PickContext, PolicyPicker } from './picker.ts';
import { type PriorityLoad, priorityHealth, priorityLoad } from './priority-load.ts';
import { modulo } from './xxhash64.ts';

interface Level {
  readonly healthy: PolicyPicker;
  readonly degraded: PolicyPicker;
}

/** Balances over priorities: a number below 100 from the hash or by chance falls to one, then its localities and policy decide. */
export class PriorityBalancer {
  readonly load: PriorityLoad;
  readonly #levels: readonly Level[];
  readonly #input: SourceInput;
  /** One priority takes everything: no draw is needed. */
  readonly #only: PolicyPicker | undefined;

  constructor(hosts: HostSet, input: SourceInput) {
    this.#input = input;
    const count = hosts.localities.reduce((most, group) => Math.max(most, group.priority + 1), 0);
    const byPriority = Array.from({ length: count }, (_, p) =>
      hosts.localities.filter((group) => group.priority === p),
    );
    this.load = priorityLoad(
      byPriority.map((groups) =>
        priorityHealth(
          groups.flatMap((group) => group.endpoints),
          hosts.weightedPriorityHealth,
        ),
      ),
      input.overprovisioning,
      input.lb.panicThreshold,
    );
    this.#levels = byPriority.map((groups, p) => {
      if (this.load.panic[p] === true) {
        const all = input.lb.zoneAware.failOnPanic ? NOTHING : hostSource(groups, () => true, input);
        return { healthy: all, degraded: all };
      }
      const source = (health: Endpoint['health'], load: number): PolicyPicker =>
        load === 0 ? NOTHING : hostSource(groups, (endpoint) => endpoint.health === health, input);
      return {
        healthy: source('healthy', this.load.healthy[p]!),
        degraded: source('degraded', this.load.degraded[p]!),
      };
    });
    const whole = this.load.healthy.indexOf(100);
    this.#only = whole < 0 ? undefined : this.#levels[whole]?.healthy;
  }

  /** @hot */
  pick(context: PickContext): Endpoint | undefined {
    const { random } = this.#input;
    const hi = context.hashed ? context.hashHi : random.below(0x1_0000_0000);
    const lo = context.hashed ? context.hashLo : random.below(0x1_0000_0000);
    const source = this.#only ?? this.#choose(modulo(hi, lo, 100) + 1);
    const previous = context.previous;
    if (previous === undefined || previous.length === 0) return source.pick(hi, lo, 0);
    for (let attempt = 0; ; attempt++) {
      const endpoint = source.pick(hi, lo, attempt);
      // Once the attempts are used up an endpoint that was tried before is better than none.
      if (endpoint === undefined || attempt >= context.attempts || !previous.includes(endpoint)) return endpoint;
    }
  }

  #choose(point: number): PolicyPicker {
    let sum = 0;
    for (let p = 0; p < this.#levels.length; p++) {
      sum += this.load.healthy[p]!;
      if (point <= sum) return this.#levels[p]!.healthy;
    }
    for (let p = 0; p < this.#levels.length; p++) {
      sum += this.load.degraded[p]!;
      if (point <= sum) return this.#levels[p]!.degraded;
    }
    return NOTHING;
  }
}

const NOTHING: PolicyPicker = { pick: () => undefined };
