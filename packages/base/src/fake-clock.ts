import type { Clock, Timer } from './clock.ts';

/** A clock that stands still until the test moves it; timers fire in order of their due time. */
export class FakeClock implements Clock {
  #now: number;
  #due: { at: number; run: () => void; everyMs: number | undefined }[] = [];

  constructor(now = 0) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): Timer {
    return this.#schedule(ms, run, undefined);
  }

  every(ms: number, run: () => void): Timer {
    return this.#schedule(ms, run, ms);
  }

  /** Moves time forward by `ms`, firing what falls due on the way. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = this.#due.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#now = Math.max(this.#now, next.at);
      if (next.everyMs === undefined) this.#due = this.#due.filter((entry) => entry !== next);
      else next.at += Math.max(1, next.everyMs);
      next.run();
    }
    this.#now = end;
  }

  get pending(): number {
    return this.#due.length;
  }

  #schedule(ms: number, run: () => void, everyMs: number | undefined): Timer {
    const entry = { at: this.#now + Math.max(0, ms), run, everyMs };
    this.#due.push(entry);
    return {
      cancel: () => {
        this.#due = this.#due.filter((other) => other !== entry);
      },
    };
  }
}
