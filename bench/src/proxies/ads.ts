/** Our ADS server with one forwarding configuration for each proxy that was announced. */
import { createRegistry, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { silentLogger, systemClock } from '@weft/base';
import {
  type AdsServer,
  EMPTY_XDS_SET,
  encodeResource,
  startAdsServer,
  type XdsResource,
  type XdsSet,
} from '@weft/xds';
import { ClusterSchema } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import { ClusterLoadAssignmentSchema } from '@weft/xds/gen/envoy/config/endpoint/v3/endpoint_pb';
import { ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { endpoints, listener, ROUTES } from './forward-config.ts';

const registry = createRegistry(HttpConnectionManagerSchema, RouterSchema);

/** EDS and RDS, as a mesh uses them; the listener's port is each proxy's own. */
export function forwardSet(port: number, backendPort: number): XdsSet {
  const fromAds = { ads: {}, resource_api_version: 'V3' };
  const cluster: JsonObject = {
    name: 'backend',
    type: 'EDS',
    connect_timeout: '1s',
    eds_cluster_config: { eds_config: fromAds },
  };
  const one = (resource: XdsResource): ReadonlyMap<string, XdsResource> => new Map([[resource.name, resource]]);
  return {
    ...EMPTY_XDS_SET,
    cluster: one(encodeResource('cluster', 'backend', fromJson(ClusterSchema, cluster, { registry }))),
    endpoint: one(
      encodeResource(
        'endpoint',
        'backend',
        fromJson(ClusterLoadAssignmentSchema, endpoints(backendPort), { registry }),
      ),
    ),
    listener: one(
      encodeResource(
        'listener',
        'forward',
        fromJson(ListenerSchema, listener(port, { rds: { route_config_name: 'forward', config_source: fromAds } }), {
          registry,
        }),
      ),
    ),
    route: one(encodeResource('route', 'forward', fromJson(RouteConfigurationSchema, ROUTES, { registry }))),
  };
}

/** Serves each proxy the set of its node id; ids without one get nothing. */
export function startForwardAds(sets: ReadonlyMap<string, XdsSet>): Promise<AdsServer> {
  return startAdsServer(
    { host: '127.0.0.1', port: 0 },
    {
      clock: systemClock,
      logger: silentLogger,
      source: {
        connected: (proxy) => {
          const name = proxy.node.id.split('~')[2]?.split('.')[0] ?? '';
          proxy.assign(sets.get(name) ?? EMPTY_XDS_SET, 1);
        },
        disconnected: () => undefined,
      },
    },
  );
}
