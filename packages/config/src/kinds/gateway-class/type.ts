/**
 * Who implements Gateways of this class.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#gatewayclass
 */
export interface GatewayClassSpec {
  readonly controllerName?: string;
  readonly description?: string;
  readonly parametersRef?: ParametersReference;
}

/** Parameters of the implementation. */
export interface ParametersReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}
