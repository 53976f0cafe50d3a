/** Why an endpoint is put aside (`envoy.data.cluster.v3.OutlierEjectionType`). */
export const EJECTION_KINDS = [
  'consecutive-5xx',
  'consecutive-gateway-failure',
  'consecutive-local-origin-failure',
  'success-rate',
  'local-origin-success-rate',
  'failure-percentage',
  'local-origin-failure-percentage',
] as const;
export type EjectionKind = (typeof EJECTION_KINDS)[number];

/** Hears what a detector does, to count it and to balance anew. */
export interface OutlierObserver {
  /** An endpoint met the conditions of `kind`, whatever comes of it. */
  detected(kind: EjectionKind): void;
  /** It was ejected for that. */
  ejected(kind: EjectionKind, key: string): void;
  returned(key: string): void;
  /** It stays because too many are ejected already (`max_ejection_percent`). */
  overflow(): void;
  /** `active` endpoints are ejected now; whoever balances does so anew. */
  changed(active: number): void;
}
