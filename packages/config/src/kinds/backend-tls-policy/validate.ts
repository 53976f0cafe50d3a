import { checkSections } from '../../checks/gateway-api/references.ts';
import type { ObjectMeta } from '../../resource.ts';
import type { Report } from '../../schema/index.ts';
import type { BackendTlsPolicySpec, BackendTlsTargetReference, SubjectAltName } from './type.ts';

/** The CRD's rules over several fields. */
export function validateBackendTlsPolicy(spec: BackendTlsPolicySpec, _metadata: ObjectMeta, report: Report): void {
  const identity = ({ group, kind, name }: BackendTlsTargetReference): string => [group, kind, name].join('/');
  checkSections(spec.targetRefs ?? [], identity, 'spec.targetRefs', report);
  const { validation } = spec;
  if (validation === undefined) return;
  const files = (validation.caCertificateRefs ?? []).length > 0;
  const wellKnown = (validation.wellKnownCACertificates ?? '') !== '';
  if (files === wellKnown) {
    const message = files ? 'only one of the two can be set' : 'one of the two must be set';
    report.error('spec.validation', files ? 'conflicting-fields' : 'missing-field', message, {
      expected: 'caCertificateRefs or wellKnownCACertificates',
    });
  }
  for (const [i, name] of (validation.subjectAltNames ?? []).entries()) {
    checkName(name, `spec.validation.subjectAltNames[${i}]`, report);
  }
}

function checkName(name: SubjectAltName, at: string, report: Report): void {
  for (const [type, field] of [
    ['Hostname', 'hostname'],
    ['URI', 'uri'],
  ] as const) {
    const set = (name[field] ?? '') !== '';
    if (name.type === type && !set) report.error(`${at}.${field}`, 'missing-field', `type ${type} needs ${field}`);
    if (name.type !== type && set) report.error(`${at}.${field}`, 'conflicting-fields', `${field} is for type ${type}`);
  }
}
