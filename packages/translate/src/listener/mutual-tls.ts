import { create } from '@bufbuild/protobuf';
import type { MeshSettings, Node } from '@weft/mesh';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import {
  TlsParameters_TlsProtocol as Protocol,
  SubjectAltNameMatcher_SanType,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import { DownstreamTlsContextSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { meshAuthorities, meshCertificate } from '../secret/mesh-secret.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';
import { TLS_TRANSPORT_SOCKET } from './filter-names.ts';

const CIPHERS = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
];

/** Ends the mesh's TLS and asks for a certificate of its trust domain (security/authn/utils, BuildInboundTLS). */
export function inboundMutualTls(
  mesh: MeshSettings,
  certificates: Node['certificates'],
  takenBy: 'http' | 'bytes',
): Init<typeof TransportSocketSchema> {
  const context = create(DownstreamTlsContextSchema, {
    requireClientCertificate: true,
    commonTlsContext: {
      alpnProtocols: takenBy === 'http' ? ['h2', 'http/1.1'] : ['istio-peer-exchange', 'h2', 'http/1.1'],
      tlsParams: {
        cipherSuites: CIPHERS,
        tlsMinimumProtocolVersion: Protocol.TLSv1_2,
        tlsMaximumProtocolVersion: Protocol.TLSv1_3,
      },
      tlsCertificateSdsSecretConfigs: [meshCertificate(certificates)],
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: [mesh.trustDomain, ...(mesh.trustDomainAliases ?? [])].map((domain) => ({
              sanType: SubjectAltNameMatcher_SanType.URI,
              matcher: { matchPattern: { case: 'prefix' as const, value: `spiffe://${domain}/` } },
            })),
          },
          validationContextSdsSecretConfig: meshAuthorities(certificates),
        },
      },
    },
  });
  return {
    name: TLS_TRANSPORT_SOCKET,
    configType: { case: 'typedConfig', value: any(DownstreamTlsContextSchema, context) },
  };
}
