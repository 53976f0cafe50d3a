import type { LocalObjectReference } from '../../shared/gateway-api/type.ts';

/**
 * TLS towards a backend.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#backendtlspolicy
 */
export interface BackendTlsPolicySpec {
  readonly options?: Readonly<Record<string, string>>;
  readonly targetRefs?: readonly BackendTlsTargetReference[];
  readonly validation?: BackendTlsValidation;
}

/** Whom to trust and which name to expect. */
export interface BackendTlsValidation {
  readonly caCertificateRefs?: readonly LocalObjectReference[];
  readonly hostname?: string;
  readonly subjectAltNames?: readonly SubjectAltName[];
  readonly wellKnownCACertificates?: string;
}

/** A name in the certificate. */
export interface SubjectAltName {
  readonly hostname?: string;
  readonly type?: 'Hostname' | 'URI';
  readonly uri?: string;
}

/** The Service, and perhaps the port by name. */
export interface BackendTlsTargetReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly sectionName?: string;
}
