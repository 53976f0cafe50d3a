import { create } from '@bufbuild/protobuf';
import { type Cluster, ClusterSchema, Cluster_LbPolicy as Lb } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterWithEndpoints } from '../cluster/outbound-clusters.ts';

/**
 * What a gRPC client takes of a cluster (gRFC A27, A37, A42, A50): its endpoints by EDS, ring hash or else round robin, the limit of
 * requests, outlier detection. Undefined for one whose endpoints are not known here, and for one whose rule demands TLS: a client that
 * did not understand that would speak plain text.
 */
export function proxylessCluster({ cluster, assignment }: ClusterWithEndpoints): Cluster | undefined {
  if (assignment === undefined || cluster.edsClusterConfig === undefined || cluster.transportSocket !== undefined) {
    return undefined;
  }
  const ring = cluster.lbPolicy === Lb.RING_HASH;
  return create(ClusterSchema, {
    name: cluster.name,
    clusterDiscoveryType: cluster.clusterDiscoveryType,
    edsClusterConfig: { ...cluster.edsClusterConfig, serviceName: cluster.name },
    lbPolicy: ring ? Lb.RING_HASH : Lb.ROUND_ROBIN,
    lbConfig: ring ? cluster.lbConfig : { case: undefined },
    ...(cluster.circuitBreakers === undefined ? {} : { circuitBreakers: cluster.circuitBreakers }),
    ...(cluster.outlierDetection === undefined ? {} : { outlierDetection: cluster.outlierDetection }),
  });
}
