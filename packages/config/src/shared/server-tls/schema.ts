import { flag, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import type { ServerTlsSettings, TlsCertificateFiles } from './type.ts';

export const tlsCertificateFiles: Schema<TlsCertificateFiles> = object<TlsCertificateFiles>({
  caCertificates: text(),
  privateKey: text(),
  serverCertificate: text(),
});

export const serverTlsSettings: Schema<ServerTlsSettings> = object<ServerTlsSettings>({
  caCertCredentialName: text(),
  caCertificates: text(),
  caCrl: text(),
  cipherSuites: list(text()),
  credentialName: text(),
  credentialNames: list(text(), { min: 1, max: 2 }),
  httpsRedirect: flag(),
  insecureSkipVerify: flag(),
  maxProtocolVersion: oneOf('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
  minProtocolVersion: oneOf('TLS_AUTO', 'TLSV1_0', 'TLSV1_1', 'TLSV1_2', 'TLSV1_3'),
  mode: oneOf('PASSTHROUGH', 'SIMPLE', 'MUTUAL', 'AUTO_PASSTHROUGH', 'ISTIO_MUTUAL', 'OPTIONAL_MUTUAL'),
  privateKey: text(),
  serverCertificate: text(),
  subjectAltNames: list(text()),
  tlsCertificates: list(tlsCertificateFiles, { min: 1, max: 2 }),
  verifyCertificateHash: list(text()),
  verifyCertificateSpki: list(text()),
});
