import type { MetadataValue } from '../route/route.ts';
import type { SocketAddress } from './address.ts';

export interface Locality {
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
}

/** `core.v3.HealthStatus` as the control plane sees it; unknown counts as healthy, timeout as unhealthy. */
export type EdsHealth = 'healthy' | 'degraded' | 'unhealthy' | 'draining';

/** One endpoint as configuration describes it; `Endpoint` is the living thing. */
export interface EndpointSpec {
  readonly address: SocketAddress;
  /** Host for `auto_host_rewrite`, DNS and consistent hashing; empty when none is given. */
  readonly hostname: string;
  readonly weight: number;
  readonly health: EdsHealth;
  readonly metadata: MetadataValue;
  readonly healthCheck: { readonly port: number | undefined; readonly hostname: string; readonly disabled: boolean };
}

export interface LocalityEndpoints {
  readonly locality: Locality;
  /** Undefined when the control plane gave none: with locality-weighted balancing such a locality gets no traffic. */
  readonly weight: number | undefined;
  readonly priority: number;
  readonly endpoints: readonly EndpointSpec[];
}

/** A ClusterLoadAssignment, sealed. */
export interface EndpointSet {
  readonly clusterName: string;
  readonly localities: readonly LocalityEndpoints[];
  /** Percent; 140 unless told. */
  readonly overprovisioningFactor: number;
  readonly weightedPriorityHealth: boolean;
  /** Percentages of requests to refuse, by category (`drop_overloads`). */
  readonly drops: readonly {
    readonly category: string;
    readonly fraction: { readonly numerator: number; readonly denominator: number };
  }[];
  /** 0: endpoints do not go stale. */
  readonly staleAfterMs: number;
}
