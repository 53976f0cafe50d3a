import { create } from '@bufbuild/protobuf';
import type { ConnectionPoolSettings } from '@weft/config';
import type { MeshSettings, Service, ServicePort } from '@weft/mesh';
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { inboundCluster } from '../names.ts';
import { address } from '../wire/address.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { circuitBreakers } from './circuit-breakers.ts';
import { httpProtocolOptions } from './http-options.ts';
import { altStatName, type StatNameInput } from './stat-name.ts';
import { tcpKeepalive } from './tcp-keepalive.ts';

/** Where an inbound cluster leads: to the application. */
export interface InboundClusterInput {
  /** The port that names the cluster. */
  readonly port: number;
  /** Undefined: the address that the connection wanted before it was captured. */
  readonly target: { readonly host: string; readonly port: number } | undefined;
  /** The services it stands for; the first decides the protocol. */
  readonly services: readonly Service[];
  readonly servicePort: ServicePort;
  readonly pool: ConnectionPoolSettings | undefined;
  readonly mesh: MeshSettings;
}

/** `inbound|<port>||` (cluster_builder.go, buildInboundCluster). Only the connection pool of a DestinationRule counts here. */
export function inboundClusterOf(input: InboundClusterInput): Cluster {
  const { port, target, pool, mesh } = input;
  const name = inboundCluster(port);
  return create(ClusterSchema, {
    name,
    altStatName: altStatName(name, mesh.inboundClusterStatName, statInput(input)),
    connectTimeout: duration(pool?.tcp?.connectTimeoutMs ?? mesh.connectTimeoutMs),
    circuitBreakers: circuitBreakers(pool, undefined),
    typedExtensionProtocolOptions: httpProtocolOptions({
      port: input.servicePort,
      pool,
      mesh,
      inbound: true,
      isSidecar: true,
      autoSni: false,
    }),
    ...tcpKeepalive(mesh, pool),
    commonLbConfig: {},
    metadata: {
      filterMetadata: {
        istio: {
          services: input.services.map(({ hostname, name, namespace }) => ({ host: hostname, name, namespace })),
        },
      },
    },
    ...(target === undefined ? originalDestination() : fixedAddress(name, target)),
  });
}

function statInput({ services, servicePort, target, port }: InboundClusterInput): StatNameInput | undefined {
  const [service] = services;
  const { number, name } = servicePort;
  return service && { service, port: number, portName: name, subset: '', targetPort: target?.port ?? port };
}

type ClusterPart = Partial<Init<typeof ClusterSchema>>;

/**
 * Connections of the proxy to its own application come from here, which is how the kernel's rules tell them from those to capture
 * (core/cluster_builder.go, InboundPassthroughBindIpv4).
 */
const INBOUND_SOURCE = '127.0.0.6';

/** The cluster part of "where the connection wanted to go", from an address that is not captured again. */
export function originalDestination(): ClusterPart {
  return {
    clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST },
    lbPolicy: Lb.CLUSTER_PROVIDED,
    upstreamBindConfig: {
      sourceAddress: { address: INBOUND_SOURCE, portSpecifier: { case: 'portValue', value: 0 } },
    },
  };
}

function fixedAddress(clusterName: string, { host, port }: NonNullable<InboundClusterInput['target']>): ClusterPart {
  const endpoint = { hostIdentifier: { case: 'endpoint' as const, value: { address: address(host, port) } } };
  return {
    clusterDiscoveryType: { case: 'type', value: Discovery.STATIC },
    lbPolicy: Lb.ROUND_ROBIN,
    loadAssignment: { clusterName, endpoints: [{ lbEndpoints: [endpoint] }] },
  };
}
