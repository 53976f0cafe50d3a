import type { RouteActionSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { duration } from '../wire/duration.ts';
import type { Init } from '../wire/init.ts';

/**
 * No timeout unless the route has one, which must be said because Envoy's default is 15 s. `grpc-timeout` may shorten it and is unbounded
 * when there is none (route.go, setTimeout).
 */
export function timeouts(timeoutMs: number | undefined): Init<typeof RouteActionSchema> {
  return { timeout: duration(timeoutMs ?? 0), maxGrpcTimeout: duration(timeoutMs ?? 0) };
}
