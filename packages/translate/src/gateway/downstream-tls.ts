import { create } from '@bufbuild/protobuf';
import type { ServerTlsSettings } from '@weft/config';
import type { Node } from '@weft/mesh';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import {
  TlsParameters_TlsProtocol as Protocol,
  SubjectAltNameMatcher_SanType,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import {
  type CommonTlsContextSchema,
  DownstreamTlsContextSchema,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { TLS_TRANSPORT_SOCKET } from '../listener/filter-names.ts';
import { meshAuthorities, meshCertificate } from '../secret/mesh-secret.ts';
import { sdsSecret, secretResource } from '../secret/secret-name.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';

const VERSIONS: Readonly<Record<NonNullable<ServerTlsSettings['minProtocolVersion']>, Protocol>> = {
  TLS_AUTO: Protocol.TLS_AUTO,
  TLSV1_0: Protocol.TLSv1_0,
  TLSV1_1: Protocol.TLSv1_1,
  TLSV1_2: Protocol.TLSv1_2,
  TLSV1_3: Protocol.TLSv1_3,
};

/** Certificates in SDS, by name; a server may offer several. */
export function credentialNames(tls: ServerTlsSettings): readonly string[] {
  if (tls.credentialNames !== undefined && tls.credentialNames.length > 0) return tls.credentialNames;
  return tls.credentialName ? [tls.credentialName] : [];
}

export function verifiesClients(tls: ServerTlsSettings): boolean {
  return tls.mode === 'MUTUAL' || tls.mode === 'OPTIONAL_MUTUAL';
}

/** The SDS name of the authorities that client certificates are checked with: `<credential>-cacert` unless one is named. */
export function authoritySecret(tls: ServerTlsSettings): string | undefined {
  if (tls.caCertCredentialName) return secretResource(tls.caCertCredentialName);
  const [first] = credentialNames(tls);
  return first === undefined ? undefined : `${secretResource(first)}-cacert`;
}

/** A server's `tls` → the transport socket of its filter chain (core/listener.go, BuildListenerTLSContext). */
export function downstreamTls(
  tls: ServerTlsSettings,
  isHttp: boolean,
  meshCertificates: Node['certificates'],
): Init<typeof TransportSocketSchema> {
  const ofTheMesh = tls.mode === 'ISTIO_MUTUAL';
  const context = create(DownstreamTlsContextSchema, {
    requireClientCertificate: tls.mode === 'MUTUAL' || ofTheMesh,
    disableStatefulSessionResumption: false,
    commonTlsContext: {
      alpnProtocols: isHttp ? ['h2', 'http/1.1'] : [],
      tlsParams: {
        tlsMinimumProtocolVersion: VERSIONS[tls.minProtocolVersion ?? 'TLS_AUTO'],
        tlsMaximumProtocolVersion: VERSIONS[tls.maxProtocolVersion ?? 'TLS_AUTO'],
        cipherSuites: [...(tls.cipherSuites ?? [])],
      },
      ...(ofTheMesh ? meshIdentity(tls, meshCertificates) : certificates(tls)),
      ...(verifiesClients(tls) && validation(tls)),
    },
  });
  return {
    name: TLS_TRANSPORT_SOCKET,
    configType: { case: 'typedConfig', value: any(DownstreamTlsContextSchema, context) },
  };
}

type Common = Init<typeof CommonTlsContextSchema>;

/** ISTIO_MUTUAL: the workload's own certificate, for clients that the mesh's authorities vouch for. */
function meshIdentity(tls: ServerTlsSettings, source: Node['certificates']): Common {
  return {
    tlsCertificateSdsSecretConfigs: [meshCertificate(source)],
    validationContextType: {
      case: 'combinedValidationContext',
      value: {
        defaultValidationContext: { matchTypedSubjectAltNames: namesOf(tls) },
        validationContextSdsSecretConfig: meshAuthorities(source),
      },
    },
  };
}

function namesOf(tls: ServerTlsSettings) {
  return (tls.subjectAltNames ?? []).flatMap((name) =>
    [SubjectAltNameMatcher_SanType.DNS, SubjectAltNameMatcher_SanType.URI].map((sanType) => ({
      sanType,
      matcher: { matchPattern: { case: 'exact' as const, value: name } },
    })),
  );
}

function certificates(tls: ServerTlsSettings): Common {
  const names = credentialNames(tls);
  if (names.length > 0) {
    return { tlsCertificateSdsSecretConfigs: names.map((name) => sdsSecret(secretResource(name))) };
  }
  const files = tls.tlsCertificates ?? [tls];
  return {
    tlsCertificates: files.map((each) => ({
      certificateChain: { specifier: { case: 'filename' as const, value: each.serverCertificate ?? '' } },
      privateKey: { specifier: { case: 'filename' as const, value: each.privateKey ?? '' } },
    })),
  };
}

function validation(tls: ServerTlsSettings): Common {
  const names = {
    verifyCertificateHash: [...(tls.verifyCertificateHash ?? [])],
    verifyCertificateSpki: [...(tls.verifyCertificateSpki ?? [])],
    matchTypedSubjectAltNames: namesOf(tls),
  };
  const secret = authoritySecret(tls);
  if (secret !== undefined) {
    return {
      validationContextType: {
        case: 'combinedValidationContext',
        value: { defaultValidationContext: names, validationContextSdsSecretConfig: sdsSecret(secret) },
      },
    };
  }
  return {
    validationContextType: {
      case: 'validationContext',
      value: {
        ...names,
        trustedCa: { specifier: { case: 'filename', value: tls.caCertificates ?? '' } },
        ...(tls.caCrl && { crl: { specifier: { case: 'filename', value: tls.caCrl } } }),
      },
    },
  };
}
