import type { Report } from '../schema/index.ts';

/** Timeouts are kept in whole milliseconds, at least one. */
export function checkDuration(ms: number | undefined, at: string, report: Report): void {
  if (ms === undefined) return;
  if (ms < 1) report.error(at, 'out-of-range', 'the duration must be at least 1ms');
  else if (!Number.isInteger(ms))
    report.error(at, 'too-precise', 'only durations to millisecond precision are supported');
}

/** Why a duration that must not be negative is refused. */
export function negativeDurationProblem(ms: number): string | undefined {
  return ms < 0 ? `the duration ${ms}ms is negative` : undefined;
}
