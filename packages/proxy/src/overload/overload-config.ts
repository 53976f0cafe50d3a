/** When a proxy has too much to do. Infinity is no limit. */
export interface OverloadConfig {
  /** How often memory is looked at. */
  readonly refreshMs: number;
  /** What counts as all of the memory there is (`fixed_heap`). */
  readonly maxHeapBytes: number;
  /** The share of it from which new requests get 503. */
  readonly refuseRequestsAt: number;
  /** The share of it from which idle connections are closed and busy ones are not kept. */
  readonly shedConnectionsAt: number;
  /** Connections of clients on all listeners together. */
  readonly maxConnections: number;
  /** By listener name, connections on that one. */
  readonly maxListenerConnections: ReadonlyMap<string, number>;
}

export const NO_OVERLOAD: OverloadConfig = {
  refreshMs: 1000,
  maxHeapBytes: Number.POSITIVE_INFINITY,
  refuseRequestsAt: Number.POSITIVE_INFINITY,
  shedConnectionsAt: Number.POSITIVE_INFINITY,
  maxConnections: Number.POSITIVE_INFINITY,
  maxListenerConnections: new Map(),
};
