import type { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { Cluster_DnsLookupFamily } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';

/** The DNS cache that the cluster and the HTTP filter in front of it share; they find each other by name. */
export function dnsCache(name: string): { name: string; dnsLookupFamily: Cluster_DnsLookupFamily } {
  return { name, dnsLookupFamily: Cluster_DnsLookupFamily.V4_PREFERRED };
}

/** A cluster whose endpoint is whatever host the request names, looked up when it comes. */
export function forwardProxyDiscovery(cacheName: string): Partial<Init<typeof ClusterSchema>> {
  return {
    clusterDiscoveryType: {
      case: 'clusterType',
      value: {
        name: 'envoy.clusters.dynamic_forward_proxy',
        typedConfig: any(ClusterConfigSchema, {
          clusterImplementationSpecifier: { case: 'dnsCacheConfig', value: dnsCache(cacheName) },
          allowInsecureClusterOptions: true,
        }),
      },
    },
    lbConfig: { case: undefined },
  };
}
