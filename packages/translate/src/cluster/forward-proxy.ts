import { isWildcard, type MeshProxy, type Scope } from '@weft/mesh';
import type { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { Cluster_DnsLookupFamily } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterConfigSchema } from '@weft/xds/gen/envoy/extensions/clusters/dynamic_forward_proxy/v3/cluster_pb';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';

/**
 * The DNS cache of every cluster that looks hosts up and of the HTTP filter before them: Envoy's cluster only knows the hosts that the
 * filter has put into the cache of the same name, and there is one filter for all clusters that a listener's routes lead to.
 */
export const DNS_CACHE: { readonly name: string; readonly dnsLookupFamily: Cluster_DnsLookupFamily } = {
  name: 'dynamic_forward_proxy_cache',
  dnsLookupFamily: Cluster_DnsLookupFamily.V4_PREFERRED,
};

interface LookedUp {
  readonly dynamicDns: boolean;
  readonly passthrough: boolean;
}

const known = new WeakMap<Scope, LookedUp>();

/** Whether a route of this proxy may lead to a service whose hosts are looked up when requests come: endpoints of a wildcard have no names. */
export function reachesLookedUp({ node, scope }: MeshProxy): boolean {
  let found = known.get(scope);
  if (found === undefined) {
    const wildcards = scope.services.filter((service) => isWildcard(service.hostname));
    found = {
      dynamicDns: wildcards.some((service) => service.resolution === 'dynamic-dns'),
      passthrough: wildcards.some((service) => service.resolution === 'passthrough'),
    };
    known.set(scope, found);
  }
  return found.dynamicDns || (found.passthrough && (node.type === 'router' || node.interception === 'NONE'));
}

/** A cluster whose endpoint is whatever host the request names, looked up when it comes. */
export function forwardProxyDiscovery(): Partial<Init<typeof ClusterSchema>> {
  return {
    clusterDiscoveryType: {
      case: 'clusterType',
      value: {
        name: 'envoy.clusters.dynamic_forward_proxy',
        typedConfig: any(ClusterConfigSchema, {
          clusterImplementationSpecifier: { case: 'dnsCacheConfig', value: DNS_CACHE },
          allowInsecureClusterOptions: true,
        }),
      },
    },
    lbConfig: { case: undefined },
  };
}
