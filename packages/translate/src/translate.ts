import { type Issue, LayeredMap } from '@weft/base';
import type { EgressListener, MeshProxy, Node, Snapshot } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { TypedExtensionConfig } from '@weft/xds/gen/envoy/config/core/v3/extension_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import type { Secret } from '@weft/xds/gen/envoy/extensions/transport_sockets/tls/v3/secret_pb';
import type { NameTable } from '@weft/xds/gen/istio/networking/nds/v1/nds_pb';
import { blackHoleCluster, dynamicDnsCluster, passthroughCluster } from './cluster/catch-all.ts';
import { outboundClusters } from './cluster/outbound-clusters.ts';
import { applyEnvoyFilters, patchClusters } from './envoy-filter/apply.ts';
import { gatewayListener } from './gateway/listeners.ts';
import { mergeGateways } from './gateway/merge.ts';
import { gatewayRoutes } from './gateway/routes.ts';
import { gatewaySecrets } from './gateway/secrets.ts';
import { capturedOutbound } from './listener/captured-outbound.ts';
import { inbound } from './listener/inbound.ts';
import { httpProxyListener, httpProxyPort, outboundListeners } from './listener/outbound.ts';
import { virtualOutbound } from './listener/virtual-outbound.ts';
import { nameTable } from './name-table.ts';
import { HTTP_PROXY_ROUTE, NAME_TABLE } from './names.ts';
import { PerNode } from './per-node.ts';
import { proxylessClusters, translateProxyless } from './proxyless/translate-proxyless.ts';
import { sidecarRoutes } from './route/sidecar-routes.ts';

/**
 * What one proxy gets, by kind and by name. The keys are those of RESOURCE_KINDS. The maps are in the order to send. A cluster or
 * endpoint message whose inputs did not change is the same object as before (across proxies too), so a hash can be kept in a WeakMap.
 * Where proxies get much alike, a map is a LayeredMap whose base is one object for all of them.
 */
export interface TranslatedResources {
  readonly cluster: ReadonlyMap<string, Cluster>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
  readonly listener: ReadonlyMap<string, Listener>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  /** TLS certificates a gateway asks for by `kubernetes://<name>`. */
  readonly secret: ReadonlyMap<string, Secret>;
  /** The names that the proxy answers DNS for; at most one. */
  readonly nameTable: ReadonlyMap<string, NameTable>;
  /** What EnvoyFilters let listeners ask for by name. */
  readonly extensionConfig: ReadonlyMap<string, TypedExtensionConfig>;
  /** Conflicts met on the way: a duplicate domain, two listeners on one port, a missing secret. */
  readonly issues: readonly Issue[];
}

export interface TranslateOptions {
  /**
   * Every proxy gets certificates of the mesh by SDS (`default`, `ROOTCA`), so that proxies speak mutual TLS. Without, those that say they
   * have certificates of their own (`FILE_MOUNTED_CERTS`) do, and a port that demands it of others refuses every connection.
   */
  readonly certificates?: boolean;
}

/** Snapshot + proxy → xDS resources. Pure and deterministic; never throws for a resource that validation accepted. */
export function translate(snapshot: Snapshot, proxy: MeshProxy, options: TranslateOptions = {}): TranslatedResources {
  if (proxy.node.dataPlane === 'grpc') {
    return {
      ...translateProxyless(snapshot, proxy),
      secret: new Map(),
      nameTable: NO_NAMES,
      extensionConfig: NO_EXTENSIONS,
    };
  }
  const asked =
    options.certificates === true ? { ...proxy, node: { ...proxy.node, certificates: 'sds' } as const } : proxy;
  const made = proxy.node.type === 'router' ? translateGateway(snapshot, asked) : translateSidecar(snapshot, asked);
  const filters = snapshot.envoyFiltersOf(proxy.node);
  return filters.length === 0 ? made : applyEnvoyFilters(made, filters, proxy.node);
}

const NO_EXTENSIONS: TranslatedResources['extensionConfig'] = new Map();

/** The clusters and endpoints of what a proxy may call: the part of `translate` that changes when endpoints do. */
export function translateClusters(
  snapshot: Snapshot,
  { node, scope }: Pick<MeshProxy, 'node' | 'scope'>,
): OutboundPart {
  if (node.dataPlane === 'grpc') return proxylessClusters(snapshot, { node, scope, instances: [] });
  const made = unpatchedClusters(snapshot, { node, scope });
  const filters = snapshot.envoyFiltersOf(node);
  return filters.length === 0 ? made : patchClusters(made, filters, node);
}

function unpatchedClusters(snapshot: Snapshot, { node, scope }: Pick<MeshProxy, 'node' | 'scope'>): OutboundPart {
  return sharedClusters.get(scope, node, (asked) => outboundPart(snapshot, { node: asked, scope, instances: [] }));
}

