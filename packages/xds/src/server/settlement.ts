import type { Clock } from '@weft/base';
import type { Settlement } from './ads-server.ts';
import type { ProxyStatus } from './proxy-status.ts';
import type { Session } from './session.ts';

/** A proxy that can be waited for. */
export interface Settling {
  readonly session: Session;
  status(): ProxyStatus;
}

/** Sorts proxies by whether they took what `generation` changed for them. */
function settlementOf(proxies: Iterable<Settling>, generation: number): Settlement {
  const settled: ProxyStatus[] = [];
  const waiting: ProxyStatus[] = [];
  const rejected: ProxyStatus[] = [];
  for (const proxy of proxies) {
    const place = { settled, waiting, rejected }[proxy.session.verdictOn(generation)];
    place.push(proxy.status());
  }
  return { settled, waiting, rejected };
}

interface Waiter {
  readonly generation: number;
  readonly finish: () => void;
  /** The proxy that was waited for last. While it keeps waiting there is no need to look at the others. */
  blocker: Settling | undefined;
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
      const waiter: Waiter = { generation, finish, blocker: undefined };
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

  /** The proxy is gone: nobody waits for it. */
  left(proxy: Settling): void {
    for (const waiter of this.#waiters) if (waiter.blocker === proxy) waiter.blocker = undefined;
    this.check();
  }

  #checkNow(): void {
    for (const waiter of [...this.#waiters]) {
      if (waiter.blocker?.session.verdictOn(waiter.generation) === 'waiting') continue;
      waiter.blocker = this.#firstWaiting(waiter.generation);
      if (waiter.blocker === undefined) waiter.finish();
    }
  }

  /** Builds no status: it runs at every answer of every proxy. */
  #firstWaiting(generation: number): Settling | undefined {
    for (const proxy of this.#proxies()) if (proxy.session.verdictOn(generation) === 'waiting') return proxy;
    return undefined;
  }

  /** Answers everybody with how it stands. */
  finishAll(): void {
    for (const waiter of [...this.#waiters]) waiter.finish();
  }
}
