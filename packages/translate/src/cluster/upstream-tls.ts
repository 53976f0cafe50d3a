import { create } from '@bufbuild/protobuf';
import type { ClientTlsSettings } from '@weft/config';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import {
  type CertificateValidationContext,
  CertificateValidationContextSchema,
  SubjectAltNameMatcher_SanType,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import {
  type CommonTlsContextSchema,
  UpstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { TLS_TRANSPORT_SOCKET } from '../listener/filter-names.ts';
import { sdsSecret, secretResource } from '../secret/secret-name.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';

/** Where the authorities of the machine are kept; Envoy's image and Debian agree. */
const SYSTEM_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

/** Whether the rule brings TLS of its own, rather than the mesh's (`mutual-tls.ts`). */
export function originatesTls(tls: ClientTlsSettings | undefined): tls is ClientTlsSettings {
  return tls?.mode === 'SIMPLE' || tls?.mode === 'MUTUAL';
}

/** The server name comes from the request when the rule gives none. */
export function usesAutoSni(tls: ClientTlsSettings | undefined): boolean {
  return originatesTls(tls) && !tls.sni;
}

/** DestinationRule `tls` SIMPLE or MUTUAL → the cluster's transport socket (cluster_tls.go, buildUpstreamClusterTLSContext). */
export function upstreamTls(tls: ClientTlsSettings, isHttp2: boolean): Init<typeof TransportSocketSchema> {
  const validation = validationContext(tls);
  const credential = tls.credentialName;
  const context = create(UpstreamTlsContextSchema, {
    sni: tls.sni ?? '',
    commonTlsContext: {
      alpnProtocols: isHttp2 ? ['h2'] : [],
      ...(tls.mode === 'MUTUAL' && clientCertificate(tls)),
      validationContextType: credential
        ? {
            case: 'combinedValidationContext',
            value: {
              defaultValidationContext: validation,
              validationContextSdsSecretConfig: sdsSecret(`${secretResource(credential)}-cacert`),
            },
          }
        : { case: 'validationContext', value: validation },
    },
  });
  return {
    name: TLS_TRANSPORT_SOCKET,
    configType: { case: 'typedConfig', value: any(UpstreamTlsContextSchema, context) },
  };
}

function clientCertificate(tls: ClientTlsSettings): Init<typeof CommonTlsContextSchema> {
  if (tls.credentialName) return { tlsCertificateSdsSecretConfigs: [sdsSecret(secretResource(tls.credentialName))] };
  return {
    tlsCertificates: [
      {
        certificateChain: { specifier: { case: 'filename', value: tls.clientCertificate ?? '' } },
        privateKey: { specifier: { case: 'filename', value: tls.privateKey ?? '' } },
      },
    ],
  };
}

/** Without `caCertificates` the machine's authorities are trusted; only `insecureSkipVerify` turns verification off. */
function validationContext(tls: ClientTlsSettings): CertificateValidationContext {
  if (tls.insecureSkipVerify === true) return create(CertificateValidationContextSchema, {});
  const said = tls.caCertificates === 'system' ? undefined : tls.caCertificates;
  return create(CertificateValidationContextSchema, {
    ...(!tls.credentialName && {
      trustedCa: { specifier: { case: 'filename', value: said || SYSTEM_AUTHORITIES } },
    }),
    ...(tls.caCrl && !tls.credentialName && { crl: { specifier: { case: 'filename', value: tls.caCrl } } }),
    matchTypedSubjectAltNames: (tls.subjectAltNames ?? []).flatMap((name) =>
      [SubjectAltNameMatcher_SanType.DNS, SubjectAltNameMatcher_SanType.URI].map((sanType) => ({
        sanType,
        matcher: { matchPattern: { case: 'exact' as const, value: name } },
      })),
    ),
  });
}
