import type { ClusterLookup } from '../stream/http-filter.ts';

/** Settings of `envoy.extensions.filters.http.router.v3.Router`. */
export interface RouterOptions {
  /** Do not add `x-envoy-upstream-service-time`, `x-envoy-original-path` and their like. */
  readonly suppressEnvoyHeaders: boolean;
}

/** The options and where clusters are found. */
export interface RouterContext extends RouterOptions {
  readonly clusters: ClusterLookup;
}
