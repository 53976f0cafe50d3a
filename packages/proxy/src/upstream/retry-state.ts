import type { Random } from '@weft/base';
import type { Endpoint, ForwardPlan, PickContext, RetryPolicy } from '@weft/engine';
import type { RequestHead, ResponseHead } from '@weft/http';
import { backOffMs, shouldRetry } from '../cluster/engine-interim.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { ReplyCode } from '../stream/replies.ts';

/** What is left of a request's retries. One object an exchange whose route has a retry policy. */
export class RetryState {
  readonly #policy: RetryPolicy;
  readonly #cluster: UpstreamCluster;
  readonly #random: Random;
  readonly #context: PickContext;
  #left: number;
  #inFlight = false;
  readonly #previous: Endpoint[] = [];

  static for(
    plan: ForwardPlan,
    request: RequestHead,
    cluster: UpstreamCluster,
    random: Random,
  ): RetryState | undefined {
    const policy = plan.action.retry;
    if (policy === undefined || policy.retries === 0 || request.upgrade !== undefined) return undefined;
    return new RetryState(policy, plan, cluster, random);
  }

  constructor(policy: RetryPolicy, plan: ForwardPlan, cluster: UpstreamCluster, random: Random) {
    this.#policy = policy;
    this.#cluster = cluster;
    this.#random = random;
    this.#left = policy.retries;
    this.#context = {
      hashHi: 0,
      hashLo: 0,
      hashed: false,
      previous: undefined,
      attempts: policy.hostSelectionAttempts,
      metadataMatch: plan.metadataMatch,
    };
  }
  wantsResponse(head: ResponseHead, _attempt: number): boolean {
    return shouldRetry(this.#policy, { kind: 'response', status: head.status, headers: head.headers });
  }
  wantsFailure(code: ReplyCode, _reused: boolean, _attempt: number): boolean {
    if (code === 'CONNECT_FAILURE' || code === 'CONNECT_TIMEOUT')
      return shouldRetry(this.#policy, { kind: 'connect-failure' });
    if (code === 'UPSTREAM_RESET') return shouldRetry(this.#policy, { kind: 'reset' });
    return false;
  }
  /** Takes one of the retries that are left, within the cluster's bound on concurrent ones. */
  take(): boolean {
    if (this.#left === 0) return false;
    const { stats, thresholds } = this.#cluster;
    if (!this.#inFlight) {
      if (this.#cluster.retries >= thresholds.maxRetries) {
        stats.upstreamRqRetryOverflow.inc();
        return false;
      }
      this.#inFlight = true;
      this.#cluster.retries++;
    }
    this.#left--;
    return true;
  }
  get exhausted(): boolean {
    return this.#left === 0;
  }
  giveUp(_why: string): void {
    this.#left = 0;
  }
  /** The request is over, one way or another. */
  release(): void {
    if (!this.#inFlight) return;
    this.#inFlight = false;
    this.#cluster.retries--;
  }
  remember(endpoint: Endpoint | undefined): void {
    if (endpoint !== undefined && this.#policy.avoidPreviousHosts) this.#previous.push(endpoint);
  }
  pickContext(): PickContext {
    this.#context.previous = this.#previous.length === 0 ? undefined : this.#previous;
    return this.#context;
  }
  waitMs(attempt: number, _head: ResponseHead | undefined, _nowMs: number): number {
    return backOffMs(this.#policy, attempt, this.#random);
  }
}
