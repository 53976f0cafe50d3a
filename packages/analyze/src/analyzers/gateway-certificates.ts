import type { Resource, ServerTlsSettings } from '@weft/config';
import { selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { fullName } from '../objects.ts';

function isSameCertificate(a: ServerTlsSettings, b: ServerTlsSettings): boolean {
  const secretA = a.credentialName ?? '';
  const secretB = b.credentialName ?? '';
  if (secretA !== '' || secretB !== '') return secretA === secretB;
  const isSame = (x = '', y = ''): boolean => x !== '' && x === y;
  return isSame(a.serverCertificate, b.serverCertificate) && isSame(a.privateKey, b.privateKey);
}

function tlsOf({ spec }: Resource<'Gateway'>): readonly ServerTlsSettings[] {
  return (spec.servers ?? []).flatMap(({ tls }) => (tls === undefined ? [] : [tls]));
}

/**
 * One certificate on several gateways of the same workloads: HTTP/2 lets a browser use one connection for all names of a certificate
 * (RFC 9113 §9.1.1), and the gateway that it reaches does not know the names of the other.
 */
export const gatewayCertificates: Analyzer = {
  name: 'gateway.CertificateAnalyzer',
  codes: ['IST0138'],
  analyze(objects, tell) {
    const gateways = objects.of('Gateway');
    for (const gateway of gateways) {
      for (const other of gateways) {
        if (other === gateway || !selects(gateway.spec.selector ?? {}, other.spec.selector ?? {})) continue;
        const others = tlsOf(other);
        if (!tlsOf(gateway).some((tls) => others.some((otherTls) => isSameCertificate(tls, otherTls)))) continue;
        tell('IST0138', gateway, 'metadata.name', { gateways: `${fullName(gateway)} and ${fullName(other)}` });
      }
    }
  },
};
