import { grpcStatusCode } from '@weft/base';
import { checkDuration } from '../../checks/duration.ts';
import type { Report } from '../../schema/index.ts';
import type { FaultAbort, FaultDelay, HttpFaultInjection, Percent } from './type.ts';

/** A status a proxy can answer with. */
export function checkHttpStatus(status: number, at: string, report: Report): void {
  if (status < 200 || status > 600)
    report.error(at, 'out-of-range', `HTTP status ${status} is not in the range 200..599`);
}

/** Proxies count in millionths, so a smaller share than 0.0001 % is none. */
function checkPercentage(percentage: Percent | undefined, at: string, report: Report): void {
  const value = percentage?.value ?? 0;
  if (value < 0 || value > 100 || (value > 0 && value < 0.0001)) {
    report.error(at, 'out-of-range', `the percentage ${value} is neither 0 nor in the range 0.0001..100`);
  }
}

export function checkFault(fault: HttpFaultInjection | undefined, at: string, report: Report): void {
  if (fault === undefined) return;
  if (fault.abort === undefined && fault.delay === undefined) {
    report.error(at, 'missing-field', 'fault injection needs an abort or a delay');
  }
  if (fault.abort !== undefined) checkAbort(fault.abort, `${at}.abort`, report);
  if (fault.delay !== undefined) checkDelay(fault.delay, `${at}.delay`, report);
}

function checkAbort(abort: FaultAbort, at: string, report: Report): void {
  checkPercentage(abort.percentage, `${at}.percentage`, report);
  if (abort.grpcStatus !== undefined) {
    if (grpcStatusCode(abort.grpcStatus) === undefined) {
      report.error(`${at}.grpcStatus`, 'unknown-value', `unknown gRPC status ${JSON.stringify(abort.grpcStatus)}`, {
        expected: 'a name such as NOT_FOUND or UNAVAILABLE',
      });
    }
  } else if (abort.http2Error !== undefined) {
    report.error(`${at}.http2Error`, 'unsupported', 'HTTP/2 abort faults are not supported');
  } else if (abort.httpStatus !== undefined) {
    checkHttpStatus(abort.httpStatus, `${at}.httpStatus`, report);
  } else {
    report.warning(at, 'no-effect', 'an abort without httpStatus or grpcStatus does nothing');
  }
}

function checkDelay(delay: FaultDelay, at: string, report: Report): void {
  checkPercentage(delay.percentage, `${at}.percentage`, report);
  checkDuration(delay.fixedDelayMs, `${at}.fixedDelay`, report);
  if (delay.exponentialDelayMs !== undefined) {
    report.error(`${at}.exponentialDelay`, 'unsupported', 'exponentialDelay is not supported');
  }
}
