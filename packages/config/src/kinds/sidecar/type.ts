import type { ConnectionPoolSettings } from '../../shared/connection-pool/type.ts';
import type { Destination } from '../../shared/destination/type.ts';
import type { WorkloadSelector } from '../../shared/selector/type.ts';
import type { ServerTlsSettings } from '../../shared/server-tls/type.ts';

/**
 * What a workload proxy listens on and may see.
 *
 * https://istio.io/latest/docs/reference/config/networking/sidecar/
 */
export interface SidecarSpec {
  readonly egress?: readonly IstioEgressListener[];
  readonly inboundConnectionPool?: ConnectionPoolSettings;
  readonly ingress?: readonly IstioIngressListener[];
  readonly outboundTrafficPolicy?: OutboundTrafficPolicy;
  readonly workloadSelector?: WorkloadSelector;
}

/** What happens to traffic to hosts nobody declared. */
export interface OutboundTrafficPolicy {
  readonly egressProxy?: Destination;
  readonly mode?: 'REGISTRY_ONLY' | 'ALLOW_ANY';
}

/** An inbound listener. */
export interface IstioIngressListener {
  readonly bind?: string;
  readonly captureMode?: 'DEFAULT' | 'IPTABLES' | 'NONE';
  readonly connectionPool?: ConnectionPoolSettings;
  readonly defaultEndpoint?: string;
  readonly port?: SidecarPort;
  readonly tls?: ServerTlsSettings;
}

/** An outbound listener: hosts `namespace/dnsName` it serves. */
export interface IstioEgressListener {
  readonly bind?: string;
  readonly captureMode?: 'DEFAULT' | 'IPTABLES' | 'NONE';
  readonly hosts?: readonly string[];
  readonly port?: SidecarPort;
}

/** The port of a Sidecar listener. */
export interface SidecarPort {
  readonly name?: string;
  readonly number?: number;
  readonly protocol?: string;
  readonly targetPort?: number;
}
