import { create } from '@bufbuild/protobuf';
import type { MeshSettings } from '@weft/mesh';
import {
  type Cluster,
  ClusterSchema,
  Cluster_DiscoveryType as Discovery,
  Cluster_LbPolicy as Lb,
} from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import {
  ALLOW_ANY_DYNAMIC_DNS_CLUSTER,
  BLACK_HOLE_CLUSTER,
  INBOUND_PASSTHROUGH_CLUSTER,
  PASSTHROUGH_CLUSTER,
} from '../names.ts';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';
import { circuitBreakers } from './circuit-breakers.ts';
import { forwardProxyDiscovery } from './forward-proxy.ts';
import { passthroughProtocolOptions } from './http-options.ts';
import { originalDestination } from './inbound.ts';

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
    ...common(PASSTHROUGH_CLUSTER, mesh),
    ...(intercepts
      ? { clusterDiscoveryType: { case: 'type', value: Discovery.ORIGINAL_DST } }
      : forwardProxyDiscovery()),
  });
}

/** Captured connections to ports of the workload that no service names. */
export function inboundPassthroughCluster(mesh: MeshSettings): Cluster {
  return create(ClusterSchema, { ...common(INBOUND_PASSTHROUGH_CLUSTER, mesh), ...originalDestination() });
}

/** `ALLOW_ANY_DYNAMIC_DNS`: the host that a request names is looked up, whatever address its client found. */
export function dynamicDnsCluster(mesh: MeshSettings): Cluster {
  return create(ClusterSchema, {
    ...common(ALLOW_ANY_DYNAMIC_DNS_CLUSTER, mesh),
    ...forwardProxyDiscovery(),
  });
}

function common(name: string, mesh: MeshSettings): Init<typeof ClusterSchema> {
  return {
    name,
    altStatName: `${name};`,
    connectTimeout: duration(mesh.connectTimeoutMs),
    lbPolicy: Lb.CLUSTER_PROVIDED,
    typedExtensionProtocolOptions: passthroughProtocolOptions(),
    circuitBreakers: circuitBreakers(mesh.defaultTrafficPolicy?.connectionPool, undefined),
  };
}
