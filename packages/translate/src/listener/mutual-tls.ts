import { create } from '@bufbuild/protobuf';
import type { MeshSettings } from '@weft/mesh';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import {
  TlsParameters_TlsProtocol as Protocol,
  SubjectAltNameMatcher_SanType,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import { DownstreamTlsContextSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { sdsSecret } from '../secret/secret-name.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';
import { TLS_TRANSPORT_SOCKET } from './filter-names.ts';

/** The SDS names of a workload's own certificate and of the authorities that its peers are checked with. */
const OWN_CERTIFICATE = 'default';
const AUTHORITIES = 'ROOTCA';

const CIPHERS = [
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-GCM-SHA256',
];

/** Ends the mesh's TLS and asks for a certificate of its trust domain (security/authn/utils, BuildInboundTLS). */
export function inboundMutualTls(mesh: MeshSettings, takenBy: 'http' | 'bytes'): Init<typeof TransportSocketSchema> {
  const context = create(DownstreamTlsContextSchema, {
    requireClientCertificate: true,
    commonTlsContext: {
      alpnProtocols: takenBy === 'http' ? ['h2', 'http/1.1'] : ['istio-peer-exchange', 'h2', 'http/1.1'],
      tlsParams: {
        cipherSuites: CIPHERS,
        tlsMinimumProtocolVersion: Protocol.TLSv1_2,
        tlsMaximumProtocolVersion: Protocol.TLSv1_3,
      },
      tlsCertificateSdsSecretConfigs: [sdsSecret(OWN_CERTIFICATE)],
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: [
              {
                sanType: SubjectAltNameMatcher_SanType.URI,
                matcher: { matchPattern: { case: 'prefix', value: `spiffe://${mesh.trustDomain}/` } },
              },
            ],
          },
          validationContextSdsSecretConfig: sdsSecret(AUTHORITIES),
        },
      },
    },
  });
  return {
    name: TLS_TRANSPORT_SOCKET,
    configType: { case: 'typedConfig', value: any(DownstreamTlsContextSchema, context) },
  };
}
