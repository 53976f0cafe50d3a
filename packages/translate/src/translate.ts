import type { Issue } from '@weft/base';
import type { EgressListener, MeshProxy, Node, Snapshot } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import { blackHoleCluster, dynamicDnsCluster, passthroughCluster } from './cluster/catch-all.ts';
import { outboundClusters } from './cluster/outbound-clusters.ts';
import { gatewayListener } from './gateway/listeners.ts';
import { mergeGateways } from './gateway/merge.ts';
import { gatewayRoutes } from './gateway/routes.ts';
import { gatewaySecrets } from './gateway/secrets.ts';
import { capturedOutbound } from './listener/captured-outbound.ts';
import { inbound } from './listener/inbound.ts';
import { httpProxyListener, outboundListeners } from './listener/outbound.ts';
import { virtualOutbound } from './listener/virtual-outbound.ts';
import { HTTP_PROXY_ROUTE } from './names.ts';
import { sidecarRoutes } from './route/sidecar-routes.ts';

/**
 * What one proxy gets, by kind and by name. The keys are those of RESOURCE_KINDS. The maps are in the order to send. A cluster or
 * endpoint message whose inputs did not change is the same object as before (across proxies too), so a hash can be kept in a WeakMap.
 */
export interface TranslatedResources {
  readonly cluster: ReadonlyMap<string, Cluster>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
  readonly listener: ReadonlyMap<string, Listener>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  /** TLS certificates a gateway asks for by `kubernetes://<name>`. */
  readonly secret: ReadonlyMap<string, Secret>;
  /** Conflicts met on the way: a duplicate domain, two listeners on one port, a missing secret. */
  readonly issues: readonly Issue[];
}

export interface TranslateOptions {
  /**
   * Proxies get certificates of the mesh by SDS (`default`, `ROOTCA`), so inbound ports can take mutual TLS. Without, a port that
   * demands it refuses every connection. False unless said.
   */
  readonly certificates?: boolean;
}

/** Snapshot + proxy → xDS resources. Pure and deterministic; never throws for a resource that validation accepted. */
export function translate(snapshot: Snapshot, proxy: MeshProxy, options: TranslateOptions = {}): TranslatedResources {
  if (proxy.node.type === 'router') return translateGateway(snapshot, proxy);
  return translateSidecar(snapshot, proxy, options.certificates === true);
}

interface Draft {
  readonly cluster: Map<string, Cluster>;
  readonly endpoint: Map<string, ClusterLoadAssignment>;
  readonly listener: Map<string, Listener>;
  readonly route: Map<string, RouteConfiguration>;
  readonly issues: Issue[];
}

function begin(snapshot: Snapshot, proxy: MeshProxy): Draft {
  const draft: Draft = {
    cluster: new Map(),
    endpoint: new Map(),
    listener: new Map(),
    route: new Map(),
    issues: [],
  };
  for (const { cluster, assignment } of outboundClusters(snapshot, proxy)) {
    draft.cluster.set(cluster.name, cluster);
    if (assignment !== undefined) draft.endpoint.set(cluster.name, assignment);
  }
  put(draft.cluster, blackHoleCluster(snapshot.mesh));
  return draft;
}

function put<T extends { readonly name: string }>(map: Map<string, T>, message: T): void {
  map.set(message.name, message);
}

function intercepts(node: Node): boolean {
  return node.type === 'sidecar' && node.interception !== 'NONE';
}

function translateSidecar(snapshot: Snapshot, proxy: MeshProxy, certificates: boolean): TranslatedResources {
  const draft = begin(snapshot, proxy);
  const captured = intercepts(proxy.node);
  put(draft.cluster, passthroughCluster(snapshot.mesh, captured));
  const inbounds = inbound({ snapshot, proxy, certificates }, draft.issues);
  for (const cluster of inbounds.clusters) put(draft.cluster, cluster);
  if (captured) addCaptured(draft, snapshot, proxy);
  else {
    const taken = new Set(inbounds.listeners.map((each) => Number(each.name.slice(each.name.lastIndexOf('_') + 1))));
    for (const egress of proxy.scope.egress) addEgress(draft, snapshot, proxy, egress, taken);
  }
  for (const each of inbounds.listeners) put(draft.listener, each);
  return { ...draft, secret: new Map() };
}

function addCaptured(draft: Draft, snapshot: Snapshot, proxy: MeshProxy): void {
  if (proxy.scope.outbound.mode === 'ALLOW_ANY_DYNAMIC_DNS') put(draft.cluster, dynamicDnsCluster(snapshot.mesh));
  for (const { listener, egress, route } of capturedOutbound({ snapshot, proxy }, draft.issues)) {
    put(draft.listener, listener);
    if (route === undefined || draft.route.has(route.name)) continue;
    const { name, port, host } = route;
    put(draft.route, sidecarRoutes({ name, listenPort: port, host, egress, proxy, snapshot }, draft.issues));
  }
  const [egress] = proxy.scope.egress;
  if (egress !== undefined && proxy.node.httpProxyPort !== 0) addHttpProxy(draft, snapshot, proxy, egress);
  put(draft.listener, virtualOutbound({ snapshot, proxy }));
}

function addHttpProxy(draft: Draft, snapshot: Snapshot, proxy: MeshProxy, egress: EgressListener): void {
  const made = httpProxyListener({ snapshot, proxy, egress, host: '127.0.0.1', taken: new Set() });
  if (made === undefined) return;
  put(draft.listener, made.listener);
  const input = { name: HTTP_PROXY_ROUTE, listenPort: 0, egress, proxy, snapshot };
  put(draft.route, sidecarRoutes(input, draft.issues));
}

function addEgress(
  draft: Draft,
  snapshot: Snapshot,
  proxy: MeshProxy,
  egress: EgressListener,
  taken: ReadonlySet<number>,
): void {
  const host = egress.listener?.bind || proxy.node.ip;
  const input = { snapshot, proxy, egress, host, taken };
  const all = proxy.node.outboundListeners === 'all';
  const listeners = all ? [...outboundListeners(input, draft.issues)] : [];
  const forHttpProxy = egress.listener?.port === undefined ? httpProxyListener(input) : undefined;
  if (forHttpProxy !== undefined) listeners.push(forHttpProxy);
  for (const { listener, routePort } of listeners) {
    // The first egress listener that names a port has it (sidecar.go, GetEgressListenerForRDS).
    if (draft.listener.has(listener.name)) continue;
    draft.listener.set(listener.name, listener);
    if (routePort === undefined) continue;
    const name = routePort === 0 ? HTTP_PROXY_ROUTE : String(routePort);
    put(draft.route, sidecarRoutes({ name, listenPort: routePort, egress, proxy, snapshot }, draft.issues));
  }
}

function translateGateway(snapshot: Snapshot, proxy: MeshProxy): TranslatedResources {
  const draft = begin(snapshot, proxy);
  const ports = mergeGateways(snapshot.gatewaysOf(proxy.node), proxy, draft.issues);
  for (const port of ports) {
    const listener = gatewayListener(port, snapshot, proxy, draft.issues);
    if (listener === undefined) continue;
    put(draft.listener, listener);
    const byRoute = Map.groupBy(port.servers, (server) => server.routeName);
    for (const [name, servers] of byRoute) {
      if (name !== '') put(draft.route, gatewayRoutes(name, servers, snapshot, proxy));
    }
  }
  return { ...draft, secret: gatewaySecrets(ports, snapshot, proxy, draft.issues) };
}
