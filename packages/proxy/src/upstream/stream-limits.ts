/** Bounds on a stream that few routes have: how long all of it may last, how long a try may last, how long a try may be silent. */
import { type ForwardAction, requestTimeouts, type UpstreamProtocol } from '@weft/engine';
import { type HeaderBlock, headerValue } from '@weft/http';
import type { Loop } from '../net/loop.ts';
import { Deadline } from '../time/wheel.ts';

/** Who has the stream and ends it. */
export interface LimitedStream {
  /** The route's `max_stream_duration` has passed. */
  onRouteDuration(limitMs: number): void;
  /** The try has lasted for the cluster's `max_stream_duration`. */
  onTryDuration(limitMs: number): void;
  /** The try was silent for `per_try_idle_timeout`. */
  onTryIdle(limitMs: number): void;
}

export class StreamLimits {
  readonly #loop: Loop;
  readonly #routeMs: number;
  readonly #tryMs: number;
  readonly #idleMs: number;
  readonly #route: Deadline;
  readonly #try: Deadline;
  readonly #idle: Deadline;
  #activeAt = 0;

  /** @hot Undefined when nothing is bounded, as is usual. */
  static for(
    action: ForwardAction,
    headers: HeaderBlock,
    protocol: UpstreamProtocol,
    loop: Loop,
    stream: LimitedStream,
  ): StreamLimits | undefined {
    const routeMs =
      action.grpcStreamDuration === undefined
        ? (action.maxStreamDurationMs ?? 0)
        : (requestTimeouts(action, headerValue(headers, 'grpc-timeout')).maxStreamDurationMs ?? 0);
    const idleMs = action.retry?.perTryIdleTimeoutMs ?? 0;
    const tryMs = protocol.maxStreamDurationMs;
    if (routeMs === 0 && idleMs === 0 && tryMs === 0) return undefined;
    return new StreamLimits(routeMs, tryMs, idleMs, loop, stream);
  }

  private constructor(routeMs: number, tryMs: number, idleMs: number, loop: Loop, stream: LimitedStream) {
    this.#loop = loop;
    this.#routeMs = routeMs;
    this.#tryMs = tryMs;
    this.#idleMs = idleMs;
    this.#route = new Deadline(() => stream.onRouteDuration(routeMs));
    this.#try = new Deadline(() => stream.onTryDuration(tryMs));
    this.#idle = new Deadline(() => {
      const left = idleMs - (loop.clock.monotonic() - this.#activeAt);
      if (left > 0) loop.wheel.arm(this.#idle, left);
      else stream.onTryIdle(idleMs);
    });
  }

  start(): void {
    if (this.#routeMs > 0) this.#loop.wheel.arm(this.#route, this.#routeMs);
  }

  tryStarted(): void {
    this.#activeAt = this.#loop.now;
    if (this.#tryMs > 0) this.#loop.wheel.arm(this.#try, this.#tryMs);
    if (this.#idleMs > 0) this.#loop.wheel.arm(this.#idle, this.#idleMs);
  }

  /** @hot Something came from the upstream. */
  activity(): void {
    this.#activeAt = this.#loop.now;
  }

  tryEnded(): void {
    this.#try.disarm();
    this.#idle.disarm();
  }

  stop(): void {
    this.#route.disarm();
    this.tryEnded();
  }
}
