import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileHeaderOps,
  durationMs,
  type Fraction,
  fraction,
  type HeaderOps,
  Issues,
  SHARED_MESSAGES,
  type SupportedMessages,
  type VirtualHostRules,
} from '@weft/engine';
import {
  VhRateLimitsOptions,
  XRateLimitHeadersRFCVersion,
} from '@weft/xds/gen/envoy/extensions/common/ratelimit/v3/ratelimit_pb';
import {
  type LocalRateLimit,
  LocalRateLimitSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/local_ratelimit/v3/local_rate_limit_pb';
import type { TokenBucket } from '@weft/xds/gen/envoy/type/v3/token_bucket_pb';
import type { Limits } from './limiter.ts';
import type { BucketSpec } from './token-bucket.ts';

export interface LocalRateLimitConfig extends Limits {
  /** Path of the field that holds it. */
  readonly at: string;
  readonly statPrefix: string;
  readonly status: number;
  readonly enabled: Fraction;
  readonly enforced: Fraction;
  /** Added to limited requests that pass because limits are not enforced. */
  readonly requestHeaders: HeaderOps;
  readonly responseHeaders: HeaderOps;
  readonly stage: number;
  readonly perConnection: boolean;
  readonly rateLimitHeaders: boolean;
  readonly virtualHostRules: VirtualHostRules;
  readonly resourceExhausted: boolean;
}

const FILTER = 'envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit';
const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  [FILTER]: {
    read: [
      'stat_prefix',
      'status',
      'token_bucket',
      'filter_enabled',
      'filter_enforced',
      'request_headers_to_add_when_not_enforced',
      'response_headers_to_add',
      'descriptors',
      'stage',
      'local_rate_limit_per_downstream_connection',
      'enable_x_ratelimit_headers',
      'vh_rate_limits',
      'always_consume_default_token_bucket',
      'rate_limited_as_resource_exhausted',
    ],
  },
  'envoy.type.v3.HttpStatus': { read: ['code'] },
  'envoy.type.v3.TokenBucket': { read: ['max_tokens', 'tokens_per_fill', 'fill_interval'] },
  'envoy.extensions.common.ratelimit.v3.LocalRateLimitDescriptor': { read: ['entries', 'token_bucket'] },
  'envoy.extensions.common.ratelimit.v3.RateLimitDescriptor.Entry': { read: ['key', 'value'] },
};
const MIN_FILL_MS = 50;
const TOO_MANY_REQUESTS = 429;
const NEVER: Fraction = { numerator: 0, denominator: 100 };

const VIRTUAL_HOST: Readonly<Record<VhRateLimitsOptions, VirtualHostRules>> = {
  [VhRateLimitsOptions.OVERRIDE]: 'override',
  [VhRateLimitsOptions.INCLUDE]: 'include',
  [VhRateLimitsOptions.IGNORE]: 'ignore',
};

function bucketOf(message: TokenBucket, at: string, issues: Issues): BucketSpec {
  const fillIntervalMs =
    message.fillInterval === undefined ? 0 : durationMs(message.fillInterval, `${at}.fill_interval`, issues);
  if (fillIntervalMs < MIN_FILL_MS)
    issues.error(`${at}.fill_interval`, 'invalid-value', `is ${fillIntervalMs} ms`, `at least ${MIN_FILL_MS} ms`);
  if (message.maxTokens === 0) issues.error(`${at}.max_tokens`, 'invalid-value', 'is 0', 'at least 1');
  const tokensPerFill = message.tokensPerFill ?? 1;
  if (tokensPerFill === 0) issues.error(`${at}.tokens_per_fill`, 'invalid-value', 'is 0', 'at least 1');
  return { maxTokens: message.maxTokens, tokensPerFill, fillIntervalMs };
}

function limitsOf(message: LocalRateLimit, at: string, issues: Issues): Limits {
  const bucket =
    message.tokenBucket === undefined ? undefined : bucketOf(message.tokenBucket, `${at}.token_bucket`, issues);
  const descriptors = message.descriptors.map((descriptor, i) => {
    const where = `${at}.descriptors[${i}].token_bucket`;
    if (descriptor.tokenBucket === undefined) issues.error(where, 'missing-field', 'is not given', 'a token bucket');
    const own =
      descriptor.tokenBucket === undefined
        ? { maxTokens: 1, tokensPerFill: 1, fillIntervalMs: MIN_FILL_MS }
        : bucketOf(descriptor.tokenBucket, where, issues);
    if (bucket !== undefined && own.fillIntervalMs % bucket.fillIntervalMs !== 0) {
      issues.error(
        `${where}.fill_interval`,
        'invalid-value',
        `is ${own.fillIntervalMs} ms`,
        `a multiple of ${bucket.fillIntervalMs} ms, the interval of token_bucket`,
      );
    }
    return { entries: descriptor.entries.map(({ key, value }) => [key, value] as const), bucket: own };
  });
  return { bucket, descriptors, alwaysTakeDefault: message.alwaysConsumeDefaultTokenBucket ?? true };
}

function decode(message: LocalRateLimit, at: string, issues: Issues): LocalRateLimitConfig {
  checkFields(LocalRateLimitSchema, message, at, SUPPORTED, issues);
  if (message.statPrefix === '') issues.error(`${at}.stat_prefix`, 'missing-field', 'is empty', 'a name');
  const ops = (list: LocalRateLimit['responseHeadersToAdd'], which: 'request' | 'response'): HeaderOps =>
    list.length === 0 ? undefined : compileHeaderOps(list, [], at, which, issues);
  const status = message.status?.code ?? 0;
  const enabled = message.filterEnabled?.defaultValue;
  const enforced = message.filterEnforced?.defaultValue;
  return {
    ...limitsOf(message, at, issues),
    at,
    statPrefix: message.statPrefix,
    status: status < 400 ? TOO_MANY_REQUESTS : status,
    enabled: enabled === undefined ? NEVER : fraction(enabled),
    enforced: enforced === undefined ? NEVER : fraction(enforced),
    requestHeaders: ops(message.requestHeadersToAddWhenNotEnforced, 'request'),
    responseHeaders: ops(message.responseHeadersToAdd, 'response'),
    stage: message.stage,
    perConnection: message.localRateLimitPerDownstreamConnection,
    rateLimitHeaders: message.enableXRatelimitHeaders === XRateLimitHeadersRFCVersion.DRAFT_VERSION_03,
    virtualHostRules: VIRTUAL_HOST[message.vhRateLimits],
    resourceExhausted: message.rateLimitedAsResourceExhausted,
  };
}

export function decodeLocalRateLimit(message: LocalRateLimit, at: string): Decoded<LocalRateLimitConfig> {
  const issues = new Issues('LocalRateLimit');
  return issues.end(decode(message, at, issues));
}

/** A route that limits must say by how much. */
export function decodeLocalRateLimitRoute(message: LocalRateLimit, at: string): Decoded<LocalRateLimitConfig> {
  const issues = new Issues('LocalRateLimit');
  const config = decode(message, at, issues);
  if (config.bucket === undefined)
    issues.error(`${at}.token_bucket`, 'missing-field', 'is not given', 'a token bucket');
  return issues.end(config);
}
