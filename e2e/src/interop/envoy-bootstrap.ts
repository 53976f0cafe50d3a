import type { JsonObject } from '@bufbuild/protobuf';

const HTTP_OPTIONS = 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions';

/** The bootstrap of an Envoy that has everything from an ADS server. `GRPC` is the state of the world, `DELTA_GRPC` incremental. */
export function envoyBootstrap(
  node: JsonObject,
  xdsPort: number,
  apiType: 'GRPC' | 'DELTA_GRPC',
  xdsAddress = '127.0.0.1',
): JsonObject {
  const fromAds = { ads: {}, resource_api_version: 'V3' };
  const endpoint = { endpoint: { address: { socket_address: { address: xdsAddress, port_value: xdsPort } } } };
  return {
    node,
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'xds' } }],
      },
      cds_config: fromAds,
      lds_config: fromAds,
    },
    static_resources: {
      clusters: [
        {
          name: 'xds',
          type: 'STATIC',
          connect_timeout: '1s',
          typed_extension_protocol_options: {
            'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': {
              '@type': HTTP_OPTIONS,
              explicit_http_config: { http2_protocol_options: {} },
            },
          },
          load_assignment: { cluster_name: 'xds', endpoints: [{ lb_endpoints: [endpoint] }] },
        },
      ],
    },
  };
}
