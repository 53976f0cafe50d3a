import { STATUS_CODES } from 'node:http';
import type { HttpRetry } from '../kinds/virtual-service/type.ts';
import type { Report } from '../schema/index.ts';
import { checkDuration } from './duration.ts';

/**
 * Conditions of `x-envoy-retry-on` and `x-envoy-retry-grpc-on`.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_filters/router_filter
 */
const CONDITIONS = new Set([
  '5xx',
  'gateway-error',
  'reset',
  'reset-before-request',
  'connect-failure',
  'retriable-4xx',
  'refused-stream',
  'retriable-status-codes',
  'retriable-headers',
  'envoy-ratelimited',
  'http3-post-connect-failure',
  'cancelled',
  'deadline-exceeded',
  'internal',
  'resource-exhausted',
  'unavailable',
]);

/** Numbers are status codes to retry on: registered ones. Node also knows 509, which nobody registered. */
function isCondition(condition: string): boolean {
  if (CONDITIONS.has(condition)) return true;
  return /^\d+$/.test(condition) && condition !== '509' && STATUS_CODES[Number(condition)] !== undefined;
}

/** A retry policy of a route, or the mesh's default. */
export function checkRetry(retry: HttpRetry | undefined, at: string, report: Report): void {
  if (retry === undefined) return;
  const attempts = retry.attempts ?? 0;
  if (attempts < 0) report.error(`${at}.attempts`, 'out-of-range', 'attempts must not be negative');
  const configured =
    retry.perTryTimeoutMs !== undefined || (retry.retryOn ?? '') !== '' || retry.retryRemoteLocalities !== undefined;
  if (attempts === 0 && configured) {
    report.error(at, 'no-effect', 'retries are configured but attempts is 0, which switches them off', {
      hint: 'set attempts, or remove the other fields',
    });
  }
  checkDuration(retry.perTryTimeoutMs, `${at}.perTryTimeout`, report);
  checkDuration(retry.backoffMs, `${at}.backoff`, report);
  if ((retry.retryOn ?? '') === '') return;
  for (const condition of (retry.retryOn ?? '').split(',')) {
    if (!isCondition(condition)) {
      report.error(`${at}.retryOn`, 'unknown-value', `${JSON.stringify(condition)} is not a retry condition`, {
        expected: 'conditions of x-envoy-retry-on or status codes, separated by commas without spaces',
      });
    }
  }
}
