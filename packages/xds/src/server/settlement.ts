import type { Clock } from '@weft/base';
import type { Settlement } from './ads-server.ts';
import type { ProxyStatus } from './proxy-status.ts';
import type { Session } from './session.ts';

/** A proxy that can be waited for. */
export interface Settling {
  readonly session: Session;
  status(): ProxyStatus;
}

/** Sorts proxies by whether they took `generation`. */
export function settlementOf(proxies: Iterable<Settling>, generation: number): Settlement {
  const settled: ProxyStatus[] = [];
  const waiting: ProxyStatus[] = [];
  const rejected: ProxyStatus[] = [];
  for (const proxy of proxies) {
    const place = { settled, waiting, rejected }[verdict(proxy.session, generation)];
    place.push(proxy.status());
  }
  return { settled, waiting, rejected };
}

function verdict(session: Session, generation: number): keyof Settlement {
  if (session.settledGeneration >= generation) return 'settled';
  if (session.assignedGeneration >= generation && session.rejected && session.quiet) return 'rejected';
  return 'waiting';
}

interface Waiter {
  readonly generation: number;
  readonly finish: () => void;
}

/** Those who wait for a generation to be everywhere. */
export class SettlementWaiters {
  readonly #waiters = new Set<Waiter>();
  readonly #proxies: () => Iterable<Settling>;
  readonly #clock: Clock;
  #checking = false;

  constructor(proxies: () => Iterable<Settling>, clock: Clock) {
    this.#proxies = proxies;
    this.#clock = clock;
  }

  wait(generation: number, timeoutMs: number, signal: AbortSignal | undefined): Promise<Settlement> {
    const now = settlementOf(this.#proxies(), generation);
    if (now.waiting.length === 0 || signal?.aborted === true) return Promise.resolve(now);
    return new Promise((resolve) => {
      const finish = (): void => {
        timer.cancel();
        signal?.removeEventListener('abort', finish);
        this.#waiters.delete(waiter);
        resolve(settlementOf(this.#proxies(), generation));
      };
      const waiter: Waiter = { generation, finish };
      const timer = this.#clock.after(timeoutMs, finish);
      signal?.addEventListener('abort', finish, { once: true });
      this.#waiters.add(waiter);
    });
  }

  /** To be called whenever a proxy moved, came or went. Looks at everybody once for all calls of a turn of the event loop. */
  check(): void {
    if (this.#checking || this.#waiters.size === 0) return;
    this.#checking = true;
    setImmediate(() => {
      this.#checking = false;
      this.#checkNow();
    });
  }

  #checkNow(): void {
    for (const waiter of [...this.#waiters]) {
      if (!this.#anyWaiting(waiter.generation)) waiter.finish();
    }
  }

  /** Builds no status: it runs at every answer of every proxy. */
  #anyWaiting(generation: number): boolean {
    for (const proxy of this.#proxies()) if (verdict(proxy.session, generation) === 'waiting') return true;
    return false;
  }

  /** Answers everybody with how it stands. */
  finishAll(): void {
    for (const waiter of [...this.#waiters]) waiter.finish();
  }
}
