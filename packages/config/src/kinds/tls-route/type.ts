import type { BackendRef, ParentReference } from '../../shared/gateway-api/type.ts';

/**
 * Routing of TLS connections.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#tlsroute
 */
export interface TlsRouteSpec {
  readonly hostnames?: readonly string[];
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly TlsRouteRule[];
  readonly useDefaultGateways?: 'All' | 'None';
}

/** Where traffic goes. */
export interface TlsRouteRule {
  readonly backendRefs?: readonly BackendRef[];
  readonly name?: string;
}
