import { create } from '@bufbuild/protobuf';
import type { Node, Service, ServicePort } from '@weft/mesh';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HTTPFaultSchema } from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { FAULT_FILTER, ROUTER_FILTER } from '../listener/filter-names.ts';
import { hostPort, outboundCluster } from '../names.ts';
import { adsSource } from '../wire/ads.ts';
import { any } from '../wire/any.ts';

/**
 * One listener for each name a client may dial a port of a service by. It has no address: what counts is its `api_listener`, a connection
 * manager with the filters that gRPC knows (gRFC A27; grpcgen/lds.go).
 */
export function apiListeners(service: Service, port: ServicePort, node: Node, dnsDomain: string): readonly Listener[] {
  const manager = any(HttpConnectionManagerSchema, {
    routeSpecifier: {
      case: 'rds',
      value: { configSource: adsSource(), routeConfigName: outboundCluster(port.number, '', service.hostname) },
    },
    httpFilters: [
      { name: FAULT_FILTER, configType: { case: 'typedConfig', value: any(HTTPFaultSchema, {}) } },
      { name: ROUTER_FILTER, configType: { case: 'typedConfig', value: any(RouterSchema, {}) } },
    ],
  });
  return dialledNames(service.hostname, node, dnsDomain).map((name) =>
    create(ListenerSchema, { name: hostPort(name, port.number), apiListener: { apiListener: manager } }),
  );
}

/** The full name, and for a service of the client's own namespace the short ones (grpcgen/lds.go, tryFindFQDN). */
function dialledNames(hostname: string, { namespace }: Node, dnsDomain: string): readonly string[] {
  const own = `.${namespace}.svc.${dnsDomain}`;
  if (!hostname.endsWith(own)) return [hostname];
  const short = hostname.slice(0, -own.length);
  return [hostname, short, `${short}.${namespace}`, `${short}.${namespace}.svc`];
}
