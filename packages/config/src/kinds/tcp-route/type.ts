import type { BackendRef, ParentReference } from '../../shared/gateway-api/type.ts';

/**
 * Routing of TCP connections.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#tcproute
 */
export interface TcpRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly TcpRouteRule[];
  readonly useDefaultGateways?: 'All' | 'None';
}

/** Where traffic goes. */
export interface TcpRouteRule {
  readonly backendRefs?: readonly BackendRef[];
  readonly name?: string;
}
