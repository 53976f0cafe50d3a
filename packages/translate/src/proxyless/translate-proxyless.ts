import type { Issue } from '@weft/base';
import type { MeshProxy, Snapshot } from '@weft/mesh';
import { isWildcard } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { outboundClusters } from '../cluster/outbound-clusters.ts';
import { outboundCluster } from '../names.ts';
import { sidecarRoutes } from '../route/sidecar-routes.ts';
import { proxylessCluster } from './clusters.ts';
import { apiListeners } from './listeners.ts';
import { proxylessRoutes } from './routes.ts';

export interface ProxylessPart {
  readonly cluster: ReadonlyMap<string, Cluster>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
}

export interface ProxylessResources extends ProxylessPart {
  readonly listener: ReadonlyMap<string, Listener>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  readonly issues: readonly Issue[];
}

/** What a gRPC client may call. */
export function proxylessClusters(snapshot: Snapshot, proxy: MeshProxy): ProxylessPart {
  const cluster = new Map<string, Cluster>();
  const endpoint = new Map<string, ClusterLoadAssignment>();
  for (const found of outboundClusters(snapshot, proxy)) {
    const made = proxylessCluster(found);
    if (made === undefined || found.assignment === undefined) continue;
    cluster.set(made.name, made);
    endpoint.set(made.name, found.assignment);
  }
  return { cluster, endpoint };
}

/**
 * For a gRPC client that speaks xDS itself (node metadata `GENERATOR: grpc`): a listener for each name it may dial, the routes of that
 * service and port, clusters and endpoints (pilot/pkg/networking/grpcgen). It asks for each by name.
 */
export function translateProxyless(snapshot: Snapshot, proxy: MeshProxy): ProxylessResources {
  const listener = new Map<string, Listener>();
  const route = new Map<string, RouteConfiguration>();
  const issues: Issue[] = [];
  for (const service of proxy.scope.services) {
    const egress = proxy.scope.egress.find(({ services }) => services.includes(service));
    if (egress === undefined || isWildcard(service.hostname)) continue;
    for (const port of service.ports) {
      const name = outboundCluster(port.number, '', service.hostname);
      const input = { name, listenPort: port.number, egress, proxy, snapshot, host: service.hostname };
      route.set(name, proxylessRoutes(sidecarRoutes(input, issues)));
      for (const made of apiListeners(service, port, proxy.node, snapshot.domain)) listener.set(made.name, made);
    }
  }
  return { ...proxylessClusters(snapshot, proxy), listener, route, issues };
}
