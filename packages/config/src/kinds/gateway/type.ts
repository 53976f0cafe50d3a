import type { ServerTlsSettings } from '../../shared/server-tls/type.ts';

/**
 * Load balancer at the edge: ports, hosts, TLS.
 *
 * https://istio.io/latest/docs/reference/config/networking/gateway/
 */
export interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly GatewayServer[];
}

/** One port with its hosts and TLS. */
export interface GatewayServer {
  readonly bind?: string;
  readonly defaultEndpoint?: string;
  readonly hosts?: readonly string[];
  readonly name?: string;
  readonly port?: GatewayPort;
  readonly tls?: ServerTlsSettings;
}

/** The port of a server. */
export interface GatewayPort {
  readonly name?: string;
  readonly number?: number;
  readonly protocol?: string;
  readonly targetPort?: number;
}
