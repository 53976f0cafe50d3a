import type { ForwardPlan } from '@weft/engine';
import { type HeaderBlock, headerValue } from '@weft/http';
import type { Exchange } from '../stream/exchange.ts';
import type { ClusterLookup } from '../stream/http-filter.ts';
import { Mirror } from './mirror.ts';
import type { UpstreamRequestHead } from './upstream-stream.ts';

/** The copies of one request that chance chose to send. */
export class Mirrors {
  readonly #exchange: Exchange;
  readonly #mirrors: readonly Mirror[];

  /** @hot Starts them; undefined when the route mirrors nothing. */
  static start(
    exchange: Exchange,
    plan: ForwardPlan,
    head: UpstreamRequestHead,
    clusters: ClusterLookup,
  ): Mirrors | undefined {
    if (plan.action.mirrors.length === 0 || head.upgrade !== undefined) return undefined;
    return new Mirrors(exchange, plan, head, clusters);
  }

  private constructor(exchange: Exchange, plan: ForwardPlan, head: UpstreamRequestHead, clusters: ClusterLookup) {
    this.#exchange = exchange;
    const { random } = exchange.manager;
    const chosen = plan.action.mirrors.filter(
      ({ fraction }) => random.below(fraction.denominator) < fraction.numerator,
    );
    this.#mirrors = chosen.flatMap((policy) => {
      const name = policy.cluster ?? headerValue(head.headers, policy.clusterHeader ?? '');
      const cluster = name === undefined ? undefined : clusters.get(name);
      return cluster === undefined
        ? []
        : [
            new Mirror(
              policy,
              head,
              cluster,
              exchange.requestDone,
              exchange.request.version === 20,
              exchange.alpnOverride,
              exchange.downstream.connection,
            ),
          ];
    });
  }

  sendBody(chunk: Buffer): void {
    const own = this.#exchange.own(chunk);
    for (const mirror of this.#mirrors) mirror.sendBody(own);
  }

  sendEnd(trailers: HeaderBlock | undefined): void {
    for (const mirror of this.#mirrors) mirror.sendEnd(trailers);
  }

  /** The exchange is over: complete copies go on by themselves. */
  release(): void {
    for (const mirror of this.#mirrors) mirror.release();
  }
}
