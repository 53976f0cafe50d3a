import { create } from '@bufbuild/protobuf';
import type { MeshSettings } from '@weft/mesh';
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { BindConfigSchema } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, PASSTHROUGH_CLUSTER } from '../names.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
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
  return create(ClusterSchema, passthrough(PASSTHROUGH_CLUSTER, mesh, intercepts));
}

function passthrough(name: string, mesh: MeshSettings, intercepts: boolean): Init<typeof ClusterSchema> {
  return {
    name,
    altStatName: `${name};`,
    connectTimeout: duration(mesh.connectTimeoutMs),
    lbPolicy: Lb.CLUSTER_PROVIDED,
    typedExtensionProtocolOptions: passthroughProtocolOptions(),
    circuitBreakers: circuitBreakers(mesh.defaultTrafficPolicy?.connectionPool, undefined),
    ...(intercepts
      ? { clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST } }
      : forwardProxyDiscovery(name)),
  };
}

/** Traffic for a port of the workload that no service names. */
export function inboundPassthroughCluster(mesh: MeshSettings): Cluster {
  const cluster = passthrough(INBOUND_PASSTHROUGH_CLUSTER, mesh, true);
  return create(ClusterSchema, { ...cluster, upstreamBindConfig: inboundSource() });
}

export function inboundSource(): Init<typeof BindConfigSchema> {
  return { sourceAddress: { address: INBOUND_SOURCE, portSpecifier: { case: 'portValue', value: 0 } } };
}
