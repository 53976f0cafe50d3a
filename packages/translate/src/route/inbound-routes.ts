import { create } from '@bufbuild/protobuf';
import type { Protocol } from '@weft/mesh';
import { RouteSchema, VirtualHostSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { duration } from '../wire/duration.ts';
import { routeMatch } from './match.ts';
import { inboundRetryPolicy } from './retry.ts';
import { routeConfiguration } from './sidecar-routes.ts';

export interface InboundRouteInput {
  readonly cluster: string;
  readonly port: number;
  readonly host: string;
  readonly protocol: Protocol;
}

/** Everything that arrives at a port goes to the application, with no timeout (route.go, BuildDefaultHTTPInboundRoute). */
export function inboundRoutes({ cluster, port, host, protocol }: InboundRouteInput): RouteConfiguration {
  const isGrpc = protocol === 'grpc' || protocol === 'grpc-web';
  const route = create(RouteSchema, {
    name: 'default',
    match: routeMatch(undefined),
    decorator: { operation: `${host}:${port}/*` },
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: cluster },
        timeout: duration(0),
        maxStreamDuration: { maxStreamDuration: duration(0), grpcTimeoutHeaderMax: duration(0) },
        ...(!isGrpc && { retryPolicy: inboundRetryPolicy() }),
      },
    },
  });
  const virtualHost = create(VirtualHostSchema, { name: `inbound|http|${port}`, domains: ['*'], routes: [route] });
  return routeConfiguration(cluster, [virtualHost], false);
}
