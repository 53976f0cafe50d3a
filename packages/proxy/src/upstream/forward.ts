/**
 * A request on its way to an upstream: choose an endpoint, get a connection, send, hand the answer on; try again when the policy and the
 * circumstances allow. One object an exchange.
 */
import { applyRequestHeaders, type Endpoint, type ForwardPlan, type PickContext } from '@weft/engine';
import { type HeaderBlock, type ResponseHead, setHeader } from '@weft/http';
import type { Breaker } from '../cluster/breaker.ts';
import type { HostCounts } from '../cluster/endpoint-pools.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { UpstreamLink } from '../stream/downstream.ts';
import type { Exchange } from '../stream/exchange.ts';
import { ExchangeFormat } from '../stream/exchange-format.ts';
import { bodyOfFailure, type ReplyCode } from '../stream/replies.ts';
import { Deadline } from '../time/wheel.ts';
import { admit, isRefusal } from './admit.ts';
import { Mirrors } from './mirrors.ts';
import { recordCluster, recordConnection, recordTry } from './record-upstream.ts';
import { ReplayBuffer } from './replay-buffer.ts';
import { RetryState } from './retry-state.ts';
import { RouteDeadlines, type TimedRequest } from './route-deadlines.ts';
import type { RouterContext } from './router-options.ts';
import { type LimitedStream, StreamLimits } from './stream-limits.ts';
import { routeTimeouts, type Timeouts } from './timeouts.ts';
import { tryAnswered, tryTimedOut, tryUnanswered } from './try-outcome.ts';
import { upstreamHead, upstreamServerName } from './upstream-head.ts';
import { prepareUpstreamResponse } from './upstream-response.ts';
import type { EndpointPool, PoolWaiter, UpstreamConnection, UpstreamStream } from './upstream-stream.ts';

export class Forward implements UpstreamLink, PoolWaiter, UpstreamStream, LimitedStream, TimedRequest {
  readonly #exchange: Exchange;
  readonly #plan: ForwardPlan;
  readonly #cluster: UpstreamCluster;
  readonly #breaker: Breaker;
  readonly #options: RouterContext;
  readonly #format: ExchangeFormat;
  readonly #retry: RetryState | undefined;
  readonly #timeouts: Timeouts;
  readonly #deadlines: RouteDeadlines | undefined;
  readonly #limits: StreamLimits | undefined;
  /** Undefined while the body streams straight through and no retry could need it. */
  #body: ReplayBuffer | undefined = undefined;
  #mirrors: Mirrors | undefined = undefined;
  #pool: EndpointPool | undefined = undefined;
  #connection: UpstreamConnection | undefined = undefined;
  #endpoint: Endpoint | undefined = undefined;
  #counts: HostCounts | undefined = undefined;
  #counted = false;
  /** The try under way has got its response head. */
  #answered = false;
  #sentAt = 0;
  #backOff: Deadline | undefined = undefined;

  constructor(exchange: Exchange, plan: ForwardPlan, cluster: UpstreamCluster, options: RouterContext) {
    this.#exchange = exchange;
    this.#plan = plan;
    this.#cluster = cluster;
    this.#breaker = cluster.breaker(plan.action.priority);
    this.#options = options;
    this.#format = new ExchangeFormat(exchange);
    const { headers } = exchange.request;
    this.#timeouts = routeTimeouts(plan.action, headers);
    const { loop } = exchange.manager;
    this.#deadlines = RouteDeadlines.for(this.#timeouts, loop, this);
    this.#limits = StreamLimits.for(plan.action, headers, cluster.config.protocol, loop, this);
    const { random, options: manager } = exchange.manager;
    this.#retry = RetryState.for(plan, exchange.request, cluster, random, manager.internalRanges.length > 0);
    if (!exchange.requestDone)
      this.#body = new ReplayBuffer(plan.route.requestBufferLimitBytes ?? exchange.manager.bufferLimitBytes);
  }

