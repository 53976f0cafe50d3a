import { checkDuration } from '../../checks/duration.ts';
import { strictHeaderNameProblem } from '../../checks/header.ts';
import { checkAttachment } from '../../checks/selector.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import { checkJwks } from './jwks.ts';
import type { JwtRule, RequestAuthenticationSpec } from './type.ts';

/** What the Istio API documents for RequestAuthentication, and its webhook enforces. */
export function validateRequestAuthentication(
  spec: RequestAuthenticationSpec,
  _metadata: ObjectMeta,
  report: Report,
): void {
  checkAttachment(spec, report);
  for (const [i, rule] of (spec.jwtRules ?? []).entries()) checkJwtRule(rule, `spec.jwtRules[${i}]`, report);
}

function checkJwtRule(rule: JwtRule, at: string, report: Report): void {
  if ((rule.issuer ?? '') === '' && (rule.jwksUri ?? '') === '') {
    report.error(`${at}.issuer`, 'missing-field', 'issuer or jwksUri must be set');
  }
  for (const field of ['audiences', 'fromParams', 'fromCookies'] as const) {
    for (const [i, value] of (rule[field] ?? []).entries()) {
      if (value === '') report.error(`${at}.${field}[${i}]`, 'empty-value', `an entry of ${field} must not be empty`);
    }
  }
  if ((rule.jwksUri ?? '') !== '') checkJwksUri(rule.jwksUri ?? '', `${at}.jwksUri`, report);
  if ((rule.jwks ?? '') !== '') checkJwks(rule.jwks ?? '', `${at}.jwks`, report);
  for (const [i, header] of (rule.fromHeaders ?? []).entries()) {
    if ((header.name ?? '') === '')
      report.error(`${at}.fromHeaders[${i}].name`, 'missing-field', 'a header must have a name');
  }
  for (const [i, { claim = '', header = '' }] of (rule.outputClaimToHeaders ?? []).entries()) {
    const path = `${at}.outputClaimToHeaders[${i}]`;
    if (claim === '') report.error(`${path}.claim`, 'missing-field', 'claim must be set');
    const problem = strictHeaderNameProblem(header);
    if (problem !== undefined) report.error(`${path}.header`, 'invalid-header', problem);
  }
  checkDuration(rule.timeoutMs, `${at}.timeout`, report);
}

function checkJwksUri(uri: string, at: string, report: Report): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url === undefined || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    report.error(at, 'invalid-url', `${JSON.stringify(uri)} is not a URL that keys can be fetched from`, {
      expected: 'http:// or https://',
    });
  }
}
