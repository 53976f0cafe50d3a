/** What a rate limit service said, as headers. */
import {
  type RateLimitResponse_DescriptorStatus as DescriptorStatus,
  RateLimitResponse_RateLimit_Unit as Unit,
} from '@weft/xds/gen/envoy/service/ratelimit/v3/rls_pb';

const DAY = 86_400;
const SECONDS: Readonly<Record<Unit, number>> = {
  [Unit.UNKNOWN]: 0,
  [Unit.SECOND]: 1,
  [Unit.MINUTE]: 60,
  [Unit.HOUR]: 3600,
  [Unit.DAY]: DAY,
  [Unit.MONTH]: 30 * DAY,
  [Unit.YEAR]: 365 * DAY,
};

/**
 * `x-ratelimit-*` (draft-polli-ratelimit-headers-03): the window that is nearest to its limit, and all of them as the policy; none when no
 * descriptor has a limit.
 */
export function rateLimitHeaders(statuses: readonly DescriptorStatus[]): readonly string[] {
  let nearest: DescriptorStatus | undefined;
  let policy = '';
  for (const status of statuses) {
    const limit = status.currentLimit;
    if (limit === undefined) continue;
    if (nearest === undefined || status.limitRemaining < nearest.limitRemaining) nearest = status;
    const window = SECONDS[limit.unit];
    if (window === 0) continue;
    policy += `, ${limit.requestsPerUnit};w=${window}${limit.name === '' ? '' : `;name="${limit.name}"`}`;
  }
  if (nearest?.currentLimit === undefined) return [];
  return [
    'x-ratelimit-limit',
    `${nearest.currentLimit.requestsPerUnit}${policy}`,
    'x-ratelimit-remaining',
    String(nearest.limitRemaining),
    'x-ratelimit-reset',
    String(nearest.durationUntilReset?.seconds ?? 0),
  ];
}
