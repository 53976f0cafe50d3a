/** Growth of a new endpoint's share of traffic: `max(minWeight, (age/window)^(1/aggression))` of its weight. */
export interface SlowStart {
  readonly windowMs: number;
  readonly aggression: number;
  readonly minWeightPercent: number;
}

export type LbPolicy =
  | { readonly kind: 'round-robin'; readonly slowStart: SlowStart | undefined }
  | {
      readonly kind: 'least-request';
      readonly choices: number;
      readonly activeBias: number;
      readonly slowStart: SlowStart | undefined;
    }
  | { readonly kind: 'random' }
  | {
      readonly kind: 'ring-hash';
      readonly minimumRingSize: number;
      readonly maximumRingSize: number;
      readonly hash: 'xx' | 'murmur2';
      readonly hashHostname: boolean;
    }
  | { readonly kind: 'maglev'; readonly tableSize: number; readonly hashHostname: boolean }
  | { readonly kind: 'peak-ewma'; readonly decayMs: number; readonly defaultRttMs: number }
  /** The cluster's discovery picks the endpoint (original destination, dynamic forward proxy). */
  | { readonly kind: 'cluster-provided' };

export type SubsetFallback = 'none' | 'any' | 'default';

export interface SubsetSelector {
  /** Sorted. */
  readonly keys: readonly string[];
  readonly singleHost: boolean;
  /** Undefined: the cluster's. */
  readonly fallback: SubsetFallback | 'keys' | undefined;
  readonly fallbackKeys: readonly string[];
}

export interface SubsetConfig {
  readonly fallback: SubsetFallback;
  readonly defaultSubset: readonly (readonly [key: string, value: string])[];
  readonly selectors: readonly SubsetSelector[];
  readonly panicAny: boolean;
  readonly listAsAny: boolean;
}

export interface LbConfig {
  readonly policy: LbPolicy;
  /** Percent of healthy endpoints below which health is ignored; 0 never. 50 unless told. */
  readonly panicThreshold: number;
  /**
   * In Envoy, `zone-aware` only acts in a proxy whose bootstrap says which cluster it belongs to (`local_cluster_name`). Here that is
   * refused, so all localities are balanced as one, as in an Envoy that is not told.
   */
  readonly locality: 'none' | 'weighted' | 'zone-aware';
  readonly zoneAware: {
    readonly routingPercent: number;
    readonly minClusterSize: number;
    readonly failOnPanic: boolean;
  };
  readonly subsets: SubsetConfig | undefined;
  readonly closeConnectionsOnHostSetChange: boolean;
}
