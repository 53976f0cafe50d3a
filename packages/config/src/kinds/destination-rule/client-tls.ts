import type { Report } from '../../schema/index.ts';
import type { ClientTlsSettings } from './type.ts';

const CONFIG_MAP = 'configmap://';

function checkCredential(name: string, namespace: string, at: string, report: Report): void {
  if (!name.startsWith(CONFIG_MAP)) return;
  const [owner = '', object = ''] = name.slice(CONFIG_MAP.length).split('/');
  if (owner === '' || object === '') {
    report.error(at, 'invalid-credential', `invalid credential ${JSON.stringify(name)}`, {
      expected: `${CONFIG_MAP}<namespace>/<name>`,
    });
  } else if (owner !== namespace) {
    report.error(
      at,
      'invalid-credential',
      `the namespace of ${name} must be that of the rule, ${JSON.stringify(namespace)}`,
    );
  }
}

function isSet(value: string | undefined): boolean {
  return (value ?? '') !== '';
}

function checkVerification(tls: ClientTlsSettings, at: string, report: Report): void {
  if (tls.insecureSkipVerify !== true) return;
  const names = (tls.subjectAltNames ?? []).length > 0;
  const trusts = tls.mode === 'SIMPLE' && isSet(tls.credentialName);
  if ((tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL') && (isSet(tls.caCertificates) || names || trusts)) {
    report.error(
      `${at}.insecureSkipVerify`,
      'conflicting-fields',
      'insecureSkipVerify switches verification off, so a CA, a credential or subjectAltNames cannot be given',
    );
  }
}

/** TLS towards a destination: certificates fit the mode, and come from one place. */
export function checkClientTls(
  tls: ClientTlsSettings | undefined,
  namespace: string,
  at: string,
  report: Report,
): void {
  if (tls === undefined) return;
  checkCredential(tls.credentialName ?? '', namespace, `${at}.credentialName`, report);
  checkVerification(tls, at, report);
  if ((tls.mode === 'SIMPLE' || tls.mode === 'MUTUAL') && isSet(tls.credentialName)) {
    const files = [tls.clientCertificate, tls.caCertificates, tls.privateKey, tls.caCrl];
    if (files.some(isSet)) {
      report.error(at, 'conflicting-fields', 'with credentialName no certificate, key, CA or CRL file can be given');
    }
    return;
  }
  if (tls.mode !== 'MUTUAL') return;
  if (!isSet(tls.clientCertificate)) {
    report.error(`${at}.clientCertificate`, 'missing-field', 'mutual TLS requires a client certificate');
  }
  if (!isSet(tls.privateKey)) report.error(`${at}.privateKey`, 'missing-field', 'mutual TLS requires a private key');
}
