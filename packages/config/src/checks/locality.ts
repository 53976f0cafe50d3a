import type { LocalityFailover, LocalityLbSetting, ZoneAwareLbSetting } from '../kinds/destination-rule/type.ts';
import type { Report } from '../schema/index.ts';

const TOPOLOGY_LABELS = new Set([
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.istio.io/subzone',
]);

/** Why localities `region/zone/subzone`, with a wildcard at the end of one, cannot stand beside each other. */
function localitiesProblem(localities: readonly string[]): string | undefined {
  const seen: string[][] = [];
  for (const locality of localities) {
    const stars = locality.split('*').length - 1;
    if (stars > 1 || (stars === 1 && !locality.endsWith('*')))
      return `locality ${locality} may have one wildcard, at its end`;
    const parts = splitLocality(locality);
    if (parts.includes('')) return `locality ${locality} has an empty region, zone or subzone`;
    const overlaps = seen.some((other) => overlap(other, parts));
    if (overlaps) return `locality ${locality} overlaps with an earlier one`;
    seen.push(parts);
  }
  return undefined;
}

function splitLocality(locality: string): string[] {
  const [region = '', zone, ...rest] = locality.split('/');
  if (zone === undefined) return [region];
  return rest.length === 0 ? [region, zone] : [region, zone, rest.join('/')];
}

/** A shorter locality stands for everything below it; a whole-part wildcard too. */
function overlap(earlier: readonly string[], later: readonly string[]): boolean {
  if (earlier[0] === '*') return true;
  const depth = Math.min(earlier.length, later.length);
  for (let i = 0; i < depth; i++) {
    if (earlier[i] === '*') return true;
    if (earlier[i] !== later[i]) return false;
  }
  return true;
}

function checkFailover(failover: readonly LocalityFailover[], at: string, report: Report): void {
  for (const [i, { from = '', to = '' }] of failover.entries()) {
    const path = `${at}.failover[${i}]`;
    if (from === to) report.error(path, 'invalid-failover', 'failover must name two different regions');
    if (from.includes('/') || to.includes('/')) {
      report.error(
        path,
        'invalid-failover',
        'failover names regions only: zones and subzones are handled by themselves',
      );
    }
    if (from.includes('*') || to.includes('*'))
      report.error(path, 'invalid-failover', 'a failover region has no wildcard');
  }
}

function warnWithoutOutlierDetection(
  lb: LocalityLbSetting | ZoneAwareLbSetting,
  has: boolean,
  at: string,
  report: Report,
): void {
  if (!has && ((lb.failover ?? []).length > 0 || (lb.failoverPriority ?? []).length > 0)) {
    report.warning(at, 'missing-outlier-detection', 'failover has no effect without outlierDetection');
  }
}

function checkDistribute(lb: LocalityLbSetting, at: string, report: Report): void {
  for (const [i, { to }] of (lb.distribute ?? []).entries()) {
    const path = `${at}.distribute[${i}].to`;
    const weights = Object.values(to ?? {});
    if (weights.some((weight) => weight < 1 || weight > 100)) {
      report.error(path, 'out-of-range', 'a locality weight must be in the range 1..100');
      continue;
    }
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (total !== 100) report.error(path, 'wrong-total', `the locality weights sum to ${total}, not 100`);
    const problem = localitiesProblem(Object.keys(to ?? {}));
    if (problem !== undefined) report.error(path, 'invalid-locality', problem);
  }
  const problem = localitiesProblem((lb.distribute ?? []).map(({ from }) => from ?? ''));
  if (problem !== undefined) report.error(`${at}.distribute`, 'invalid-locality', problem);
}

/** Locality balancing: distribute, failover and failoverPriority exclude each other in part. */
export function checkLocalityLb(
  lb: LocalityLbSetting | undefined,
  hasOutlierDetection: boolean,
  at: string,
  report: Report,
): void {
  if (lb === undefined) return;
  const failover = lb.failover ?? [];
  if ((lb.distribute ?? []).length > 0 && failover.length > 0) {
    report.error(at, 'conflicting-fields', 'distribute and failover cannot be set together');
    return;
  }
  const topology = (lb.failoverPriority ?? []).find((label) => TOPOLOGY_LABELS.has(label));
  if (failover.length > 0 && topology !== undefined) {
    report.error(
      at,
      'conflicting-fields',
      `failover and the topology label ${topology} in failoverPriority cannot be set together`,
    );
    return;
  }
  checkDistribute(lb, at, report);
  warnWithoutOutlierDetection(lb, hasOutlierDetection, at, report);
  checkFailover(failover, at, report);
}

/** Zone-aware balancing orders regions, zones and subzones itself. */
export function checkZoneAwareLb(
  lb: ZoneAwareLbSetting | undefined,
  hasOutlierDetection: boolean,
  at: string,
  report: Report,
): void {
  if (lb === undefined) return;
  for (const [i, label] of (lb.failoverPriority ?? []).entries()) {
    if (TOPOLOGY_LABELS.has(label)) {
      report.error(
        `${at}.failoverPriority[${i}]`,
        'conflicting-fields',
        `${label} is handled by zone-aware balancing itself`,
      );
    }
  }
  warnWithoutOutlierDetection(lb, hasOutlierDetection, at, report);
  checkFailover(lb.failover ?? [], at, report);
}
