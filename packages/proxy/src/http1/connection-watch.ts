/**
 * What an HTTP/1 client connection waits for, and for how long it may.
 * in: bytes came, an exchange began or ended   out: a timeout, counted; the exchange answers its own, the connection the others
 */
import type { ConnectionManager } from '../hcm/connection-manager.ts';
import type { HttpOptions } from '../hcm/options.ts';
import type { Exchange } from '../stream/exchange.ts';
import { Deadline } from '../time/wheel.ts';

type Waiting = 'head' | 'idle' | 'exchange' | 'closing';

/** Whose time it is. */
export interface WatchedConnection {
  readonly exchange: Exchange | undefined;
  /** It carries raw bytes now: only silence is bounded. */
  readonly tunnelling: boolean;
  /** No request came for `idle_timeout`. */
  onIdleTimeout(): void;
  /** A head was begun and not completed within `request_headers_timeout`. */
  onHeadTimeout(): void;
  /** The client had its moment to read the last bytes. */
  destroy(): void;
}

/** One timeout for all of it; activity only moves `#since`, the deadline looks again when it fires. */
export class ConnectionWatch {
  readonly #manager: ConnectionManager;
  readonly #connection: WatchedConnection;
  readonly #deadline: Deadline;
  readonly #shortestMs: number;
  #waiting: Waiting = 'idle';
  #since: number;

  constructor(manager: ConnectionManager, connection: WatchedConnection) {
    this.#manager = manager;
    this.#connection = connection;
    this.#deadline = new Deadline(() => this.#onDeadline());
    this.#shortestMs = shortestLimit(manager.options);
    this.#since = manager.loop.now;
    this.#rearm();
  }

  get closing(): boolean {
    return this.#waiting === 'closing';
  }

  /** No request is under way, though a part of a head may be here. */
  get betweenRequests(): boolean {
    return this.#waiting === 'idle' || this.#waiting === 'head';
  }

  /** @hot */
  onBytes(): void {
    // While a head drips in, its first byte counts, or a slow client could hold the connection for ever.
    if (this.#waiting !== 'head') this.#since = this.#manager.loop.now;
    if (this.#waiting === 'idle') this.#waiting = 'head';
  }

  /** @hot */
  onExchange(): void {
    this.#waiting = 'exchange';
    const { options } = this.#manager;
    // These two count from here, so the deadline must too.
    if (options.requestTimeoutMs > 0 || options.maxStreamDurationMs > 0) this.#rearm();
  }

  /** @hot The route is known; its own idle timeout may be shorter than what the deadline was armed for. */
  onPlanned(): void {
    const plan = this.#connection.exchange?.plan;
    if (this.#waiting === 'exchange' && plan?.kind === 'forward' && plan.action.idleTimeoutMs !== undefined)
      this.#rearm();
  }

  /** @hot The exchange is over and the connection stays. */
  onExchangeEnd(): void {
    this.#waiting = 'idle';
    this.#since = this.#manager.loop.now;
    if (this.#manager.options.idleTimeoutMs > 0 && !this.#deadline.armed) this.#rearm();
  }

  /** From here on nothing times out but the closing itself. */
  onClosing(): void {
    this.#waiting = 'closing';
  }

  /** Gives the client `delayed_close_timeout` to read what was written. */
  boundClosing(): void {
    const { options, loop } = this.#manager;
    loop.wheel.arm(this.#deadline, Math.max(options.delayedCloseTimeoutMs, 1));
  }

  stop(): void {
    this.#deadline.disarm();
  }

  #rearm(): void {
    // A route's limit may be shorter than all that hold everywhere.
    const ms = shorter(this.#limitMs(), this.#shortestMs);
    if (ms > 0) this.#manager.loop.wheel.arm(this.#deadline, ms);
  }

  /** How long nothing may move, by what is waited for. */
  #limitMs(): number {
    const { options } = this.#manager;
    if (this.#waiting === 'idle') return options.idleTimeoutMs;
    if (this.#waiting === 'head') return options.requestHeadersTimeoutMs;
    const plan = this.#connection.exchange?.plan;
    const ofRoute = plan?.kind === 'forward' ? plan.action.idleTimeoutMs : undefined;
    return ofRoute ?? options.streamIdleTimeoutMs;
  }

  /** A limit on the request or the whole exchange that has passed. */
  #overdue(): 'REQUEST_TIMEOUT' | 'DURATION_TIMEOUT' | undefined {
    const { options, loop } = this.#manager;
    const { exchange, tunnelling } = this.#connection;
    if (exchange === undefined || tunnelling) return undefined;
    const age = loop.now - exchange.record.startMs;
    if (options.requestTimeoutMs > 0 && !exchange.requestDone && age >= options.requestTimeoutMs)
      return 'REQUEST_TIMEOUT';
    const { plan } = exchange;
    // A route's own limit replaces this one, and is watched where the request is forwarded.
    if (plan?.kind === 'forward' && plan.action.maxStreamDurationMs !== undefined) return undefined;
    return options.maxStreamDurationMs > 0 && age >= options.maxStreamDurationMs ? 'DURATION_TIMEOUT' : undefined;
  }

  #onDeadline(): void {
    const { loop, stats } = this.#manager;
    const connection = this.#connection;
    if (this.#waiting === 'closing') {
      connection.destroy();
      return;
    }
    loop.enter();
    const overdue = this.#overdue();
    const limit = this.#limitMs();
    const idleFor = loop.now - Math.max(this.#since, connection.exchange?.lastActivity ?? 0);
    if (overdue !== undefined) {
      stats.downstreamRqTimeout.inc();
      connection.exchange?.reply(overdue, { cause: 'the limit on the time of a request has passed' });
    } else if (limit === 0 || idleFor < limit) this.#rearm();
    else if (this.#waiting === 'idle') {
      stats.downstreamCxIdleTimeout.inc();
      connection.onIdleTimeout();
    } else if (this.#waiting === 'head') {
      stats.downstreamRqHeaderTimeout.inc();
      connection.onHeadTimeout();
    } else {
      stats.downstreamRqIdleTimeout.inc();
      connection.exchange?.reply('STREAM_IDLE_TIMEOUT', {
        cause: `nothing moved on the stream for ${limit} ms (stream_idle_timeout)`,
      });
    }
    loop.leave();
  }
}

/** The shortest limit of a connection manager; 0 when it has none. */
function shortestLimit(options: HttpOptions): number {
  const ofConnection = shorter(options.idleTimeoutMs, options.requestHeadersTimeoutMs);
  const ofRequest = shorter(options.requestTimeoutMs, options.maxStreamDurationMs);
  return shorter(shorter(ofConnection, ofRequest), options.streamIdleTimeoutMs);
}

/** The shorter of two limits, where 0 or less is none. */
function shorter(a: number, b: number): number {
  if (a <= 0) return b;
  return b <= 0 ? a : Math.min(a, b);
}
