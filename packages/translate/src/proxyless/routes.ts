import { create } from '@bufbuild/protobuf';
import { RouteSchema, VirtualHostSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { FAULT_FILTER } from '../listener/filter-names.ts';

/** `routes` with the settings of filters that gRPC knows; it refuses a route with those of any other (gRFC A39). */
export function proxylessRoutes(routes: RouteConfiguration): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name: routes.name,
    virtualHosts: routes.virtualHosts.map((host) =>
      create(VirtualHostSchema, {
        name: host.name,
        domains: host.domains,
        typedPerFilterConfig: knownFilters(host.typedPerFilterConfig),
        routes: host.routes.map((route) =>
          create(RouteSchema, { ...route, typedPerFilterConfig: knownFilters(route.typedPerFilterConfig) }),
        ),
      }),
    ),
  });
}

function knownFilters<T>(configs: Readonly<Record<string, T>>): Record<string, T> {
  const fault = configs[FAULT_FILTER];
  return fault === undefined ? {} : { [FAULT_FILTER]: fault };
}
