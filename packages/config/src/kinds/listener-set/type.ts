import type { GatewayListener } from '../../shared/gateway-api/type.ts';

/**
 * Listeners added to a Gateway.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#listenerset
 */
export interface ListenerSetSpec {
  readonly listeners?: readonly GatewayListener[];
  readonly parentRef?: ParentGatewayReference;
}

/** The Gateway. */
export interface ParentGatewayReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}
