/** The two timeouts of a route: all tries together, and one try. */
import type { Loop } from '../net/loop.ts';
import { Deadline } from '../time/wheel.ts';
import type { Timeouts } from './timeouts.ts';

/** Who has the request and gives it up. */
export interface TimedRequest {
  onGlobalTimeout(limitMs: number): void;
  onTryTimeout(limitMs: number): void;
}

export class RouteDeadlines {
  readonly #loop: Loop;
  readonly #timeouts: Timeouts;
  readonly #global: Deadline;
  readonly #try: Deadline;
  #started = false;

  /** @hot Undefined when neither is set, as Istio's default is. */
  static for(timeouts: Timeouts, loop: Loop, request: TimedRequest): RouteDeadlines | undefined {
    if (timeouts.globalMs === 0 && timeouts.perTryMs === 0) return undefined;
    return new RouteDeadlines(timeouts, loop, request);
  }

  private constructor(timeouts: Timeouts, loop: Loop, request: TimedRequest) {
    this.#loop = loop;
    this.#timeouts = timeouts;
    this.#global = new Deadline(() => request.onGlobalTimeout(timeouts.globalMs));
    this.#try = new Deadline(() => request.onTryTimeout(timeouts.perTryMs));
  }

  /** The request is complete, from which on the route's timeout counts; only the first call starts it. */
  start(): void {
    const { globalMs } = this.#timeouts;
    if (globalMs === 0 || this.#started) return;
    this.#started = true;
    this.#loop.wheel.arm(this.#global, globalMs);
  }

  /** A complete request has been given to a connection. */
  startTry(): void {
    const { perTryMs } = this.#timeouts;
    if (perTryMs > 0) this.#loop.wheel.arm(this.#try, perTryMs);
  }

  /** The try was answered, or failed. */
  endTry(): void {
    this.#try.disarm();
  }

  /** The exchange became a tunnel, which no route timeout bounds. */
  endGlobal(): void {
    this.#global.disarm();
  }

  stop(): void {
    this.#global.disarm();
    this.#try.disarm();
  }
}
