/** envoy.filters.http.local_ratelimit: token buckets of this proxy's own, for all requests of a listener or route and for descriptors. */
import type { Random } from '@weft/base';
import { applyHeaderOps, type Descriptor, type Fraction, rateLimitDescriptors } from '@weft/engine';
import { headerValue } from '@weft/http';
import { LocalRateLimitSchema } from '@weft/xds/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb';
import type { ConnectionInfo } from '../../../stream/downstream.ts';
import type { Exchange } from '../../../stream/exchange.ts';
import { ExchangeFormat } from '../../../stream/exchange-format.ts';
import {
  CONTINUE,
  type FilterContext,
  type HttpFilter,
  type HttpFilterKind,
  httpFilter,
} from '../../../stream/http-filter.ts';
import { StatScope, type StatsRegistry } from '../../../telemetry/registry.ts';
import type { Counter } from '../../../telemetry/stat.ts';
import { decodeLocalRateLimit, decodeLocalRateLimitRoute, type LocalRateLimitConfig } from './config.ts';
import { Limiter, type ShareBucket } from './limiter.ts';
import type { TokenBucket } from './token-bucket.ts';

/** `<stat_prefix>.http_local_rate_limit.*`. */
class Stats extends StatScope {
  readonly enabled: Counter = this.counter('enabled');
  readonly enforced: Counter = this.counter('enforced');
  readonly rateLimited: Counter = this.counter('rate_limited');
  readonly ok: Counter = this.counter('ok');
}

function statsOf(registry: StatsRegistry, prefix: string): Stats {
  const scope = `${prefix}.http_local_rate_limit.`;
  return registry.scope(
    scope,
    () => new Stats(scope, 'envoy_http_local_rate_limit_', [['local_http_ratelimit_prefix', prefix]]),
  );
}

/** One configuration at work. */
class Rule {
  readonly config: LocalRateLimitConfig;
  readonly stats: Stats;
  readonly #shared: Limiter;
  readonly #ofConnections = new WeakMap<ConnectionInfo, Limiter>();

  constructor(config: LocalRateLimitConfig, registry: StatsRegistry, nowMs: number, share: ShareBucket) {
    this.config = config;
    this.stats = statsOf(registry, config.statPrefix);
    // Where it stands tells the same configuration of another route from this one.
    this.#shared = new Limiter(config, nowMs, (key) => share(`${config.at} ${key}`));
  }

  limiter(connection: ConnectionInfo, nowMs: number): Limiter {
    if (!this.config.perConnection) return this.#shared;
    const existing = this.#ofConnections.get(connection);
    if (existing !== undefined) return existing;
    const made = new Limiter(this.config, nowMs);
    this.#ofConnections.set(connection, made);
    return made;
  }
}

/** What the answer's headers tell. */
interface Told {
  readonly rule: Rule;
  readonly bucket: TokenBucket | undefined;
  readonly limited: boolean;
}

const NO_DESCRIPTORS: readonly Descriptor[] = [];

function draws(share: Fraction, random: Random): boolean {
  return share.numerator > 0 && random.below(share.denominator) < share.numerator;
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(':')).replace(/^\[|\]$/g, '');
}

function descriptorsOf(config: LocalRateLimitConfig, exchange: Exchange, sourceCluster: string): readonly Descriptor[] {
  const { plan, request, record } = exchange;
  if (config.descriptors.length === 0 || plan?.kind !== 'forward') return NO_DESCRIPTORS;
  const input = { plan, head: request, sourceCluster, remoteHost: hostOf(record.downstreamRemoteAddress) };
  return rateLimitDescriptors(input, config.stage, config.virtualHostRules);
}

function refuse(config: LocalRateLimitConfig, exchange: Exchange): void {
  const cause = `the bucket of ${config.statPrefix} is empty (local_ratelimit)`;
  const grpc = headerValue(exchange.request.headers, 'content-type')?.startsWith('application/grpc') === true;
  if (grpc && config.resourceExhausted) {
    const headers = ['content-type', 'application/grpc', 'grpc-status', '8', 'grpc-message', 'local_rate_limited'];
    exchange.reply('LOCAL_RATE_LIMITED', { status: 200, headers, body: '', cause });
  } else exchange.reply('LOCAL_RATE_LIMITED', { status: config.status, cause });
}

function create(base: LocalRateLimitConfig, context: FilterContext): HttpFilter {
  const { clock, name, random, slot, stats, localCluster, sharedInstant } = context;
  const own = new Rule(base, stats, clock.monotonic(), sharedInstant);
  /** A route's buckets are its own, and new ones when the route is. */
  const ofRoutes = new WeakMap<LocalRateLimitConfig, Rule>();
  const ruleFor = (exchange: Exchange): Rule => {
    const config = exchange.overrides(name)?.[0] as LocalRateLimitConfig | undefined;
    if (config === undefined) return own;
    const existing = ofRoutes.get(config);
    if (existing !== undefined) return existing;
    // The time of this callback: by a later one the bucket would not be full yet.
    const made = new Rule(config, stats, exchange.manager.loop.now, sharedInstant);
    ofRoutes.set(config, made);
    return made;
  };
  return {
    onRequestHeaders(exchange) {
      const rule = ruleFor(exchange);
      const { config } = rule;
      if (!draws(config.enabled, random)) return CONTINUE;
      rule.stats.enabled.inc();
      const now = exchange.manager.loop.now;
      const limiter = rule.limiter(exchange.downstream.connection, now);
      const { allowed, bucket } = limiter.decide(descriptorsOf(config, exchange, localCluster), now);
      if (allowed) {
        rule.stats.ok.inc();
        exchange.slots[slot] = { rule, bucket, limited: false } satisfies Told;
        return CONTINUE;
      }
      rule.stats.rateLimited.inc();
      const enforced = draws(config.enforced, random);
      exchange.slots[slot] = { rule, bucket, limited: enforced } satisfies Told;
      if (!enforced) applyHeaderOps(config.requestHeaders, exchange.request.headers, new ExchangeFormat(exchange));
      else {
        rule.stats.enforced.inc();
        refuse(config, exchange);
      }
      return CONTINUE;
    },
    onResponseHeaders(exchange) {
      const told = exchange.slots[slot] as Told | undefined;
      if (told === undefined) return;
      const { config } = told.rule;
      const headers = exchange.responseHeaders;
      if (told.limited) applyHeaderOps(config.responseHeaders, headers, new ExchangeFormat(exchange));
      const { bucket } = told;
      if (!config.rateLimitHeaders || bucket === undefined) return;
      const now = exchange.manager.loop.now;
      headers.push(
        'x-ratelimit-limit',
        String(bucket.spec.maxTokens),
        'x-ratelimit-remaining',
        String(Math.floor(bucket.tokens(now) + 1e-9)),
        'x-ratelimit-reset',
        String(bucket.secondsToFull(now)),
      );
    },
  };
}

export const localRateLimit: HttpFilterKind = httpFilter({
  schema: LocalRateLimitSchema,
  routeSchema: LocalRateLimitSchema,
  decode: decodeLocalRateLimit,
  decodeRoute: decodeLocalRateLimitRoute,
  create,
});