interface Draft {
  readonly cluster: Map<string, Cluster>;
  readonly listener: Map<string, Listener>;
  readonly route: Map<string, RouteConfiguration>;
  readonly issues: Issue[];
}

type OutboundPart = Pick<TranslatedResources, 'cluster' | 'endpoint'>;
type CapturedPart = Pick<TranslatedResources, 'listener' | 'route' | 'issues'>;

// A scope belongs to one snapshot, so it stands for that too.
const sharedClusters = new PerNode<OutboundPart>();
const sharedCaptured = new PerNode<CapturedPart>();

function begin(): Draft {
  return { cluster: new Map(), listener: new Map(), route: new Map(), issues: [] };
}

function outboundPart(snapshot: Snapshot, proxy: MeshProxy): OutboundPart {
  const clusters = new Map<string, Cluster>();
  const endpoint = new Map<string, ClusterLoadAssignment>();
  for (const { cluster, assignment } of outboundClusters(snapshot, proxy)) {
    clusters.set(cluster.name, cluster);
    if (assignment !== undefined) endpoint.set(cluster.name, assignment);
  }
  put(clusters, blackHoleCluster(snapshot.mesh));
  if (proxy.node.type === 'sidecar') {
    put(clusters, passthroughCluster(snapshot.mesh, intercepts(proxy.node)));
  }
  return { cluster: clusters, endpoint };
}

function put<T extends { readonly name: string }>(map: Map<string, T>, message: T): void {
  map.set(message.name, message);
}

function intercepts(node: Node): boolean {
  return node.type === 'sidecar' && node.interception !== 'NONE';
}

const NO_NAMES: TranslatedResources['nameTable'] = new Map();

function namesOf(proxy: MeshProxy): TranslatedResources['nameTable'] {
  const table = nameTable(proxy);
  return table === undefined ? NO_NAMES : new Map([[NAME_TABLE, table]]);
}

function translateSidecar(snapshot: Snapshot, proxy: MeshProxy): TranslatedResources {
  const outbound = unpatchedClusters(snapshot, proxy);
  const draft = begin();
  const inbounds = inbound({ snapshot, proxy }, draft.issues);
  for (const cluster of inbounds.clusters) put(draft.cluster, cluster);
  const { node, scope } = proxy;
  const isCaptured = intercepts(node);
  if (isCaptured && scope.outbound.mode === 'ALLOW_ANY_DYNAMIC_DNS') {
    put(draft.cluster, dynamicDnsCluster(snapshot.mesh));
  }
  const cluster = LayeredMap.over(outbound.cluster, draft.cluster);
  if (isCaptured) {
    const captured = sharedCaptured.get(scope, node, (asked) =>
      capturedPart(snapshot, { node: asked, scope, instances: [] }),
    );
    for (const each of inbounds.listeners) put(draft.listener, each);
    return {
      cluster,
      endpoint: outbound.endpoint,
      listener: LayeredMap.over(captured.listener, draft.listener),
      route: captured.route,
      secret: new Map(),
      nameTable: namesOf(proxy),
      extensionConfig: NO_EXTENSIONS,
      issues: [...captured.issues, ...draft.issues],
    };
  }
  const taken = new Set(inbounds.listeners.map((each) => Number(each.name.slice(each.name.lastIndexOf('_') + 1))));
  for (const egress of proxy.scope.egress) addEgress(draft, snapshot, proxy, egress, taken);
  for (const each of inbounds.listeners) put(draft.listener, each);
  return {
    ...draft,
    cluster,
    endpoint: outbound.endpoint,
    secret: new Map(),
    nameTable: namesOf(proxy),
    extensionConfig: NO_EXTENSIONS,
  };
}

function capturedPart(snapshot: Snapshot, proxy: MeshProxy): CapturedPart {
  const draft = begin();
  for (const { listener, egress, route } of capturedOutbound({ snapshot, proxy }, draft.issues)) {
    put(draft.listener, listener);
    if (route === undefined || draft.route.has(route.name)) continue;
    const { name, port, host } = route;
    put(draft.route, sidecarRoutes({ name, listenPort: port, host, egress, proxy, snapshot }, draft.issues));
  }
  const [egress] = proxy.scope.egress;
  if (egress !== undefined && httpProxyPort(proxy.node, snapshot.mesh) !== 0)
    addHttpProxy(draft, snapshot, proxy, egress);
  put(draft.listener, virtualOutbound({ snapshot, proxy }));
  return draft;
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
  const { cluster, endpoint } = unpatchedClusters(snapshot, proxy);
  const draft = begin();
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
  return {
    ...draft,
    cluster,
    endpoint,
    secret: gatewaySecrets(ports, snapshot, proxy, draft.issues),
    nameTable: NO_NAMES,
    extensionConfig: NO_EXTENSIONS,
  };
}
