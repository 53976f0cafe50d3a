import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { Node } from '@weft/mesh';
import { CorsSchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';
import { FilterConfigSchema as ForwardProxySchema } from '@weft/xds/gen/envoy/extensions/filters/http/dynamic_forward_proxy/v3/dynamic_forward_proxy_pb';
import { HTTPFaultSchema } from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import { FilterConfigSchema as GrpcStatsSchema } from '@weft/xds/gen/envoy/extensions/filters/http/grpc_stats/v3/config_pb';
import { GrpcWebSchema } from '@weft/xds/gen/envoy/extensions/filters/http/grpc_web/v3/grpc_web_pb';
import { RouterSchema } from '@weft/xds/gen/envoy/extensions/filters/http/router/v3/router_pb';
import {
  type HttpFilter,
  HttpFilterSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { DNS_CACHE } from '../cluster/forward-proxy.ts';
import { any } from '../wire/any.ts';
import { CORS_FILTER, FAULT_FILTER, GRPC_STATS_FILTER, GRPC_WEB_FILTER, ROUTER_FILTER } from './filter-names.ts';
import { alpnOverride, peerMetadata, stats, type TelemetrySide } from './istio-filters.ts';

export interface HttpFilterInput {
  readonly node: Node;
  readonly side: TelemetrySide;
  /** Hosts are looked up when requests come for them. */
  readonly forwardProxy: boolean;
  /** Clients speak gRPC-Web on this port. */
  readonly grpcWeb?: boolean;
}

/**
 * The HTTP filters of a listener in Istio's order (listener_builder.go; SEMANTICS row 109): who the peer is, then what looks at the
 * request, then statistics of what was decided, then the router. What only a weft proxy understands is sent to those alone.
 */
export function httpFilters({ node, side, forwardProxy, grpcWeb }: HttpFilterInput): HttpFilter[] {
  const weft = node.dataPlane === 'weft';
  return [
    ...(weft ? [filter('istio.peer_metadata', peerMetadata(side))] : []),
    ...(grpcWeb === true ? [filter(GRPC_WEB_FILTER, any(GrpcWebSchema, {}))] : []),
    filter(GRPC_STATS_FILTER, any(GrpcStatsSchema, { emitFilterState: true })),
    ...(weft && side !== 'inbound' && node.certificates !== 'none' ? [filter('istio.alpn', alpnOverride())] : []),
    filter(FAULT_FILTER, any(HTTPFaultSchema, {})),
    filter(CORS_FILTER, any(CorsSchema, {})),
    ...(weft ? [filter('istio.stats', stats(side))] : []),
    ...(forwardProxy ? [filter('envoy.filters.http.dynamic_forward_proxy', forwardProxyConfig())] : []),
    filter(ROUTER_FILTER, any(RouterSchema, {})),
  ];
}

function filter(name: string, config: Any): HttpFilter {
  return create(HttpFilterSchema, { name, configType: { case: 'typedConfig', value: config } });
}

function forwardProxyConfig(): Any {
  return any(ForwardProxySchema, { implementationSpecifier: { case: 'dnsCacheConfig', value: DNS_CACHE } });
}
