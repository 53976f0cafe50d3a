/** What is left of a request's retries, and whether an outcome asks for one. One object an exchange whose route has a retry policy. */
import type { Random } from '@weft/base';
import {
  backOffMs,
  type Endpoint,
  type ForwardPlan,
  type Outcome,
  type PickContext,
  RETRY_HEADERS,
  type RetryPolicy,
  rateLimitedBackOffMs,
  retriesAllowed,
  retryPolicyOf,
  shouldRetry,
} from '@weft/engine';
import { headerValue, type RequestHead, type ResponseHead, removeHeader } from '@weft/http';
import type { Breaker } from '../cluster/breaker.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { Exchange } from '../stream/exchange.ts';
import type { ReplyCode } from '../stream/replies.ts';

/** Methods that may be sent twice without harm (RFC 9110 §9.2.1). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

function askedPolicy(plan: ForwardPlan, { headers }: RequestHead): RetryPolicy | undefined {
  const policy = retryPolicyOf(plan.action.retry, headers);
  for (const name of RETRY_HEADERS) removeHeader(headers, name);
  return policy;
}

export class RetryState {
  readonly #policy: RetryPolicy;
  readonly #cluster: UpstreamCluster;
  readonly #breaker: Breaker;
  readonly #random: Random;
  readonly #context: PickContext;
  readonly #safe: boolean;
  readonly #previous: Endpoint[] = [];
  #left: number;
  #inFlight = false;

  /**
   * Undefined when the route retries nothing, or not this request. `headersTrusted`: requests may come whose own headers say what to retry;
   * those of others were removed.
   */
  static for(
    plan: ForwardPlan,
    request: RequestHead,
    cluster: UpstreamCluster,
    random: Random,
    headersTrusted: boolean,
  ): RetryState | undefined {
    const policy = headersTrusted ? askedPolicy(plan, request) : plan.action.retry;
    if (policy === undefined || policy.retries === 0 || request.upgrade !== undefined) return undefined;
    return retriesAllowed(policy, request) ? new RetryState(policy, plan, request, cluster, random) : undefined;
  }

  private constructor(
    policy: RetryPolicy,
    plan: ForwardPlan,
    request: RequestHead,
    cluster: UpstreamCluster,
    random: Random,
  ) {
    this.#policy = policy;
    this.#cluster = cluster;
    this.#breaker = cluster.breaker(plan.action.priority);
    this.#random = random;
    this.#left = policy.retries;
    this.#safe = SAFE_METHODS.has(request.method);
    this.#context = {
      hashHi: 0,
      hashLo: 0,
      hashed: false,
      previous: undefined,
      attempts: policy.hostSelectionAttempts,
      metadataMatch: plan.metadataMatch,
    };
  }

  wantsResponse(head: ResponseHead, attempt: number): boolean {
    const { status, headers } = head;
    const grpc = headerValue(headers, 'grpc-status');
    const { responseHeaders, statusCodes } = this.#policy;
    // What most answers are; a gRPC status or a header may ask for a retry of a 200.
    if (status < 400 && grpc === undefined && responseHeaders.length === 0 && statusCodes.size === 0) return false;
    const outcome: Outcome = {
      kind: 'response',
      status,
      headers,
      grpcStatus: grpc === undefined ? undefined : Number(grpc),
    };
    return this.#asks(outcome, attempt);
  }

  wantsFailure(code: ReplyCode, reused: boolean, attempt: number): boolean {
    const outcome = this.#outcomeOf(code, reused);
    return outcome !== undefined && this.#asks(outcome, attempt);
  }

  #outcomeOf(code: ReplyCode, reused: boolean): Outcome | undefined {
    switch (code) {
      case 'CONNECT_FAILURE':
      case 'CONNECT_TIMEOUT':
        return { kind: 'connect-failure' };
      case 'UPSTREAM_RESET':
        // A kept connection that ends without a byte of an answer was most likely closed for idleness while the request was on its way:
        // for the client that is a failure to connect. Only safe requests may rely on it, since the upstream may have acted.
        if (reused && this.#safe) return { kind: 'connect-failure' };
        return { kind: 'reset', refused: false, requestSent: true };
      case 'UPSTREAM_REFUSED_STREAM':
        return { kind: 'reset', refused: true, requestSent: false };
      case 'UPSTREAM_STREAM_RESET':
      case 'UPSTREAM_PROTOCOL_ERROR':
        return { kind: 'reset', refused: false, requestSent: true };
      case 'PER_TRY_TIMEOUT':
      case 'PER_TRY_IDLE_TIMEOUT':
        return { kind: 'per-try-timeout' };
      default:
        return undefined;
    }
  }

  /** Whether the policy's conditions name this outcome; how many retries are left is another question (`take`). */
  #asks(outcome: Outcome, attempt: number): boolean {
    return shouldRetry(this.#policy, outcome, Math.min(attempt, this.#policy.retries)) !== undefined;
  }

  /** Takes one of the retries that are left, within the cluster's bound on concurrent ones. */
  take(): boolean {
    const { stats } = this.#cluster;
    if (this.#left === 0) {
      stats.upstreamRqRetryLimitExceeded.inc();
      return false;
    }
    if (!this.#inFlight) {
      if (this.#breaker.retries >= this.#breaker.maxRetries) {
        stats.upstreamRqRetryOverflow.inc();
        return false;
      }
      this.#inFlight = true;
      this.#breaker.retries++;
    }
    this.#left--;
    return true;
  }

  /** Retries were wanted; when none is left, the record says so. */
  noteExhausted(exchange: Exchange): void {
    if (this.#left > 0) return;
    const { record } = exchange;
    exchange.addFlag('URX');
    exchange.manager.logger.debug('retries are used up', {
      cluster: record.upstreamCluster,
      attempts: record.requestAttempts,
    });
  }

  /** No retry any more, because the request cannot be sent again. */
  giveUp(): void {
    this.#left = 0;
  }

  /** An answer that stands came after a retry. */
  succeeded(): void {
    if (this.#inFlight) this.#cluster.stats.upstreamRqRetrySuccess.inc();
    this.release();
  }

  /** The request is over, one way or another. */
  release(): void {
    if (!this.#inFlight) return;
    this.#inFlight = false;
    this.#breaker.retries--;
  }

  remember(endpoint: Endpoint | undefined): void {
    if (endpoint !== undefined && this.#policy.avoidPreviousHosts) this.#previous.push(endpoint);
  }

  /** Later tries of a consistent hash start from the same place. */
  rememberHash(first: PickContext): void {
    this.#context.hashed = first.hashed;
    this.#context.hashHi = first.hashHi;
    this.#context.hashLo = first.hashLo;
  }

  /** What the next pick depends on: the hash of the first, and the endpoints to avoid. */
  pickContext(): PickContext {
    this.#context.previous = this.#previous.length === 0 ? undefined : this.#previous;
    return this.#context;
  }

  /** Milliseconds until the next try; `attempt` counts the tries made. */
  waitMs(attempt: number, head: ResponseHead | undefined, nowMs: number): number {
    const asked =
      head === undefined ? undefined : rateLimitedBackOffMs(this.#policy, head.headers, nowMs, this.#random);
    return asked ?? backOffMs(this.#policy, attempt, this.#random);
  }
}
