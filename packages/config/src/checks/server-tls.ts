import type { Report } from '../schema/index.ts';
import type { ServerTlsSettings } from '../shared/server-tls/type.ts';

/** What BoringSSL knows by OpenSSL's names. */
const CIPHER_SUITES = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
  'DES-CBC3-SHA',
]);

/** Whether a listener can have it. Operators such as `-SUITE` and `[A|B]` belong to an expression that only the proxy evaluates. */
export function isCipherSuite(name: string): boolean {
  return name === '' || name === 'ALL' || !/^[\p{L}\p{N}]/u.test(name) || CIPHER_SUITES.has(name);
}

function checkCiphers(tls: ServerTlsSettings, at: string, report: Report): void {
  const old = tls.minProtocolVersion === 'TLSV1_0' || tls.minProtocolVersion === 'TLSV1_1';
  const suites = tls.cipherSuites ?? [];
  if (old && suites.length === 0) {
    report.warning(
      `${at}.minProtocolVersion`,
      'missing-ciphers',
      'TLS below 1.2 works only with compatible cipherSuites, which are no longer among the defaults',
    );
  }
  const seen = new Set<string>();
  for (const [i, suite] of suites.entries()) {
    const path = `${at}.cipherSuites[${i}]`;
    if (!isCipherSuite(suite)) report.warning(path, 'unknown-cipher', `invalid cipher suite ${suite} is ignored`);
    else if (seen.has(suite)) report.warning(path, 'duplicate', `duplicate cipher suite ${suite} is ignored`);
    seen.add(suite);
  }
}

const CERTIFICATE_FIELDS = [
  'serverCertificate',
  'privateKey',
  'caCertificates',
  'tlsCertificates',
  'credentialName',
  'credentialNames',
] as const;

function isSet(value: string | readonly unknown[] | undefined): boolean {
  return value !== undefined && value.length > 0;
}

function checkCertificates(tls: ServerTlsSettings, at: string, report: Report): void {
  const mutual = tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL';
  if (!mutual && tls.mode !== 'SIMPLE') return;
  const name = mutual ? 'MUTUAL TLS' : 'SIMPLE TLS';
  if (mutual && !isSet(tls.caCertificates)) {
    report.error(`${at}.caCertificates`, 'missing-field', `${name} requires a client CA bundle`);
  }
  const files = tls.tlsCertificates ?? [];
  if (files.length > 2)
    report.warning(`${at}.tlsCertificates`, 'too-many', `${name} supports up to 2 server certificates`);
  for (const [i, certificate] of (files.length > 0 ? files : [tls]).entries()) {
    const path = files.length > 0 ? `${at}.tlsCertificates[${i}]` : at;
    if (!isSet(certificate.serverCertificate)) {
      report.error(`${path}.serverCertificate`, 'missing-field', `${name} requires a server certificate`);
    }
    if (!isSet(certificate.privateKey))
      report.error(`${path}.privateKey`, 'missing-field', `${name} requires a private key`);
  }
}

function checkCrl(tls: ServerTlsSettings, at: string, report: Report): void {
  if (!isSet(tls.caCrl)) return;
  if (isSet(tls.credentialName)) {
    report.error(`${at}.caCrl`, 'conflicting-fields', 'with credentialName the CRL is a part of the credential');
  }
  if (tls.mode === 'SIMPLE')
    report.error(`${at}.caCrl`, 'conflicting-fields', 'a CRL is not supported with SIMPLE TLS');
}

/** TLS at a listener: certificates fit the mode, and come from one place. */
export function checkServerTls(tls: ServerTlsSettings | undefined, at: string, report: Report): void {
  if (tls === undefined) return;
  checkCiphers(tls, at, report);
  if (tls.mode === 'ISTIO_MUTUAL') {
    for (const field of CERTIFICATE_FIELDS) {
      if (isSet(tls[field])) {
        report.error(
          `${at}.${field}`,
          'conflicting-fields',
          `ISTIO_MUTUAL uses the certificate of the mesh, it cannot have ${field}`,
        );
      }
    }
    return;
  }
  // The first value of the enum: what an absent mode means.
  const mode = tls.mode ?? 'PASSTHROUGH';
  const passthrough = mode === 'PASSTHROUGH' || mode === 'AUTO_PASSTHROUGH';
  if (passthrough && (isSet(tls.caCrl) || CERTIFICATE_FIELDS.some((field) => isSet(tls[field])))) {
    report.warning(at, 'unused-field', `${mode} mode does not use certificates, they are ignored`);
  }
  const sources = [
    isSet(tls.serverCertificate) && isSet(tls.privateKey),
    isSet(tls.credentialName),
    isSet(tls.credentialNames),
    isSet(tls.tlsCertificates),
  ];
  if (sources.filter(Boolean).length > 1) {
    report.error(
      at,
      'conflicting-fields',
      'only one of credentialName, credentialNames, serverCertificate with privateKey, and tlsCertificates may be set',
    );
  }
  // With a credential the certificates are fetched, nothing else is needed.
  if (!passthrough && (isSet(tls.credentialName) || isSet(tls.credentialNames))) return;
  checkCertificates(tls, at, report);
  checkCrl(tls, at, report);
}
