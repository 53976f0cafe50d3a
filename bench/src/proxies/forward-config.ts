/** The one configuration that Envoy and our proxy get: a listener, a route for everything, a cluster of one endpoint. */
import type { JsonObject } from '@bufbuild/protobuf';

const HTTP_CONNECTION_MANAGER =
  'type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager';
const ROUTER = 'type.googleapis.com/envoy.extensions.filters.http.router.v3.Router';
const HTTP_PROTOCOL_OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

export function address(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

/** `routes` is the connection manager's route_config or rds. */
export function listener(port: number, routes: JsonObject): JsonObject {
  const manager = {
    '@type': HTTP_CONNECTION_MANAGER,
    stat_prefix: 'forward',
    ...routes,
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': ROUTER } }],
  };
  return {
    name: 'forward',
    address: address(port),
    filter_chains: [{ filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }] }],
  };
}

export const ROUTES: JsonObject = {
  name: 'forward',
  virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster: 'backend' } }] }],
};

export function endpoints(backendPort: number): JsonObject {
  return {
    cluster_name: 'backend',
    endpoints: [{ lb_endpoints: [{ endpoint: { address: address(backendPort) } }] }],
  };
}

function node(id: string): JsonObject {
  return { id: `sidecar~127.0.0.1~${id}.default~default.svc.cluster.local`, cluster: 'bench' };
}

/** Transport sockets of the listener's chain and of the cluster; absent is plaintext. */
export interface Transports {
  readonly downstream?: JsonObject;
  readonly upstream?: JsonObject;
}

function secured(base: JsonObject, transports: Transports): JsonObject {
  const [chain] = base['filter_chains'] as JsonObject[];
  if (transports.downstream === undefined || chain === undefined) return base;
  return { ...base, filter_chains: [{ ...chain, transport_socket: transports.downstream }] };
}

/** A bootstrap file with everything in it. */
export function staticBootstrap(
  id: string,
  port: number,
  adminPort: number,
  backendPort: number,
  transports: Transports = {},
): JsonObject {
  const cluster: JsonObject = {
    name: 'backend',
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: endpoints(backendPort),
    ...(transports.upstream && { transport_socket: transports.upstream }),
  };
  return {
    node: node(id),
    admin: { address: address(adminPort) },
    static_resources: {
      listeners: [secured(listener(port, { route_config: ROUTES }), transports)],
      clusters: [cluster],
    },
  };
}

function filter(name: string, type: string, config: JsonObject): JsonObject {
  return { name, typed_config: { '@type': `type.googleapis.com/envoy.extensions.filters.network.${type}`, ...config } };
}

/** HTTP/2 with prior knowledge on both sides. */
export function http2Bootstrap(id: string, port: number, adminPort: number, backendPort: number): JsonObject {
  const bootstrap = staticBootstrap(id, port, adminPort, backendPort);
  const cluster: JsonObject = {
    name: 'backend',
    type: 'STATIC',
    connect_timeout: '1s',
    load_assignment: endpoints(backendPort),
    typed_extension_protocol_options: {
      'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
        '@type': HTTP_PROTOCOL_OPTIONS,
        explicit_http_config: { http2_protocol_options: {} },
      },
    },
  };
  const listeners = [listener(port, { codec_type: 'HTTP2', route_config: ROUTES })];
  return { ...bootstrap, static_resources: { listeners, clusters: [cluster] } };
}

/** Bytes, not requests. */
export function tcpBootstrap(id: string, port: number, adminPort: number, backendPort: number): JsonObject {
  const proxy = filter('envoy.filters.network.tcp_proxy', 'tcp_proxy.v3.TcpProxy', {
    stat_prefix: 'tcp',
    cluster: 'backend',
  });
  const cluster = { name: 'backend', type: 'STATIC', connect_timeout: '1s', load_assignment: endpoints(backendPort) };
  return {
    ...staticBootstrap(id, port, adminPort, backendPort),
    static_resources: {
      listeners: [{ name: 'tcp', address: address(port), filter_chains: [{ filters: [proxy] }] }],
      clusters: [cluster],
    },
  };
}

/** The path that the last of `count` routes takes, and none before it. */
export function lastRoutePath(count: number): string {
  return `/service-${count - 1}/orders`;
}

/** `count` routes in one virtual host, exact paths and prefixes in turn; the last is a prefix. */
export function routesBootstrap(
  id: string,
  port: number,
  adminPort: number,
  backendPort: number,
  count: number,
): JsonObject {
  const routes = Array.from({ length: count }, (_, i) => ({
    match: (count - i) % 2 === 0 ? { path: `/service-${i}/status` } : { prefix: `/service-${i}/` },
    route: { cluster: 'backend' },
  }));
  const table = { name: 'forward', virtual_hosts: [{ name: 'all', domains: ['*'], routes }] };
  const cluster = { name: 'backend', type: 'STATIC', connect_timeout: '1s', load_assignment: endpoints(backendPort) };
  return {
    ...staticBootstrap(id, port, adminPort, backendPort),
    static_resources: { listeners: [listener(port, { route_config: table })], clusters: [cluster] },
  };
}

/** A bootstrap file that knows only where the ADS server is. */
export function adsBootstrap(
  id: string,
  adminPort: number,
  xdsPort: number,
  delta: boolean,
  secrets: readonly JsonObject[] = [],
): JsonObject {
  const fromAds = { ads: {}, resource_api_version: 'V3' };
  return {
    node: node(id),
    admin: { address: address(adminPort) },
    dynamic_resources: {
      ads_config: {
        api_type: delta ? 'DELTA_GRPC' : 'GRPC',
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
      cds_config: fromAds,
      lds_config: fromAds,
    },
    static_resources: {
      ...(secrets.length > 0 && { secrets: [...secrets] }),
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': HTTP_PROTOCOL_OPTIONS,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: {
            cluster_name: 'xds',
            endpoints: [{ lb_endpoints: [{ endpoint: { address: address(xdsPort) } }] }],
          },
        },
      ],
    },
  };
}