  /** @hot Sends the request off, for the first time. */
  start(pick: PickContext): void {
    const exchange = this.#exchange;
    const { record, request } = exchange;
    const plan = this.#plan;
    applyRequestHeaders(plan, request.headers, this.#format);
    if (this.#timeouts.globalMs > 0 && !this.#options.suppressEnvoyHeaders) {
      setHeader(
        request.headers,
        'x-envoy-expected-rq-timeout-ms',
        String(Math.floor(this.#timeouts.perTryMs || this.#timeouts.globalMs)),
      );
    }
    recordCluster(record, this.#cluster);
    this.#limits?.start();
    if (exchange.requestDone) this.#deadlines?.start();
    this.#retry?.rememberHash(pick);
    const dropped = this.#cluster.dropped();
    if (dropped === undefined) this.#try(pick);
    else this.#failed('DROP_OVERLOAD', `the control plane drops a share of requests (${dropped})`, false);
  }

  #try(pick: PickContext): void {
    const cluster = this.#cluster;
    const { record } = this.#exchange;
    const breaker = this.#breaker;
    const endpoint = admit(this.#exchange, cluster, breaker, pick);
    if (isRefusal(endpoint)) {
      this.#failed(endpoint.code, endpoint.cause, false);
      return;
    }
    this.#endpoint = endpoint;
    recordTry(record, cluster, endpoint);
    this.#counted = true;
    this.#answered = false;
    endpoint.active++;
    breaker.requests++;
    cluster.stats.upstreamRqTotal.inc();
    cluster.stats.upstreamRqActive.inc();
    const pool = cluster.pool(
      endpoint,
      breaker.priority,
      this.#exchange.request.version === 20,
      upstreamServerName(this.#exchange, this.#plan, endpoint, cluster),
      this.#exchange.alpnOverride,
      this.#exchange.downstream.connection,
    );
    this.#pool = pool;
    this.#counts = pool.counts;
    pool.counts.rqTotal++;
    pool.acquire(this);
  }

  /** @hot */
  onConnection(connection: UpstreamConnection): void {
    const exchange = this.#exchange;
    this.#pool = undefined;
    this.#connection = connection;
    recordConnection(exchange.record, connection.protocol, connection.peer, exchange.manager.loop.now);
    this.#sentAt = exchange.manager.loop.now;
    this.#endpoint!.outlier?.connected();
    this.#limits?.tryStarted();
    if (exchange.requestDone) this.#deadlines?.startTry();
    const body = this.#body;
    const done = exchange.requestDone;
    const head = upstreamHead(exchange, this.#plan, this.#endpoint, this.#options.suppressEnvoyHeaders);
    if (exchange.record.requestAttempts === 1)
      this.#mirrors = Mirrors.start(exchange, this.#plan, head, this.#options.clusters);
    connection.send(this, head, done && (body === undefined || body.bytes === 0));
    if (body === undefined) return;
    for (let i = 0; i < body.chunks.length; i++) {
      connection.sendBody(body.chunks[i]!);
      if (exchange.record.requestAttempts === 1) this.#mirrors?.sendBody(body.chunks[i]!);
    }
    if (this.#retry === undefined) body.forget();
    if (body.ended) this.#finishRequest(body.trailers);
    else if (!connection.full) exchange.downstream.resume();
  }

  /** @hot */
  sendBody(chunk: Buffer): void {
    const connection = this.#connection;
    const body = this.#body;
    if (body !== undefined && (connection === undefined || this.#retry !== undefined)) {
      body.add(this.#exchange.own(chunk));
      if (connection !== undefined && body.full) {
        this.#retry?.giveUp();
        body.forget();
      }
    }
    if (connection === undefined) return;
    connection.sendBody(chunk);
    this.#mirrors?.sendBody(chunk);
  }

  /** @hot */
  sendEnd(trailers: HeaderBlock | undefined): void {
    this.#deadlines?.start();
    const body = this.#body;
    if (body !== undefined) {
      body.ended = true;
      body.trailers = trailers;
    }
    if (this.#connection === undefined) return;
    this.#finishRequest(trailers);
    this.#deadlines?.startTry();
  }

  #finishRequest(trailers: HeaderBlock | undefined): void {
    this.#connection?.sendEnd(trailers);
    if (this.#exchange.record.requestAttempts === 1) this.#mirrors?.sendEnd(trailers);
    this.#exchange.record.upstreamTxEndMs = this.#exchange.manager.loop.now;
  }

  get full(): boolean {
    const connection = this.#connection;
    return connection === undefined ? (this.#body?.full ?? false) : connection.full;
  }

  onWritable(): void {
    this.#exchange.onUpstreamWritable();
  }

  onInformational(head: ResponseHead): void {
    // Our own 100 went out already, unless the client's wait was passed on (proxy_100_continue).
    if (head.status === 100 && !this.#exchange.manager.options.proxy100Continue) return;
    this.#exchange.downstream.sendInformational(head.status, head.headers);
  }

  /** @hot */
  onHead(head: ResponseHead): void {
    const exchange = this.#exchange;
    const { record, manager } = exchange;
    const cluster = this.#cluster;
    const { loop } = manager;
    this.#deadlines?.endTry();
    if (head.status < 500) this.#counts!.rqSuccess++;
    else this.#counts!.rqError++;
    record.upstreamRxStartMs = loop.now;
    this.#answered = true;
    this.#limits?.activity();
    tryAnswered(exchange, cluster, this.#endpoint!, head, loop.now - this.#sentAt);
    const retry = this.#retry;
    if (retry?.wantsResponse(head, record.requestAttempts)) {
      if (this.#canReplay() && retry.take()) {
        cluster.stats.upstreamRqByClass.inc(head.status);
        this.#connection?.discard();
        this.#released();
        this.#retryLater(head);
        return;
      }
      retry.noteExhausted(exchange);
    }
    retry?.succeeded();
    cluster.stats.upstreamRqByClass.inc(head.status);
    record.upstreamLocalAddress = manager.accessLog.enabled ? (this.#connection?.localAddress ?? '') : '';
    record.responseCodeDetails = 'via_upstream';
    if (exchange.upgrade !== undefined) this.#onUpgradeAnswer(head);
    prepareUpstreamResponse(
      exchange,
      this.#plan,
      head,
      this.#format,
      this.#options.suppressEnvoyHeaders,
      loop.now - this.#sentAt,
    );
    exchange.respond(head.status, head.reason, head.headers, head.framing, false);
    if (exchange.tunnelled && !exchange.ended) exchange.downstream.tunnel();
  }

  #onUpgradeAnswer(head: ResponseHead): void {
    const exchange = this.#exchange;
    if (head.status === 101) {
      exchange.tunnelled = true;
      this.#deadlines?.endGlobal();
      exchange.manager.stats.downstreamCxUpgradesTotal.inc();
    } else exchange.intake.onEnd(undefined);
  }

  /** @hot */
  onBody(chunk: Buffer): void {
    this.#limits?.activity();
    this.#exchange.respondBody(chunk);
  }

  /** @hot */
  onEnd(trailers: HeaderBlock | undefined): void {
    const { record, manager } = this.#exchange;
    record.upstreamRxEndMs = manager.loop.now;
    this.#cluster.stats.upstreamRqTime.record(manager.loop.now - this.#sentAt);
    this.#released();
    this.#exchange.respondEnd(trailers);
  }

  onReset(code: ReplyCode, cause: string, reused: boolean): void {
    tryUnanswered(this.#cluster, this.#endpoint!);
    this.#cluster.stats.upstreamRqRxReset.inc();
    this.#failed(code, cause, reused);
  }

  onPoolFailure(code: ReplyCode, cause: string): void {
    this.#pool = undefined;
    this.#exchange.record.upstreamTransportFailureReason = cause;
    // An overflow is the cluster's doing, not the endpoint's.
    if (code !== 'UPSTREAM_OVERFLOW') tryUnanswered(this.#cluster, this.#endpoint!);
    this.#failed(code, cause, false);
  }

  /** A try failed in transit: another one, or the answer that says so. */
  #failed(code: ReplyCode, cause: string, reused: boolean): void {
    const exchange = this.#exchange;
    this.#deadlines?.endTry();
    this.#released();
    if (exchange.ended) return;
    const retry = this.#retry;
    if (!exchange.responseStarted && retry?.wantsFailure(code, reused, exchange.record.requestAttempts) === true) {
      if (this.#canReplay() && retry.take()) {
        this.#retryLater(undefined);
        return;
      }
      retry.noteExhausted(exchange);
    }
    this.#stopTimers();
    const overloaded = code === 'UPSTREAM_OVERFLOW' && !this.#options.suppressEnvoyHeaders;
    const body = bodyOfFailure(code, exchange.record.requestAttempts);
    exchange.reply(code, { cause, body, ...(overloaded ? { headers: ['x-envoy-overloaded', 'true'] } : {}) });
  }

  #canReplay(): boolean {
    return this.#body === undefined || this.#body.complete;
  }

  #retryLater(head: ResponseHead | undefined): void {
    const { manager, record } = this.#exchange;
    this.#cluster.stats.upstreamRqRetry.inc();
    const retry = this.#retry!;
    const again = new Deadline(() => {
      this.#backOff = undefined;
      this.#try(retry.pickContext());
    });
    this.#backOff = again;
    retry.remember(this.#endpoint);
    manager.loop.wheel.arm(again, retry.waitMs(record.requestAttempts, head, manager.loop.clock.now()));
  }

  /** The try under way no longer counts as one; whoever calls has dealt with its connection. */
  #released(): void {
    this.#connection = undefined;
    this.#limits?.tryEnded();
    if (!this.#counted) return;
    this.#counted = false;
    const cluster = this.#cluster;
    this.#endpoint!.active--;
    this.#breaker.requests--;
    cluster.stats.upstreamRqActive.dec();
    cluster.stats.upstreamRqCompleted.inc();
  }

  onGlobalTimeout(limitMs: number): void {
    const { stats } = this.#cluster;
    stats.upstreamRqTimeout.inc();
    if (this.#counts !== undefined) this.#counts.rqTimeout++;
    if (this.#connection !== undefined && !this.#answered) tryTimedOut(this.#cluster, this.#endpoint!, limitMs);
    this.#abandon();
    this.#exchange.reply('UPSTREAM_TIMEOUT', {
      cause: `no complete answer within ${limitMs} ms (route timeout)`,
      ...(this.#timeouts.altResponse ? { status: 204, body: '' } : {}),
    });
  }

  onTryTimeout(limitMs: number): void {
    this.#cluster.stats.upstreamRqPerTryTimeout.inc();
    if (this.#connection !== undefined) tryTimedOut(this.#cluster, this.#endpoint!, limitMs);
    this.#abandon();
    this.#failed('PER_TRY_TIMEOUT', `no answer within ${limitMs} ms (per_try_timeout)`, false);
  }

  onRouteDuration(limitMs: number): void {
    const exchange = this.#exchange;
    const cause = `the stream lasted longer than ${limitMs} ms (max_stream_duration of the route)`;
    exchange.reply('DURATION_TIMEOUT', { cause });
  }

  onTryDuration(limitMs: number): void {
    this.#cluster.stats.upstreamRqMaxDurationReached.inc();
    this.#abandon();
    this.#failed('UPSTREAM_DURATION_TIMEOUT', `no end after ${limitMs} ms (max_stream_duration of the cluster)`, false);
  }

  onTryIdle(limitMs: number): void {
    this.#cluster.stats.upstreamRqPerTryIdleTimeout.inc();
    if (!this.#answered) tryTimedOut(this.#cluster, this.#endpoint!, limitMs);
    this.#abandon();
    this.#failed('PER_TRY_IDLE_TIMEOUT', `nothing came for ${limitMs} ms (per_try_idle_timeout)`, false);
  }

  /** Gives up the connection or the place in the queue of the try under way. */
  #abandon(): void {
    const connection = this.#connection;
    this.#pool?.cancel(this);
    this.#pool = undefined;
    if (connection !== undefined) {
      this.#cluster.stats.upstreamRqTxReset.inc();
      connection.abort();
    }
    this.#released();
  }

  #stopTimers(): void {
    this.#deadlines?.stop();
    this.#backOff?.disarm();
    this.#limits?.stop();
  }

  cancel(): void {
    this.#stopTimers();
    this.#mirrors?.release();
    this.#retry?.release();
    if (this.#counted) this.#cluster.stats.upstreamRqCancelled.inc();
    this.#abandon();
  }

  pauseResponse(): void {
    this.#connection?.pause();
  }

  resumeResponse(): void {
    this.#connection?.resume();
  }
}
