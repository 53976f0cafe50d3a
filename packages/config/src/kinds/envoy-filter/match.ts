import type { Report } from '../../schema/index.ts';
import { renamedFilter } from './old-names.ts';
import type { EnvoyConfigPatch, FilterMatch } from './type.ts';

const CONNECTION_MANAGER = 'envoy.filters.network.http_connection_manager';

type ApplyTo = NonNullable<EnvoyConfigPatch['applyTo']>;
type Selector = 'listener' | 'routeConfiguration' | 'cluster';

/** What a match must select for each kind of object; kinds that are not here take any. */
const SELECTOR: Readonly<Partial<Record<ApplyTo, Selector>>> = {
  LISTENER: 'listener',
  FILTER_CHAIN: 'listener',
  NETWORK_FILTER: 'listener',
  HTTP_FILTER: 'listener',
  ROUTE_CONFIGURATION: 'routeConfiguration',
  VIRTUAL_HOST: 'routeConfiguration',
  HTTP_ROUTE: 'routeConfiguration',
  CLUSTER: 'cluster',
};

/** applyTo, match and patch have to speak of the same objects. */
export function checkMatchFits(config: EnvoyConfigPatch, at: string, report: Report): void {
  const { applyTo, match } = config;
  const needed = applyTo === undefined ? undefined : SELECTOR[applyTo];
  if (needed === undefined || match === undefined || applyTo === undefined) return;
  const given = (['listener', 'routeConfiguration', 'cluster'] as const).find(
    (selector) => match[selector] !== undefined,
  );
  if (given !== undefined && given !== needed) {
    report.error(
      `${at}.match.${given}`,
      'conflicting-fields',
      `applyTo ${applyTo} goes with a ${needed} match, not ${given}`,
    );
    return;
  }
  const filter = match.listener?.filterChain?.filter;
  if (filter !== undefined) checkFilter(filter, applyTo, `${at}.match.listener.filterChain.filter`, report);
}

function warnOldName(name: string, at: string, report: Report): void {
  const today = renamedFilter(name);
  if (today === undefined) return;
  report.warning(
    at,
    'deprecated-name',
    `no filter is called ${name} any more, so nothing matches; it is ${today} today`,
  );
}

function checkFilter(filter: FilterMatch, applyTo: ApplyTo, at: string, report: Report): void {
  if (applyTo === 'LISTENER' || applyTo === 'FILTER_CHAIN') {
    report.warning(at, 'no-effect', `a filter match has no effect when used with ${applyTo}`);
  }
  const name = filter.name ?? '';
  if (name === '') {
    report.error(`${at}.name`, 'missing-field', 'a filter match needs a name');
    return;
  }
  warnOldName(name, `${at}.name`, report);
  if (filter.subFilter === undefined) return;
  warnOldName(filter.subFilter.name ?? '', `${at}.subFilter.name`, report);
  if (applyTo !== 'HTTP_FILTER') {
    report.error(`${at}.subFilter`, 'conflicting-fields', 'subFilter can be used with applyTo HTTP_FILTER only');
  } else if (name !== CONNECTION_MANAGER && name !== 'envoy.http_connection_manager') {
    report.error(`${at}.name`, 'conflicting-fields', `subFilter needs the filter ${CONNECTION_MANAGER}`);
  } else if ((filter.subFilter.name ?? '') === '') {
    report.error(`${at}.subFilter.name`, 'missing-field', 'a subFilter match needs a name');
  }
}
