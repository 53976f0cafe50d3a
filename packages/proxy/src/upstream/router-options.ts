/** Settings of `envoy.extensions.filters.http.router.v3.Router`. */
export interface RouterOptions {
  /** Do not add `x-envoy-upstream-service-time`, `x-envoy-original-path` and their like. */
  readonly suppressEnvoyHeaders: boolean;
}
