import type { Decoded } from '@weft/base';
import { checkFields, compileHeaderMatch, type HeaderMatch, Issues, type SupportedMessages } from '@weft/engine';
import {
  type HealthCheck,
  HealthCheckSchema,
} from '@weft/xds/gen/envoy/extensions/filters/http/health_check/v3/health_check_pb';

export interface HealthCheckConfig {
  /** A request that matches all of these asks for health. */
  readonly headers: readonly HeaderMatch[];
  /** By cluster, the whole percentage of its endpoints that must be healthy or degraded. */
  readonly clusters: readonly (readonly [name: string, percent: number])[];
}

const SUPPORTED: SupportedMessages = {
  'envoy.type.v3.Percent': { read: ['value'] },
  'envoy.extensions.filters.http.health_check.v3.HealthCheck': {
    read: ['pass_through_mode', 'cluster_min_healthy_percentages'],
    // Checked by who compiles them.
    opaque: ['headers'],
  },
};

export function decodeHealthCheck(message: HealthCheck, at: string): Decoded<HealthCheckConfig> {
  const issues = new Issues('HealthCheck');
  checkFields(HealthCheckSchema, message, at, SUPPORTED, issues);
  if (message.passThroughMode === undefined)
    issues.error(`${at}.pass_through_mode`, 'missing-field', 'is not given', 'false');
  else if (message.passThroughMode) {
    issues.error(
      `${at}.pass_through_mode`,
      'unsupported-value',
      'asking the upstream and caching its answer is not supported',
      'false: this proxy answers by itself',
    );
  }
  return issues.end({
    headers: message.headers.map((matcher, i) => compileHeaderMatch(matcher, `${at}.headers[${i}]`, issues)),
    clusters: Object.entries(message.clusterMinHealthyPercentages).map(
      ([name, percent]) => [name, Math.trunc(percent.value)] as const,
    ),
  });
}
