import { create } from '@bufbuild/protobuf';
import type { ClientTlsSettings, TrafficPolicy } from '@weft/config';
import type { Endpoint, MeshSettings, MutualTlsMode, Node, Service, Snapshot } from '@weft/mesh';
import type { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { TransportSocketSchema } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import { RawBufferSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/raw_buffer/v3/raw_buffer_pb';
import {
  TlsParameters_TlsProtocol as Protocol,
  SubjectAltNameMatcher_SanType,
} from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/common_pb';
import { UpstreamTlsContextSchema } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/tls_pb';
import { TLS_TRANSPORT_SOCKET } from '../listener/filter-names.ts';
import { outboundServerName } from '../names.ts';
import { meshAuthorities, meshCertificate } from '../secret/mesh-secret.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';

/** What the workloads behind a service take: the mode of its namespace, and the endpoints (`address:port`) that refuse TLS all the same. */
export interface PeerModes {
  readonly namespace: MutualTlsMode;
  readonly refusing: ReadonlySet<string>;
}

/** Says on an endpoint, as a label of the workload, that it has a proxy which speaks the mesh's TLS. */
const MODE_LABEL = 'security.istio.io/tlsMode';

/** As the PeerAuthentications of the endpoints' workloads say, each on the port that answers. */
export function peerModes(snapshot: Snapshot, service: Service): PeerModes {
  const refusing = service.endpoints.filter((endpoint) => {
    const { mode, ports } = snapshot.mutualTlsOf(endpoint);
    return (ports.get(endpoint.port) ?? mode) === 'disable';
  });
  return {
    namespace: snapshot.mutualTlsIn(service.namespace),
    refusing: new Set(refusing.map(({ address, port }) => `${address}:${port}`)),
  };
}

/** Whether connections to this endpoint are made with the mesh's TLS where the choice is left to the endpoint. */
export function takesMutualTls({ labels, address, port }: Endpoint, modes: PeerModes): boolean {
  return labels[MODE_LABEL] === 'istio' && !modes.refusing.has(`${address}:${port}`);
}

export interface MutualTlsInput {
  readonly service: Service;
  readonly port: number;
  readonly subset: string;
  readonly policy: TrafficPolicy;
  readonly mesh: MeshSettings;
  readonly certificates: Node['certificates'];
  readonly modes: PeerModes;
  readonly isHttp2: boolean;
  /** The cluster goes where the client wanted to, so there are no endpoints to choose by. */
  readonly passthrough: boolean;
}

type Part = Partial<Init<typeof ClusterSchema>>;

/**
 * The mesh's own TLS for a cluster (core/cluster_tls.go). A DestinationRule that says ISTIO_MUTUAL has it with every endpoint; one that
 * says nothing leaves it to the endpoints (automatic mutual TLS, SEMANTICS row 91). Empty where neither applies.
 */
export function mutualTls(input: MutualTlsInput): Part {
  const { policy, certificates } = input;
  if (certificates === 'none') return {};
  if (policy.tls?.mode === 'ISTIO_MUTUAL') return { transportSocket: socket(input, policy.tls) };
  if (policy.tls !== undefined || !isAutomatic(input)) return {};
  return {
    transportSocketMatches: [
      { name: 'tlsMode-istio', match: { tlsMode: 'istio' }, transportSocket: socket(input, {}) },
      { name: 'tlsMode-disabled', match: {}, transportSocket: PLAIN },
    ],
  };
}

function isAutomatic({ service, mesh, modes, passthrough }: MutualTlsInput): boolean {
  return mesh.enableAutoMtls !== false && !service.meshExternal && !passthrough && modes.namespace !== 'disable';
}

/** A transport socket without TLS. */
export const PLAIN: Init<typeof TransportSocketSchema> = {
  name: 'envoy.transport_sockets.raw_buffer',
  configType: { case: 'typedConfig', value: any(RawBufferSchema, {}) },
};

function socket(input: MutualTlsInput, said: ClientTlsSettings): Init<typeof TransportSocketSchema> {
  const { service, port, subset, certificates } = input;
  const names = said.subjectAltNames ?? [];
  const context = create(UpstreamTlsContextSchema, {
    sni: said.sni || outboundServerName(port, subset, service.hostname),
    commonTlsContext: {
      tlsParams: { tlsMinimumProtocolVersion: Protocol.TLSv1_2, tlsMaximumProtocolVersion: Protocol.TLSv1_3 },
      // The exchange of metadata over TCP (`istio-peer-exchange`) is not spoken, so it is not offered.
      alpnProtocols: input.isHttp2 ? ['istio', 'h2'] : ['istio'],
      tlsCertificateSdsSecretConfigs: [meshCertificate(certificates)],
      validationContextType: {
        case: 'combinedValidationContext',
        value: {
          defaultValidationContext: {
            matchTypedSubjectAltNames: exactly(names.length > 0 ? names : identities(input)),
          },
          validationContextSdsSecretConfig: meshAuthorities(certificates),
        },
      },
    },
  });
  return {
    name: TLS_TRANSPORT_SOCKET,
    configType: { case: 'typedConfig', value: any(UpstreamTlsContextSchema, context) },
  };
}

/** The SPIFFE ids of those who may answer for the service; without any, every workload of the mesh may. */
function identities({ service, mesh }: MutualTlsInput): readonly string[] {
  const domains = [mesh.trustDomain, ...(mesh.trustDomainAliases ?? [])];
  const accounts = service.endpoints
    .filter(({ serviceAccount }) => serviceAccount !== '')
    .flatMap(({ namespace, serviceAccount }) =>
      domains.map((domain) => `spiffe://${domain}/ns/${namespace}/sa/${serviceAccount}`),
    );
  return [...new Set([...service.subjectAltNames, ...accounts])].sort();
}

function exactly(names: readonly string[]) {
  return names.flatMap((name) =>
    [SubjectAltNameMatcher_SanType.URI, SubjectAltNameMatcher_SanType.DNS]
      .filter((sanType) => sanType === SubjectAltNameMatcher_SanType.URI || !name.startsWith('spiffe://'))
      .map((sanType) => ({ sanType, matcher: { matchPattern: { case: 'exact' as const, value: name } } })),
  );
}
