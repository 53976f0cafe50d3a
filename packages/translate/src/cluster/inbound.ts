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
import { circuitBreakers } from './circuit-breakers.ts';
import { httpProtocolOptions } from './http-options.ts';
import { tcpKeepalive } from './tcp-keepalive.ts';

/** Where an inbound cluster leads: the application at a fixed address. */
export interface InboundClusterInput {
  /** The port that names the cluster. */
  readonly port: number;
  readonly target: { readonly host: string; readonly port: number };
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
    altStatName: `${name};`,
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
    clusterDiscoveryType: { case: 'type', value: Discovery.STATIC },
    lbPolicy: Lb.ROUND_ROBIN,
    loadAssignment: {
      clusterName: name,
      endpoints: [
        {
          lbEndpoints: [
            { hostIdentifier: { case: 'endpoint', value: { address: address(target.host, target.port) } } },
          ],
        },
      ],
    },
  });
}
