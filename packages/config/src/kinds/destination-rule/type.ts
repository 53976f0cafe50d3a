import type { ConnectionPoolSettings } from '../../shared/connection-pool/type.ts';
import type { PortSelector } from '../../shared/destination/type.ts';
import type { PolicySelector } from '../../shared/selector/type.ts';

/**
 * Policies for traffic to a host after routing.
 *
 * https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export interface DestinationRuleSpec {
  readonly exportTo?: readonly string[];
  readonly host?: string;
  readonly subsets?: readonly Subset[];
  readonly trafficPolicy?: TrafficPolicy;
  readonly workloadSelector?: PolicySelector;
}

/** A named part of the endpoints, selected by labels. */
export interface Subset {
  readonly labels?: Readonly<Record<string, string>>;
  readonly name?: string;
  readonly trafficPolicy?: TrafficPolicy;
}

/** What happens to connections and requests to a host after routing. */
export interface TrafficPolicy {
  readonly connectionPool?: ConnectionPoolSettings;
  readonly loadBalancer?: LoadBalancerSettings;
  readonly outlierDetection?: OutlierDetection;
  readonly portLevelSettings?: readonly PortTrafficPolicy[];
  readonly proxyProtocol?: ProxyProtocolSettings;
  readonly retryBudget?: RetryBudget;
  readonly tls?: ClientTlsSettings;
  readonly tunnel?: TunnelSettings;
}

/** CONNECT or POST tunnel through the destination. */
export interface TunnelSettings {
  readonly protocol?: string;
  readonly targetHost?: string;
  readonly targetPort?: number;
}

/** Retries allowed as a share of active requests. */
export interface RetryBudget {
  readonly budgetIntervalMs?: number;
  readonly minRetryConcurrency?: number;
  readonly percent?: number;
}

/** PROXY protocol header towards the destination. */
export interface ProxyProtocolSettings {
  readonly version?: 'V1' | 'V2';
}

/** A traffic policy for one port; it replaces, not merges, the destination-level one. */
export interface PortTrafficPolicy {
  readonly connectionPool?: ConnectionPoolSettings;
  readonly loadBalancer?: LoadBalancerSettings;
  readonly outlierDetection?: OutlierDetection;
  readonly port?: PortSelector;
  readonly tls?: ClientTlsSettings;
}

/** TLS towards the destination. */
export interface ClientTlsSettings {
  readonly caCertificates?: string;
  readonly caCrl?: string;
  readonly clientCertificate?: string;
  readonly credentialName?: string;
  readonly insecureSkipVerify?: boolean;
  readonly mode?: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL';
  readonly privateKey?: string;
  readonly sni?: string;
  readonly subjectAltNames?: readonly string[];
}

/** Passive health checking: who is ejected, and for how long. */
export interface OutlierDetection {
  readonly baseEjectionTimeMs?: number;
  readonly consecutive5xxErrors?: number;
  readonly consecutiveErrors?: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveLocalOriginFailures?: number;
  readonly intervalMs?: number;
  readonly maxEjectionPercent?: number;
  readonly minHealthPercent?: number;
  readonly outlierDetectionHttpErrorCodes?: readonly number[];
  readonly splitExternalLocalOriginErrors?: boolean;
}

/** How an endpoint is chosen. */
export interface LoadBalancerSettings {
  readonly consistentHash?: ConsistentHashLb;
  readonly localityLbSetting?: LocalityLbSetting;
  readonly simple?: 'UNSPECIFIED' | 'LEAST_CONN' | 'RANDOM' | 'PASSTHROUGH' | 'ROUND_ROBIN' | 'LEAST_REQUEST';
  readonly warmup?: WarmupConfiguration;
  readonly warmupDurationSecsMs?: number;
  readonly zoneAwareLbSetting?: ZoneAwareLbSetting;
}

/** Zone-aware balancing by the size of the local cluster. */
export interface ZoneAwareLbSetting {
  readonly enabled?: boolean;
  readonly failover?: readonly LocalityFailover[];
  readonly failoverPriority?: readonly string[];
  readonly minClusterSize?: number;
}

/** Slow start of new endpoints. */
export interface WarmupConfiguration {
  readonly aggression?: number;
  readonly durationMs?: number;
  readonly minimumPercent?: number;
}

/** Locality: weighted distribution, or failover order, or failover by label priority. */
export interface LocalityLbSetting {
  readonly distribute?: readonly LocalityDistribute[];
  readonly enabled?: boolean;
  readonly failover?: readonly LocalityFailover[];
  readonly failoverPriority?: readonly string[];
}

/** The region that takes over from another. */
export interface LocalityFailover {
  readonly from?: string;
  readonly to?: string;
}

/** Traffic from one locality, spread by weights that sum to 100. */
export interface LocalityDistribute {
  readonly from?: string;
  readonly to?: Readonly<Record<string, number>>;
}

/** Hash-based affinity: one key source and one algorithm. */
export interface ConsistentHashLb {
  readonly httpCookie?: HttpCookieHash;
  readonly httpHeaderName?: string;
  readonly httpQueryParameterName?: string;
  readonly maglev?: MaglevSettings;
  readonly minimumRingSize?: number;
  readonly ringHash?: RingHashSettings;
  readonly useSourceIp?: boolean;
}

/** Ketama ring. */
export interface RingHashSettings {
  readonly minimumRingSize?: number;
}

/** Maglev table; the size must be prime. */
export interface MaglevSettings {
  readonly tableSize?: number;
}

/** Hash on a cookie; with a TTL it is set when absent. */
export interface HttpCookieHash {
  readonly attributes?: readonly CookieAttribute[];
  readonly name?: string;
  readonly path?: string;
  readonly ttlMs?: number;
}

/** An extra attribute of the generated cookie. */
export interface CookieAttribute {
  readonly name?: string;
  readonly value?: string;
}
