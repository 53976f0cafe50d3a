import { list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { localObjectReference } from '../../shared/gateway-api/schema.ts';
import type { BackendTlsPolicySpec, BackendTlsTargetReference, BackendTlsValidation, SubjectAltName } from './type.ts';

export const backendTlsTargetReference: Schema<BackendTlsTargetReference> = object<BackendTlsTargetReference>(
  {
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    sectionName: text({
      min: 1,
      max: 253,
      pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }),
  },
  { required: ['group', 'kind', 'name'] },
);

export const subjectAltName: Schema<SubjectAltName> = object<SubjectAltName>(
  {
    hostname: text({
      min: 1,
      max: 253,
      pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    }),
    type: oneOf('Hostname', 'URI'),
    uri: text({ min: 1, max: 253, pattern: /^(([^:/?#]+):)(\/\/([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?/ }),
  },
  { required: ['type'] },
);

export const backendTlsValidation: Schema<BackendTlsValidation> = object<BackendTlsValidation>(
  {
    caCertificateRefs: list(localObjectReference, { max: 8 }),
    hostname: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    subjectAltNames: list(subjectAltName, { max: 5 }),
    wellKnownCACertificates: text({
      min: 1,
      max: 253,
      pattern:
        /^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$/,
    }),
  },
  { required: ['hostname'] },
);

export const backendTlsPolicySpec: Schema<BackendTlsPolicySpec> = object<BackendTlsPolicySpec>(
  {
    options: map(text({ min: 0, max: 4096 }), { max: 16 }),
    targetRefs: list(backendTlsTargetReference, { min: 1, max: 16 }),
    validation: backendTlsValidation,
  },
  { required: ['targetRefs', 'validation'] },
);
