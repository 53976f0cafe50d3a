/** envoy.filters.http.ratelimit: asks a rate limit service (envoy.service.ratelimit.v3) about the descriptors of a request's route. */
import { create as createMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { applyHeaderOps, type Descriptor, rateLimitDescriptors } from '@weft/engine';
import { headerValue, isSafeHeader } from '@weft/http';
import {
  RateLimitPerRouteSchema,
  RateLimitSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb';
import {
  RateLimitResponse_Code as Code,
  RateLimitRequestSchema,
  type RateLimitResponse,
  RateLimitResponseSchema,
} from '@weft/xds/gen/envoy/service/ratelimit/v3/rls_pb';
import { UnaryCall } from '../../../grpc/unary-call.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import { ExchangeFormat } from '../../../stream/exchange-format.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
  STOP,
} from '../../../stream/http-filter.ts';
import { addDynamicMetadata } from '../../../telemetry/metadata.ts';
import { rateLimitHeaders } from './answer.ts';
import { decodeRateLimit, decodeRateLimitRoute, type RateLimitConfig, type RateLimitOverride } from './config.ts';
import { rateLimitStats } from './stats.ts';

const METHOD = '/envoy.service.ratelimit.v3.RateLimitService/ShouldRateLimit';

/** One stream while it waits and afterwards. */
interface Asked {
  readonly call: UnaryCall;
  /** Whether the filter has said STOP. */
  waiting: boolean;
  done: boolean;
  limited: boolean;
  responseHeaders: readonly string[];
}

function concerns(config: RateLimitConfig, exchange: Exchange): boolean {
  if (config.requestType === 'both') return true;
  const internal = headerValue(exchange.request.headers, 'x-envoy-internal') === 'true';
  return internal === (config.requestType === 'internal');
}

function safePairs(headers: readonly { readonly key: string; readonly value: string }[]): readonly string[] {
  return headers.flatMap(({ key, value }) =>
    isSafeHeader(key.toLowerCase(), value) ? [key.toLowerCase(), value] : [],
  );
}

class RateLimitFilter {
  readonly #config: RateLimitConfig;
  readonly #context: FilterContext;

  constructor(config: RateLimitConfig, context: FilterContext) {
    this.#config = config;
    this.#context = context;
  }

  ask(exchange: Exchange): typeof CONTINUE | typeof STOP {
    const { clusters, slot, localCluster, name } = this.#context;
    const config = this.#config;
    const { plan, request, record } = exchange;
    if (plan?.kind !== 'forward' || !concerns(config, exchange)) return CONTINUE;
    const route = exchange.overrides(name)?.[0] as RateLimitOverride | undefined;
    const remoteHost = record.downstreamRemoteAddress.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
    const input = { plan, head: request, sourceCluster: localCluster, remoteHost };
    const descriptors = rateLimitDescriptors(input, config.stage, route?.virtualHostRules ?? 'override');
    if (descriptors.length === 0) return CONTINUE;
    const cluster = clusters.get(config.cluster);
    if (cluster === undefined) {
      this.#onError(exchange, undefined, `cluster ${config.cluster} does not exist`);
      return CONTINUE;
    }
    const asked: Asked = {
      call: new UnaryCall(cluster, {
        path: METHOD,
        message: this.#question(route?.domain || config.domain, descriptors),
        timeoutMs: config.timeoutMs,
        authority: config.authority,
        onMessage: (bytes) => exchange.later(() => this.#onMessage(exchange, asked, bytes)),
        onFailure: (cause) => exchange.later(() => this.#onError(exchange, asked, cause)),
      }),
      waiting: false,
      done: false,
      limited: false,
      responseHeaders: [],
    };
    exchange.slots[slot] = asked;
    asked.call.start();
    if (asked.done) return CONTINUE;
    asked.waiting = true;
    return STOP;
  }

  #question(domain: string, descriptors: readonly Descriptor[]): Uint8Array {
    const message = createMessage(RateLimitRequestSchema, {
      domain,
      descriptors: descriptors.map((entries) => ({ entries: entries.map(([key, value]) => ({ key, value })) })),
    });
    return toBinary(RateLimitRequestSchema, message);
  }

  #onMessage(exchange: Exchange, asked: Asked, bytes: Uint8Array): void {
    let answer: RateLimitResponse;
    try {
      answer = fromBinary(RateLimitResponseSchema, bytes);
    } catch (error) {
      this.#onError(exchange, asked, `the answer is not a RateLimitResponse: ${String(error)}`);
      return;
    }
    if (answer.overallCode === Code.UNKNOWN) {
      this.#onError(exchange, asked, 'the answer has no code');
      return;
    }
    const config = this.#config;
    asked.done = true;
    asked.responseHeaders = [
      ...safePairs(answer.responseHeadersToAdd),
      ...(config.rateLimitHeaders ? rateLimitHeaders(answer.statuses) : []),
    ];
    if (answer.dynamicMetadata !== undefined)
      addDynamicMetadata(exchange.record, 'envoy.filters.http.ratelimit', answer.dynamicMetadata);
    const stats = this.#stats(exchange);
    if (answer.overallCode === Code.OVER_LIMIT) {
      stats.overLimit.inc();
      asked.limited = true;
      this.#refuse(exchange, answer.rawBody);
      return;
    }
    stats.ok.inc();
    exchange.request.headers.push(...safePairs(answer.requestHeadersToAdd));
    if (asked.waiting) exchange.intake.resume();
  }

  #refuse(exchange: Exchange, body: Uint8Array): void {
    const config = this.#config;
    const cause = `over the limit of domain ${config.domain} (ratelimit)`;
    const grpc = headerValue(exchange.request.headers, 'content-type')?.startsWith('application/grpc') === true;
    if (grpc && config.resourceExhausted) {
      const headers = ['content-type', 'application/grpc', 'grpc-status', '8'];
      exchange.reply('RATE_LIMITED', { status: 200, headers, body: '', cause });
    } else exchange.reply('RATE_LIMITED', { status: config.status, body, cause });
  }

  #onError(exchange: Exchange, asked: Asked | undefined, cause: string): void {
    const { failureModeDeny, statusOnError } = this.#config;
    const stats = this.#stats(exchange);
    stats.error.inc();
    if (asked !== undefined) asked.done = true;
    if (failureModeDeny) {
      exchange.reply('RATE_LIMITER_ERROR', { status: statusOnError, cause: `the rate limit service failed: ${cause}` });
      return;
    }
    stats.failureModeAllowed.inc();
    this.#context.logger.debug('the rate limit service failed; the request goes on', { cause });
    if (asked?.waiting === true) exchange.intake.resume();
  }

  /** Counted at the cluster that the request is for. */
  #stats(exchange: Exchange): ReturnType<typeof rateLimitStats> {
    const { plan } = exchange;
    return rateLimitStats(this.#context.stats, plan?.kind === 'forward' ? plan.cluster : '', this.#config.statPrefix);
  }

  mark(exchange: Exchange): void {
    const asked = exchange.slots[this.#context.slot] as Asked | undefined;
    if (asked === undefined) return;
    const headers = exchange.responseHeaders;
    headers.push(...asked.responseHeaders);
    if (!asked.limited) return;
    if (this.#config.markLimited) headers.push('x-envoy-ratelimited', 'true');
    applyHeaderOps(this.#config.responseHeaders, headers, new ExchangeFormat(exchange));
  }
}

function create(config: RateLimitConfig, context: FilterContext): HttpFilter {
  const filter = new RateLimitFilter(config, context);
  return {
    onRequestHeaders: (exchange) => filter.ask(exchange),
    onResponseHeaders: (exchange) => filter.mark(exchange),
    onEnd: (exchange) => (exchange.slots[context.slot] as Asked | undefined)?.call.cancel(),
  };
}

export const rateLimit: HttpFilterKind = httpFilter({
  schema: RateLimitSchema,
  routeSchema: RateLimitPerRouteSchema,
  decode: decodeRateLimit,
  decodeRoute: decodeRateLimitRoute,
  create,
});
