import type { Decoded } from '@weft/base';
import {
  checkFields,
  compileHeaderOps,
  durationOr,
  type HeaderOps,
  Issues,
  SHARED_MESSAGES,
  type SupportedMessages,
  type VirtualHostRules,
} from '@weft/engine';
import {
  RateLimit_XRateLimitHeadersRFCVersion as HeadersVersion,
  type RateLimit,
  type RateLimitPerRoute,
  RateLimitPerRouteSchema,
  RateLimitSchema,
  RateLimitPerRoute_VhRateLimitsOptions as VhOptions,
} from '@weft/xds/gen/envoy/extensions/filters/http/ratelimit/v3/rate_limit_pb';

export interface RateLimitConfig {
  readonly domain: string;
  readonly stage: number;
  readonly requestType: 'internal' | 'external' | 'both';
  readonly timeoutMs: number;
  readonly failureModeDeny: boolean;
  readonly resourceExhausted: boolean;
  /** Where the rate limit service is. */
  readonly cluster: string;
  readonly authority: string;
  readonly rateLimitHeaders: boolean;
  readonly markLimited: boolean;
  readonly status: number;
  readonly statusOnError: number;
  readonly responseHeaders: HeaderOps;
  readonly statPrefix: string;
}

export interface RateLimitOverride {
  readonly virtualHostRules: VirtualHostRules;
  /** Empty leaves the filter's. */
  readonly domain: string;
}

const PACKAGE = 'envoy.extensions.filters.http.ratelimit.v3';
const SUPPORTED: SupportedMessages = {
  ...SHARED_MESSAGES,
  [`${PACKAGE}.RateLimit`]: {
    read: [
      'domain',
      'stage',
      'request_type',
      'timeout',
      'failure_mode_deny',
      'rate_limited_as_resource_exhausted',
      'rate_limit_service',
      'enable_x_ratelimit_headers',
      'disable_x_envoy_ratelimited_header',
      'rate_limited_status',
      'response_headers_to_add',
      'status_on_error',
      'stat_prefix',
    ],
  },
  [`${PACKAGE}.RateLimitPerRoute`]: { read: ['vh_rate_limits', 'domain'] },
  'envoy.config.ratelimit.v3.RateLimitServiceConfig': { read: ['grpc_service'], harmless: ['transport_api_version'] },
  // The filter's own timeout counts.
  'envoy.config.core.v3.GrpcService': { read: ['envoy_grpc'], harmless: ['timeout'] },
  'envoy.config.core.v3.GrpcService.EnvoyGrpc': { read: ['cluster_name', 'authority'] },
  'envoy.type.v3.HttpStatus': { read: ['code'] },
};
/** RateLimit.timeout: "If not set, this defaults to 20ms". */
const DEFAULT_TIMEOUT_MS = 20;
const MAX_STAGE = 10;
const VIRTUAL_HOST: Readonly<Record<VhOptions, VirtualHostRules>> = {
  [VhOptions.OVERRIDE]: 'override',
  [VhOptions.INCLUDE]: 'include',
  [VhOptions.IGNORE]: 'ignore',
};

function requestTypeOf(text: string, at: string, issues: Issues): RateLimitConfig['requestType'] {
  if (text === 'internal' || text === 'external' || text === 'both') return text;
  if (text !== '') issues.error(`${at}.request_type`, 'invalid-value', `\`${text}\``, 'internal, external or both');
  return 'both';
}

export function decodeRateLimit(message: RateLimit, at: string): Decoded<RateLimitConfig> {
  const issues = new Issues('RateLimit');
  checkFields(RateLimitSchema, message, at, SUPPORTED, issues);
  if (message.domain === '') issues.error(`${at}.domain`, 'missing-field', 'is empty', 'a rate limit domain');
  if (message.stage > MAX_STAGE)
    issues.error(`${at}.stage`, 'invalid-value', `is ${message.stage}`, `0 to ${MAX_STAGE}`);
  const target = message.rateLimitService?.grpcService?.targetSpecifier;
  const grpc = target?.case === 'envoyGrpc' ? target.value : undefined;
  if (grpc === undefined || grpc.clusterName === '') {
    const where = `${at}.rate_limit_service.grpc_service.envoy_grpc.cluster_name`;
    issues.error(where, 'missing-field', 'is not given', 'the cluster of the rate limit service');
  }
  const status = message.rateLimitedStatus?.code ?? 0;
  return issues.end({
    domain: message.domain,
    stage: message.stage,
    requestType: requestTypeOf(message.requestType, at, issues),
    timeoutMs: durationOr(message.timeout, DEFAULT_TIMEOUT_MS, `${at}.timeout`, issues),
    failureModeDeny: message.failureModeDeny,
    resourceExhausted: message.rateLimitedAsResourceExhausted,
    cluster: grpc?.clusterName ?? '',
    authority: grpc?.authority ?? '',
    rateLimitHeaders: message.enableXRatelimitHeaders === HeadersVersion.DRAFT_VERSION_03,
    markLimited: !message.disableXEnvoyRatelimitedHeader,
    status: status < 400 ? 429 : status,
    statusOnError: message.statusOnError?.code || 500,
    responseHeaders:
      message.responseHeadersToAdd.length === 0
        ? undefined
        : compileHeaderOps(message.responseHeadersToAdd, [], at, 'response', issues),
    statPrefix: message.statPrefix,
  });
}

export function decodeRateLimitRoute(message: RateLimitPerRoute, at: string): Decoded<RateLimitOverride> {
  const issues = new Issues('RateLimitPerRoute');
  checkFields(RateLimitPerRouteSchema, message, at, SUPPORTED, issues);
  return issues.end({ virtualHostRules: VIRTUAL_HOST[message.vhRateLimits], domain: message.domain });
}
