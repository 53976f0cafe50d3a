import { create } from '@bufbuild/protobuf';
import type { MeshSettings } from '@weft/mesh';
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from '../names.ts';
import { address } from '../wire/address.ts';
import { duration } from '../wire/duration.ts';
import { circuitBreakers } from './circuit-breakers.ts';
import { forwardProxyDiscovery } from './forward-proxy.ts';
import { passthroughProtocolOptions } from './http-options.ts';

/** Istio's source address for traffic to the workload itself, which interception rules leave alone. */
const INBOUND_SOURCE = '127.0.0.6';

/** Nothing answers here. */
export function blackHoleCluster(mesh: MeshSettings): Cluster {
  return create(ClusterSchema, {
    name: BLACK_HOLE_CLUSTER,
    altStatName: `${BLACK_HOLE_CLUSTER};`,
    clusterDiscoveryType: { case: 'type', value: Discovery.STATIC },
    connectTimeout: duration(mesh.connectTimeoutMs),
    lbPolicy: Lb.ROUND_ROBIN,
  });
}

/**
 * Traffic that no service takes, to the address the client wanted. Without interception that address is the proxy's own, so the
 * host that the request names is looked up instead.
 */
export function passthroughCluster(mesh: MeshSettings, intercepts: boolean): Cluster {
  return create(ClusterSchema, {
    name: PASSTHROUGH_CLUSTER,
    altStatName: `${PASSTHROUGH_CLUSTER};`,
    connectTimeout: duration(mesh.connectTimeoutMs),
    lbPolicy: Lb.CLUSTER_PROVIDED,
    typedExtensionProtocolOptions: passthroughProtocolOptions(),
    circuitBreakers: circuitBreakers(mesh.defaultTrafficPolicy?.connectionPool, undefined),
    ...(intercepts
      ? { clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST } }
      : forwardProxyDiscovery(PASSTHROUGH_CLUSTER)),
  });
}

/** Traffic for a port of the workload that no service names. */
export function inboundPassthroughCluster(mesh: MeshSettings): Cluster {
  return create(ClusterSchema, {
    ...passthroughCluster(mesh, true),
    name: INBOUND_PASSTHROUGH_CLUSTER,
    altStatName: `${INBOUND_PASSTHROUGH_CLUSTER};`,
    upstreamBindConfig: inboundSource(),
  });
}

export function inboundSource(): NonNullable<Parameters<typeof create<typeof ClusterSchema>>[1]>['upstreamBindConfig'] {
  const source = address(INBOUND_SOURCE, 0).address;
  return source.case === 'socketAddress' ? { sourceAddress: source.value } : undefined;
}
