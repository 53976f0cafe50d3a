import type { JsonObject } from '@bufbuild/protobuf';
import type { AdminView, CertificateView } from './admin-view.ts';

/** A point in time as protobuf's JSON prints whole seconds. */
function secondsOf(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('.000Z', 'Z');
}

function certificateJson(certificate: CertificateView, nowMs: number): JsonObject {
  return {
    path: certificate.path,
    serial_number: certificate.serialNumber,
    subject_alt_names: certificate.subjectAltNames.map((san) =>
      san.includes('://') ? { uri: san } : /^[\d.]+$|:/.test(san) ? { ip_address: san } : { dns: san },
    ),
    days_until_expiration: String(Math.max(0, Math.floor((certificate.expirationMs - nowMs) / 86_400_000))),
    valid_from: secondsOf(certificate.validFromMs),
    expiration_time: secondsOf(certificate.expirationMs),
  };
}

/** /certs: the certificates in force, in the form of envoy.admin.v3.Certificates. */
export function certificatesJson(view: AdminView, nowMs: number): JsonObject {
  return {
    certificates: view.certificates().map((chain) => ({
      ca_cert: chain.caCert.map((certificate) => certificateJson(certificate, nowMs)),
      cert_chain: chain.certChain.map((certificate) => certificateJson(certificate, nowMs)),
    })),
  };
}
