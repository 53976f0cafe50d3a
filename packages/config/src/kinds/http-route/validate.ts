import { checkFilters, checkSession } from '../../checks/gateway-api/filters.ts';
import { checkBackendRefs, checkParentRefs, checkRuleNames } from '../../checks/gateway-api/references.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkFilterDetails } from './filter-details.ts';
import { checkPath } from './path.ts';
import type { HttpRouteFilter, HttpRouteMatch, HttpRouteRule, HttpRouteSpec } from './type.ts';

const MAX_MATCHES = 128;

/** The CRD's rules over several fields. */
export function validateHttpRoute(spec: HttpRouteSpec, _metadata: ObjectMeta, report: Report): void {
  const rules = spec.rules ?? [];
  checkParentRefs(spec.parentRefs, report);
  checkRuleNames(rules, report);
  // A rule without matches has one: every path.
  const matches = rules.reduce((sum, rule) => sum + (rule.matches?.length ?? 1), 0);
  if (matches > MAX_MATCHES) {
    report.error('spec.rules', 'too-many', `the rules have ${matches} matches, at most ${MAX_MATCHES} are allowed`);
  }
  for (const [i, rule] of rules.entries()) checkRule(rule, `spec.rules[${i}]`, report);
}

function checkRule(rule: HttpRouteRule, at: string, report: Report): void {
  const { filters = [], backendRefs = [], matches = [], timeouts } = rule;
  checkAllFilters(filters, matches, at, report);
  checkBackendRefs(backendRefs, at, report);
  for (const [i, backend] of backendRefs.entries()) {
    checkAllFilters(backend.filters ?? [], matches, `${at}.backendRefs[${i}]`, report);
  }
  if (backendRefs.length > 0 && filters.some((filter) => filter.requestRedirect !== undefined)) {
    report.error(`${at}.filters`, 'conflicting-fields', 'RequestRedirect must not be used together with backendRefs');
  }
  for (const [i, match] of matches.entries()) checkPath(match.path, `${at}.matches[${i}].path`, report);
  checkSession(rule.sessionPersistence, `${at}.sessionPersistence`, report);
  const { requestMs = 0, backendRequestMs = 0 } = timeouts ?? {};
  if (requestMs !== 0 && backendRequestMs > requestMs) {
    report.error(`${at}.timeouts.backendRequest`, 'out-of-range', 'backendRequest cannot be longer than request');
  }
}

function checkAllFilters(
  filters: readonly HttpRouteFilter[],
  matches: readonly HttpRouteMatch[],
  at: string,
  report: Report,
): void {
  checkFilters(filters, at, report);
  for (const [i, filter] of filters.entries()) {
    const path = `${at}.filters[${i}]`;
    checkFilterDetails(filter, path, report);
    const replacesPrefix = [filter.requestRedirect?.path, filter.urlRewrite?.path].some(
      (modifier) => modifier?.type === 'ReplacePrefixMatch',
    );
    // No match means one of path prefix `/`.
    const onePrefix =
      matches.length === 0 || (matches.length === 1 && (matches[0]?.path?.type ?? 'PathPrefix') === 'PathPrefix');
    if (replacesPrefix && !onePrefix) {
      report.error(path, 'conflicting-fields', 'replacePrefixMatch needs exactly one match, of type PathPrefix');
    }
  }
}
