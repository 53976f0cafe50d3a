import { checkDuration } from '../../checks/duration.ts';
import type { Report } from '../../schema/index.ts';
import type { OutlierDetection } from './type.ts';

/** Ejection settings: durations, percentages, and counters that need another field to be looked at. */
export function checkOutlierDetection(outlier: OutlierDetection | undefined, at: string, report: Report): void {
  if (outlier === undefined) return;
  checkDuration(outlier.baseEjectionTimeMs, `${at}.baseEjectionTime`, report);
  checkDuration(outlier.intervalMs, `${at}.interval`, report);
  if ((outlier.consecutiveErrors ?? 0) !== 0) {
    report.warning(`${at}.consecutiveErrors`, 'deprecated', 'consecutiveErrors is deprecated', {
      hint: 'use consecutive5xxErrors or consecutiveGatewayErrors',
    });
  }
  if (outlier.splitExternalLocalOriginErrors !== true && (outlier.consecutiveLocalOriginFailures ?? 0) > 0) {
    report.error(
      `${at}.consecutiveLocalOriginFailures`,
      'no-effect',
      'consecutiveLocalOriginFailures has no effect unless splitExternalLocalOriginErrors is true',
    );
  }
  for (const field of ['maxEjectionPercent', 'minHealthPercent'] as const) {
    const percent = outlier[field] ?? 0;
    if (percent < 0 || percent > 100)
      report.error(`${at}.${field}`, 'out-of-range', `${percent} is not in the range 0..100`);
  }
}
