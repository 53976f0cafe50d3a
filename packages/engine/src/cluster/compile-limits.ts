import type {
  CircuitBreakers_Thresholds,
  CircuitBreakers as Message,
} from '@weft/xds/gen/envoy/config/cluster/v3/circuit_breaker_pb';
import type { OutlierDetection } from '@weft/xds/gen/envoy/config/cluster/v3/outlier_detection_pb';
import { RoutingPriority } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { Issues } from '../decode/issues.ts';
import { durationOr } from '../decode/scalars.ts';
import type { CircuitBreakers, Thresholds } from './circuit-breakers.ts';
import type { OutlierConfig } from './outlier-config.ts';

// CircuitBreakers.Thresholds: 1024 connections, pending requests and requests, 3 retries.
const DEFAULT_LIMIT = 1024;
const DEFAULT_RETRIES = 3;
/** Istio writes "no limit" as the largest number that fits. */
const NO_LIMIT = 0xffff_ffff;

function limit(value: number | undefined, or: number): number {
  return value === NO_LIMIT ? Number.POSITIVE_INFINITY : (value ?? or);
}

export function compileCircuitBreakers(message: Message | undefined, issues: Issues): CircuitBreakers {
  const ofPriority = (priority: RoutingPriority): Thresholds =>
    thresholds(
      message?.thresholds.find((entry) => entry.priority === priority),
      message?.perHostThresholds.find((entry) => entry.priority === priority),
    );
  for (const [i, host] of (message?.perHostThresholds ?? []).entries()) {
    const others = [host.maxPendingRequests, host.maxRequests, host.maxRetries, host.retryBudget];
    if (others.some((value) => value !== undefined)) {
      issues.error(
        `circuit_breakers.per_host_thresholds[${i}]`,
        'unsupported-field',
        'only max_connections applies to a host',
      );
    }
  }
  return {
    default: ofPriority(RoutingPriority.DEFAULT),
    high: ofPriority(RoutingPriority.HIGH),
  };
}

function thresholds(
  message: CircuitBreakers_Thresholds | undefined,
  perHost: CircuitBreakers_Thresholds | undefined,
): Thresholds {
  const budget = message?.retryBudget;
  return {
    maxConnections: limit(message?.maxConnections, DEFAULT_LIMIT),
    maxPendingRequests: limit(message?.maxPendingRequests, DEFAULT_LIMIT),
    maxRequests: limit(message?.maxRequests, DEFAULT_LIMIT),
    maxRetries: limit(message?.maxRetries, DEFAULT_RETRIES),
    // RetryBudget: 20 % and 3 unless told.
    retryBudget:
      budget === undefined
        ? undefined
        : { percent: budget.budgetPercent?.value ?? 20, minConcurrency: budget.minRetryConcurrency ?? 3 },
    perHostMaxConnections: limit(perHost?.maxConnections, Number.POSITIVE_INFINITY),
    trackRemaining: message?.trackRemaining ?? false,
  };
}

/** An OutlierDetection with the defaults of outlier_detection.proto. */
export function compileOutlier(message: OutlierDetection, issues: Issues): OutlierConfig {
  const at = 'outlier_detection';
  const percent = (value: number | undefined, or: number, field: string): number => {
    if (value !== undefined && value > 100)
      issues.error(`${at}.${field}`, 'invalid-value', `is ${value}`, 'at most 100');
    return value ?? or;
  };
  const intervalMs = durationOr(message.interval, 10_000, `${at}.interval`, issues);
  if (intervalMs <= 0) issues.error(`${at}.interval`, 'invalid-value', 'is zero', 'more than zero');
  const baseEjectionMs = durationOr(message.baseEjectionTime, 30_000, `${at}.base_ejection_time`, issues);
  // "If not specified, the default value (300000ms or 300s) or base_ejection_time is used, whichever is larger".
  const maxEjectionMs = durationOr(
    message.maxEjectionTime,
    Math.max(300_000, baseEjectionMs),
    `${at}.max_ejection_time`,
    issues,
  );
  if (maxEjectionMs < baseEjectionMs)
    issues.error(`${at}.max_ejection_time`, 'invalid-value', `is ${maxEjectionMs} ms`, 'at least base_ejection_time');
  return {
    consecutive5xx: message.consecutive5xx ?? 5,
    enforcingConsecutive5xx: percent(message.enforcingConsecutive5xx, 100, 'enforcing_consecutive_5xx'),
    consecutiveGatewayFailure: message.consecutiveGatewayFailure ?? 5,
    enforcingConsecutiveGatewayFailure: percent(
      message.enforcingConsecutiveGatewayFailure,
      0,
      'enforcing_consecutive_gateway_failure',
    ),
    splitLocalOrigin: message.splitExternalLocalOriginErrors,
    consecutiveLocalOriginFailure: message.consecutiveLocalOriginFailure ?? 5,
    enforcingConsecutiveLocalOriginFailure: percent(
      message.enforcingConsecutiveLocalOriginFailure,
      100,
      'enforcing_consecutive_local_origin_failure',
    ),
    intervalMs,
    baseEjectionMs,
    maxEjectionMs,
    maxEjectionJitterMs: durationOr(message.maxEjectionTimeJitter, 0, `${at}.max_ejection_time_jitter`, issues),
    maxEjectionPercent: percent(message.maxEjectionPercent, 10, 'max_ejection_percent'),
    alwaysEjectOne: message.alwaysEjectOneHost ?? false,
    enforcingSuccessRate: percent(message.enforcingSuccessRate, 100, 'enforcing_success_rate'),
    enforcingLocalOriginSuccessRate: percent(
      message.enforcingLocalOriginSuccessRate,
      100,
      'enforcing_local_origin_success_rate',
    ),
    successRateMinimumHosts: message.successRateMinimumHosts ?? 5,
    successRateRequestVolume: message.successRateRequestVolume ?? 100,
    successRateStdevFactor: message.successRateStdevFactor ?? 1900,
    enforcingFailurePercentage: percent(message.enforcingFailurePercentage, 0, 'enforcing_failure_percentage'),
    enforcingFailurePercentageLocalOrigin: percent(
      message.enforcingFailurePercentageLocalOrigin,
      0,
      'enforcing_failure_percentage_local_origin',
    ),
    failurePercentageThreshold: percent(message.failurePercentageThreshold, 85, 'failure_percentage_threshold'),
    failurePercentageMinimumHosts: message.failurePercentageMinimumHosts ?? 5,
    failurePercentageRequestVolume: message.failurePercentageRequestVolume ?? 50,
    unejectOnHealthCheck: message.successfulActiveHealthCheckUnejectHost ?? true,
  };
}
