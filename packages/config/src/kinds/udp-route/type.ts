import type { BackendRef, ParentReference } from '../../shared/gateway-api/type.ts';

/**
 * Routing of UDP datagrams.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#udproute
 */
export interface UdpRouteSpec {
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly UdpRouteRule[];
  readonly useDefaultGateways?: 'All' | 'None';
}

/** Where traffic goes. */
export interface UdpRouteRule {
  readonly backendRefs?: readonly BackendRef[];
  readonly name?: string;
}
