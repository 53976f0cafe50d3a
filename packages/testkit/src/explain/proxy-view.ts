import { anyUnpack } from '@bufbuild/protobuf/wkt';
import type { Decoded, Issue } from '@weft/base';
import {
  type Cluster,
  compileCluster,
  compileEndpoints,
  compileListener,
  compileRouteTable,
  type EndpointSet,
  type FilterChain,
  Issues,
  type Listener,
  type RouteTable,
} from '@weft/engine';
import type { Node } from '@weft/mesh';
import { decodeRouteFilterConfig, httpOptions } from '@weft/proxy/decisions';
import type { Cluster as ClusterMessage } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { ClusterLoadAssignment } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import type { Listener as ListenerMessage } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import {
  type TcpProxy,
  TcpProxySchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/tcp_proxy/v3/tcp_proxy_pb';

/** What a proxy was sent, by kind and name. */
export interface ProxyResources {
  readonly listener: ReadonlyMap<string, ListenerMessage>;
  readonly route: ReadonlyMap<string, RouteConfiguration>;
  readonly cluster: ReadonlyMap<string, ClusterMessage>;
  readonly endpoint: ReadonlyMap<string, ClusterLoadAssignment>;
}

/** What answers the connections of a chain. */
export type ChainEnd =
  | { readonly kind: 'http'; readonly manager: HttpConnectionManager; readonly options: ReturnType<typeof httpOptions> }
  | { readonly kind: 'tcp'; readonly proxy: TcpProxy }
  | { readonly kind: 'other'; readonly filter: string };

/** A proxy as its configuration makes it: the sealed tables that the data plane would run on, each made when first asked for. */
export class ProxyView {
  readonly node: Node;
  readonly #resources: ProxyResources;
  readonly #refused: Issue[] = [];
  readonly #routes = new Map<string, RouteTable | undefined>();
  readonly #inline = new Map<RouteConfiguration, RouteTable | undefined>();
  readonly #clusters = new Map<string, Cluster | undefined>();
  readonly #endpoints = new Map<string, EndpointSet | undefined>();
  readonly #ends = new Map<FilterChain, ChainEnd>();
  #listeners: readonly Listener[] | undefined;

  constructor(node: Node, resources: ProxyResources) {
    this.node = node;
    this.#resources = resources;
  }

  /** What the proxy would not take of what was asked for so far; it would run without. */
  get refused(): readonly Issue[] {
    return this.#refused;
  }

  get listeners(): readonly Listener[] {
    this.#listeners ??= [...this.#resources.listener.values()].flatMap((message) => {
      const listener = this.#sealed(compileListener(message));
      return listener === undefined ? [] : [listener];
    });
    return this.#listeners;
  }

  routes(name: string): RouteTable | undefined {
    return remembered(this.#routes, name, () => {
      const message = this.#resources.route.get(name);
      return message && this.#sealed(compileRouteTable(message, { decodeFilterConfig: decodeRouteFilterConfig }));
    });
  }

  /** The routes a connection manager names or holds. */
  routesOf({ routeSpecifier }: HttpConnectionManager): RouteTable | undefined {
    if (routeSpecifier.case === 'rds') return this.routes(routeSpecifier.value.routeConfigName);
    if (routeSpecifier.case !== 'routeConfig') return undefined;
    const message = routeSpecifier.value;
    return remembered(this.#inline, message, () =>
      this.#sealed(compileRouteTable(message, { decodeFilterConfig: decodeRouteFilterConfig })),
    );
  }

  cluster(name: string): Cluster | undefined {
    return remembered(this.#clusters, name, () => {
      const message = this.#resources.cluster.get(name);
      return message && this.#sealed(compileCluster(message));
    });
  }

  /** Endpoints of EDS, of the configuration itself, or the names that DNS would look up. */
  endpointsOf(cluster: Cluster): EndpointSet | undefined {
    const { discovery } = cluster;
    if (discovery.kind === 'original-dst' || discovery.kind === 'dynamic-forward-proxy') return undefined;
    if (discovery.kind !== 'eds') return discovery.endpoints;
    const { serviceName } = discovery;
    return remembered(this.#endpoints, serviceName, () => {
      const message = this.#resources.endpoint.get(serviceName);
      return message && this.#sealed(compileEndpoints(message));
    });
  }

  endOf(chain: FilterChain): ChainEnd {
    return remembered(this.#ends, chain, () => this.#endOf(chain));
  }

  #endOf(chain: FilterChain): ChainEnd {
    for (const { typedConfig } of chain.filters) {
      const manager = anyUnpack(typedConfig, HttpConnectionManagerSchema);
      if (manager !== undefined) {
        const issues = new Issues('');
        return { kind: 'http', manager, options: httpOptions(manager, '', issues) };
      }
      const proxy = anyUnpack(typedConfig, TcpProxySchema);
      if (proxy !== undefined) return { kind: 'tcp', proxy };
    }
    return { kind: 'other', filter: chain.filters.at(-1)?.name ?? 'no filter' };
  }

  #sealed<T>(decoded: Decoded<T>): T | undefined {
    if (decoded.ok) return decoded.value;
    this.#refused.push(...decoded.issues);
    return undefined;
  }
}

function remembered<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined || map.has(key)) return known as V;
  const made = make();
  map.set(key, made);
  return made;
}
