import type { GatewayListener, RouteNamespaces, SecretReference } from '../../shared/gateway-api/type.ts';

/**
 * Listeners and addresses of a gateway.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#gateway
 */
export interface KubernetesGatewaySpec {
  readonly addresses?: readonly GatewayAddress[];
  readonly allowedListeners?: AllowedListeners;
  readonly defaultScope?: 'All' | 'None';
  readonly gatewayClassName?: string;
  readonly infrastructure?: GatewayInfrastructure;
  readonly listeners?: readonly GatewayListener[];
  readonly tls?: GatewayTls;
}

/** TLS of all listeners. */
export interface GatewayTls {
  readonly backend?: GatewayBackendTls;
  readonly frontend?: FrontendTls;
}

/** Verification of clients. */
export interface FrontendTls {
  readonly default?: FrontendTlsConfig;
  readonly perPort?: readonly FrontendTlsPort[];
}

/** Verification on one port. */
export interface FrontendTlsPort {
  readonly port?: number;
  readonly tls?: FrontendTlsConfig;
}

/** Verification of the clients of a port. */
export interface FrontendTlsConfig {
  readonly validation?: FrontendValidation;
}

/** Whose client certificates are accepted. */
export interface FrontendValidation {
  readonly caCertificateRefs?: readonly SecretReference[];
  readonly mode?: 'AllowValidOnly' | 'AllowInsecureFallback';
}

/** The certificate shown to backends. */
export interface GatewayBackendTls {
  readonly clientCertificateRef?: SecretReference;
}

/** What created resources carry. */
export interface GatewayInfrastructure {
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly parametersRef?: LocalParametersReference;
}

/** Parameters in the namespace of the gateway. */
export interface LocalParametersReference {
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
}

/** Which ListenerSets may add listeners. */
export interface AllowedListeners {
  readonly namespaces?: RouteNamespaces;
}

/** An address the gateway should have. */
export interface GatewayAddress {
  readonly type?: string;
  readonly value?: string;
}
