import { checkFilters, checkSession } from '../../checks/gateway-api/filters.ts';
import { checkBackendRefs, checkParentRefs, checkRuleNames } from '../../checks/gateway-api/references.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { GrpcMethodMatch, GrpcRouteRule, GrpcRouteSpec } from './type.ts';

const MAX_MATCHES = 128;

/** The CRD's rules over several fields. */
export function validateGrpcRoute(spec: GrpcRouteSpec, _metadata: ObjectMeta, report: Report): void {
  const rules = spec.rules ?? [];
  checkParentRefs(spec.parentRefs, report);
  checkRuleNames(rules, report);
  const matches = rules.reduce((sum, rule) => sum + (rule.matches?.length ?? 0), 0);
  if (matches > MAX_MATCHES) {
    report.error('spec.rules', 'too-many', `the rules have ${matches} matches, at most ${MAX_MATCHES} are allowed`);
  }
  for (const [i, rule] of rules.entries()) checkRule(rule, `spec.rules[${i}]`, report);
}

function checkRule(rule: GrpcRouteRule, at: string, report: Report): void {
  checkFilters(rule.filters, at, report);
  checkBackendRefs(rule.backendRefs, at, report);
  for (const [i, backend] of (rule.backendRefs ?? []).entries()) {
    checkFilters(backend.filters, `${at}.backendRefs[${i}]`, report);
  }
  for (const [i, match] of (rule.matches ?? []).entries()) {
    if (match.method !== undefined) checkMethod(match.method, `${at}.matches[${i}].method`, report);
  }
  checkSession(rule.sessionPersistence, `${at}.sessionPersistence`, report);
}

const METHOD = /^[A-Za-z_][A-Za-z_0-9]*$/;
const SERVICE = /^\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*$/i;

function checkMethod(match: GrpcMethodMatch, at: string, report: Report): void {
  const { service, method, type = 'Exact' } = match;
  if (service === undefined && method === undefined) {
    report.error(at, 'missing-field', 'service or method, or both, must be set');
  }
  if (type !== 'Exact') return;
  if (service !== undefined && !SERVICE.test(service)) {
    report.error(`${at}.service`, 'invalid-name', `${JSON.stringify(service)} is not the name of a gRPC service`);
  }
  if (method !== undefined && !METHOD.test(method)) {
    report.error(`${at}.method`, 'invalid-name', `${JSON.stringify(method)} is not the name of a gRPC method`);
  }
}
