import type { Report } from '../../schema/index.ts';
import type { AuthorizationRule } from './type.ts';

const UNSUPPORTED_SOURCE = [
  'namespaces',
  'notNamespaces',
  'serviceAccounts',
  'notServiceAccounts',
  'trustDomains',
  'notTrustDomains',
  'principals',
  'notPrincipals',
  'requestPrincipals',
  'notRequestPrincipals',
] as const;

const UNSUPPORTED_KEYS = new Set([
  'source.namespace',
  'source.serviceAccount',
  'source.trustDomain',
  'source.principal',
]);

/** External authorization is asked before identities are known, so rules of CUSTOM policies cannot look at them. */
export function checkCustomRule(rule: AuthorizationRule, at: string, report: Report): void {
  for (const [i, { source }] of (rule.from ?? []).entries()) {
    for (const field of UNSUPPORTED_SOURCE) {
      if ((source?.[field] ?? []).length > 0) {
        report.error(`${at}.from[${i}].source.${field}`, 'unsupported', `${field} is not supported with action CUSTOM`);
      }
    }
  }
  for (const [i, { key = '' }] of (rule.when ?? []).entries()) {
    if (UNSUPPORTED_KEYS.has(key) || key.startsWith('request.auth.')) {
      report.error(`${at}.when[${i}].key`, 'unsupported', `${key} is not supported with action CUSTOM`);
    }
  }
}
