import { checkDuration } from '../../checks/duration.ts';
import { checkLocalityLb, checkZoneAwareLb } from '../../checks/locality.ts';
import type { Report } from '../../schema/index.ts';
import type { ConsistentHashLb, HttpCookieHash, LoadBalancerSettings, WarmupConfiguration } from './type.ts';

/** Envoy refuses larger Maglev tables. */
const MAX_MAGLEV_TABLE = 5_000_011;

/** Load balancing of a traffic policy; failover needs the outlier detection beside it. */
export function checkLoadBalancer(
  lb: LoadBalancerSettings | undefined,
  hasOutlierDetection: boolean,
  at: string,
  report: Report,
): void {
  if (lb === undefined) return;
  if (lb.consistentHash !== undefined) checkConsistentHash(lb.consistentHash, `${at}.consistentHash`, report);
  if (lb.localityLbSetting !== undefined && lb.zoneAwareLbSetting !== undefined) {
    report.error(at, 'conflicting-fields', 'only one of localityLbSetting and zoneAwareLbSetting can be set');
  }
  checkLocalityLb(lb.localityLbSetting, hasOutlierDetection, `${at}.localityLbSetting`, report);
  checkZoneAwareLb(lb.zoneAwareLbSetting, hasOutlierDetection, `${at}.zoneAwareLbSetting`, report);
  if (lb.warmup !== undefined) checkWarmup(lb.warmup, `${at}.warmup`, report);
}

function checkConsistentHash(hash: ConsistentHashLb, at: string, report: Report): void {
  if (hash.httpCookie !== undefined) checkCookie(hash.httpCookie, `${at}.httpCookie`, report);
  if ((hash.minimumRingSize ?? 0) !== 0) {
    report.warning(`${at}.minimumRingSize`, 'deprecated', 'minimumRingSize is deprecated', {
      hint: 'use ringHash.minimumRingSize',
    });
    if (hash.ringHash !== undefined || hash.maglev !== undefined) {
      report.error(at, 'conflicting-fields', 'only one of minimumRingSize, ringHash and maglev can be set');
    }
  }
  if (hash.maglev === undefined) return;
  const size = hash.maglev.tableSize ?? 0;
  const path = `${at}.maglev.tableSize`;
  if (size === 0) report.error(path, 'missing-field', 'maglev needs tableSize');
  else if (size >= MAX_MAGLEV_TABLE)
    report.error(path, 'out-of-range', `tableSize must be less than ${MAX_MAGLEV_TABLE}`);
  else if (!isPrime(size)) report.error(path, 'invalid-value', `tableSize must be a prime number, ${size} is not`);
}

/** As Envoy decides it: 1 passes for a prime. */
function isPrime(n: number): boolean {
  if (n > 0 && n < 4) return true;
  if (n % 2 === 0) return false;
  for (let factor = 3; factor * factor <= n; factor += 2) if (n % factor === 0) return false;
  return true;
}

function checkCookie(cookie: HttpCookieHash, at: string, report: Report): void {
  if ((cookie.name ?? '') === '') report.error(`${at}.name`, 'missing-field', 'httpCookie needs a name');
  const names = new Set<string>();
  for (const [i, { name = '' }] of (cookie.attributes ?? []).entries()) {
    const path = `${at}.attributes[${i}].name`;
    if (name === '') report.error(path, 'missing-field', 'a cookie attribute must have a name');
    else if (names.has(name)) report.error(path, 'duplicate', `duplicate cookie attribute ${JSON.stringify(name)}`);
    names.add(name);
  }
}

function checkWarmup(warmup: WarmupConfiguration, at: string, report: Report): void {
  if (warmup.durationMs === undefined) report.error(`${at}.duration`, 'missing-field', 'warmup needs a duration');
  checkDuration(warmup.durationMs, `${at}.duration`, report);
  if ((warmup.minimumPercent ?? 0) > 100) {
    report.error(`${at}.minimumPercent`, 'out-of-range', 'minimumPercent must be at most 100');
  }
  if (warmup.aggression !== undefined && warmup.aggression <= 0) {
    report.error(`${at}.aggression`, 'out-of-range', 'aggression must be greater than 0');
  }
}
