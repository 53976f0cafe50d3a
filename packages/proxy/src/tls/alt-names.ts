/** The names in a certificate, as Node prints them (`X509Certificate.subjectAltName`), told apart again. */
import type { X509Certificate } from 'node:crypto';

export type AltNameType = 'DNS' | 'URI' | 'IP' | 'EMAIL';

export interface AltName {
  readonly type: AltNameType;
  readonly value: string;
}

const LABELS: Readonly<Record<string, AltNameType>> = { DNS: 'DNS', URI: 'URI', 'IP Address': 'IP', email: 'EMAIL' };

/** Items are parted by `, `; one that holds a comma or a quote is printed as a JSON string (Node's documentation, CVE-2021-44532). */
const ITEM = /(?:^|, )([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/gy;

export function altNames(certificate: X509Certificate): readonly AltName[] {
  const names: AltName[] = [];
  for (const [, label = '', text = ''] of (certificate.subjectAltName ?? '').matchAll(ITEM)) {
    const type = LABELS[label];
    if (type !== undefined) names.push({ type, value: text.startsWith('"') ? (JSON.parse(text) as string) : text });
  }
  return names;
}

/** The names a server certificate answers for: its DNS names, else the common name (RFC 6125 §6.4.4). Lower-case. */
export function serverNamesOf(certificate: X509Certificate): readonly string[] {
  const names = altNames(certificate)
    .filter(({ type }) => type === 'DNS')
    .map(({ value }) => value.toLowerCase());
  if (names.length > 0) return names;
  const common = /(?:^|\n)CN=(.*)/.exec(certificate.subject)?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}

/** Whether the name of a certificate, perhaps `*.suffix`, covers `host`: the star stands for exactly one label (RFC 6125 §6.4.3). */
export function coversHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  const dot = host.indexOf('.');
  return dot > 0 && pattern.slice(1) === host.slice(dot);
}

/** The subject as RFC 2253 writes it, most specific part first: `CN=client,O=Shop`. */
export function subjectOf(certificate: X509Certificate): string {
  return (certificate.subject ?? '').split('\n').filter(Boolean).reverse().join(',');
}
