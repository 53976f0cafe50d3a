import type { StatScope } from './registry.ts';
import type { Counter } from './stat.ts';

/** Five counters `<name>_1xx` to `<name>_5xx`. */
export class StatusClassCounters {
  readonly #byClass: readonly Counter[];

  constructor(scope: StatScope, name: string) {
    this.#byClass = [1, 2, 3, 4, 5].map((digit) => scope.counter(`${name}_${digit}xx`));
  }

  /** @hot Counts one response; a status outside 100..599 has no class and is not counted. */
  inc(status: number): void {
    this.#byClass[((status / 100) | 0) - 1]?.inc();
  }
}
