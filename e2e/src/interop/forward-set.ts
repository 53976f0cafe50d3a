/** A hand-made configuration: one listener, one route, one cluster with endpoints by EDS. */
import { createRegistry, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { EMPTY_XDS_SET, encodeResource, type XdsResource, type XdsSet } from '@weft/xds';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';

const TYPES = 'type.googleapis.com/envoy.extensions.filters';
const FROM_ADS: JsonObject = { ads: {}, resource_api_version: 'V3' };
const registry = createRegistry(HttpConnectionManagerSchema, RouterSchema);

function address(port: number): JsonObject {
  return { socket_address: { address: '127.0.0.1', port_value: port } };
}

function listener(port: number): JsonObject {
  const manager = {
    '@type': `${TYPES}.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: 'forward',
    rds: { route_config_name: 'routes', config_source: FROM_ADS },
    http_filters: [{ name: 'envoy.filters.http.router', typed_config: { '@type': `${TYPES}.http.router.v3.Router` } }],
  };
  const filter = { name: 'envoy.filters.network.http_connection_manager', typed_config: manager };
  return { name: 'listener', address: address(port), filter_chains: [{ filters: [filter] }] };
}

function routes(prefix: string): JsonObject {
  const route = { match: { prefix }, route: { cluster: 'backend' } };
  return { name: 'routes', virtual_hosts: [{ name: 'all', domains: ['*'], routes: [route] }] };
}

function one(resource: XdsResource): ReadonlyMap<string, XdsResource> {
  return new Map([[resource.name, resource]]);
}

/** Everything below `prefix` goes to `backendPort`; the rest is 404. */
export function forwardSet(port: number, backendPort: number, prefix: string): XdsSet {
  const cluster = { name: 'backend', type: 'EDS', connect_timeout: '1s', eds_cluster_config: { eds_config: FROM_ADS } };
  const endpoint = { endpoint: { address: address(backendPort) } };
  const assignment = { cluster_name: 'backend', endpoints: [{ lb_endpoints: [endpoint] }] };
  return {
    ...EMPTY_XDS_SET,
    cluster: one(encodeResource('cluster', 'backend', fromJson(ClusterSchema, cluster))),
    endpoint: one(encodeResource('endpoint', 'backend', fromJson(ClusterLoadAssignmentSchema, assignment))),
    listener: one(encodeResource('listener', 'listener', fromJson(ListenerSchema, listener(port), { registry }))),
    route: one(encodeResource('route', 'routes', fromJson(RouteConfigurationSchema, routes(prefix)))),
  };
}
