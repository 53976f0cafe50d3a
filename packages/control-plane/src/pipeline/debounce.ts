import type { Clock, Timer } from '@weft/base';

/**
 * Gathers calls: `run` follows the first `call` after `quietMs` without another, at the latest after `maxDelayMs` (Istio's
 * PILOT_DEBOUNCE_AFTER and PILOT_DEBOUNCE_MAX).
 */
export class Debounce implements Disposable {
  readonly #clock: Clock;
  readonly #quietMs: number;
  readonly #maxDelayMs: number;
  readonly #run: (sinceMs: number) => void;
  #first = 0;
  #latest = 0;
  #timer: Timer | undefined;

  /** `run` gets the monotonic time of the first call it stands for. */
  constructor(clock: Clock, quietMs: number, maxDelayMs: number, run: (sinceMs: number) => void) {
    this.#clock = clock;
    this.#quietMs = quietMs;
    this.#maxDelayMs = maxDelayMs;
    this.#run = run;
  }

  /** `maxDelayMs`: this call must not wait longer, whatever the others may. */
  call(maxDelayMs: number = this.#maxDelayMs): void {
    const now = this.#clock.monotonic();
    if (this.#timer === undefined) {
      this.#first = now;
      this.#latest = now + this.#maxDelayMs;
    }
    this.#timer?.cancel();
    this.#latest = Math.min(this.#latest, now + maxDelayMs);
    const wait = Math.max(0, Math.min(this.#quietMs, this.#latest - now));
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = undefined;
      this.#run(this.#first);
    });
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
