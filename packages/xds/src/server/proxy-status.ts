import type { ResourceKind } from '../kinds.ts';

/** Why a proxy refused a response. `resources` is filled when the proxy says which (ours does; Envoy only writes a message). */
export interface NackStatus {
  readonly message: string;
  /** `version` of the response it refused. */
  readonly version: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly resources: readonly RejectedResource[];
}

export interface RejectedResource {
  readonly name: string;
  /** Path of the field inside the resource, as `virtual_hosts[0].routes[2].match`; empty for the whole resource. */
  readonly at: string;
  readonly message: string;
}

/**
 * `unsubscribed`: the proxy never asked for this kind. `synced`: everything it asked for was sent and ACKed.
 * `stale`: something is still to be sent, or was sent and is not answered. `rejected`: its last answer was a NACK.
 */
export type SyncState = 'unsubscribed' | 'synced' | 'stale' | 'rejected';

export interface KindStatus {
  readonly state: SyncState;
  /** Subscribed to everything of this kind. */
  readonly wildcard: boolean;
  /** How many names it asked for by name. */
  readonly names: number;
  /** Version of the last response, and of the last one that was ACKed; empty before the first. */
  readonly sentVersion: string;
  readonly ackedVersion: string;
  /** Milliseconds since the epoch; undefined before the first ACK. */
  readonly lastAckAt: number | undefined;
  readonly nack: NackStatus | undefined;
}

/** One connected proxy as `weft proxy-status` shows it. */
export interface ProxyStatus {
  /** Number of the stream, unique in this server's life. */
  readonly connection: number;
  readonly nodeId: string;
  readonly cluster: string;
  /** Envoy's `user_agent_name`: `weft`, `envoy`, … */
  readonly userAgent: string;
  readonly peer: string;
  readonly mode: 'delta' | 'sotw';
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** The generation of the set last assigned, and the newest one it has settled on; 0 before the first. */
  readonly assignedGeneration: number;
  readonly settledGeneration: number;
  readonly kinds: Readonly<Record<ResourceKind, KindStatus>>;
}
