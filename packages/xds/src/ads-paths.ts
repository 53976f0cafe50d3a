const SERVICE = '/envoy.service.discovery.v3.AggregatedDiscoveryService';

/** The methods of envoy/service/discovery/v3/ads.proto as HTTP/2 paths. */
export const ADS_PATHS: { readonly sotw: string; readonly delta: string } = {
  sotw: `${SERVICE}/StreamAggregatedResources`,
  delta: `${SERVICE}/DeltaAggregatedResources`,
};
