import type { Clock, Logger, Random } from '@weft/base';
import type { Node } from '../../gen/envoy/config/core/v3/base_pb.js';
import type { ResourceKind, ResourceMessage } from '../kinds.ts';
import type { OpenGrpcCall } from './grpc-call.ts';

/** A resource as it arrived. */
export interface ReceivedResource<K extends ResourceKind = ResourceKind> {
  readonly name: string;
  readonly version: string;
  readonly message: ResourceMessage<K>;
}

/** What one response changes; one member of the union for each kind, so that `switch (update.kind)` types the messages. */
export type XdsUpdate = { [K in ResourceKind]: KindUpdate<K> }[ResourceKind];

export interface KindUpdate<K extends ResourceKind> {
  readonly kind: K;
  /** Version of the whole response (`version_info`, `system_version_info`). */
  readonly version: string;
  readonly resources: readonly ReceivedResource<K>[];
  /** Names that are gone, or that were asked for and do not exist. */
  readonly removed: readonly string[];
}

/** One reason to refuse one resource. Any rejection makes the answer a NACK; the other resources of the response count as taken. */
export interface Rejection {
  readonly name: string;
  /** Path of the field, as `virtual_hosts[0].routes[2].match`; empty for the whole resource. */
  readonly at: string;
  readonly message: string;
}

export interface AdsHandler {
  /**
   * Takes an update and says which of its resources are refused (none: ACK), at once or, when several threads have to take it, by a
   * promise; updates that arrive meanwhile wait. What it subscribes to before it answers is asked for before the ACK is written. A
   * refused resource must leave its last good value in place.
   */
  update(update: XdsUpdate): readonly Rejection[] | Promise<readonly Rejection[]>;
  /** The stream answered its first response. */
  connected?(): void;
  /** The stream ended; the client connects again after `retryInMs`. What was received stays in force. */
  disconnected?(reason: string, retryInMs: number): void;
}

export interface AdsClientOptions {
  /** How calls reach the server. */
  readonly open: OpenGrpcCall;
  readonly node: Node;
  /** Default `delta`. */
  readonly mode?: 'delta' | 'sotw';
  readonly handler: AdsHandler;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Read at each connection, so that a token can rotate. Lower-case names. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly backoff?: Partial<Backoff>;
}

/** Wait before attempt n: a random time up to `initialMs × 2^n`, at most `maxMs` (full jitter). Reset by a received response. */
export interface Backoff {
  /** Default 250. */
  readonly initialMs: number;
  /** Default 10 000. */
  readonly maxMs: number;
}

/** What the client knows about one kind, for `/config_dump` and readiness. */
export interface ClientKindStatus {
  /** Subscribed, and at least one response was handled. */
  readonly answered: boolean;
  readonly acceptedVersion: string;
  readonly resources: number;
  readonly rejections: readonly Rejection[];
}

/** A connection to an ADS server that keeps itself alive. */
export interface AdsClient extends Disposable {
  /** Adds names, or everything of a kind with `'*'`. Known names are ignored. */
  subscribe(kind: ResourceKind, names: readonly string[] | '*'): void;
  unsubscribe(kind: ResourceKind, names: readonly string[] | '*'): void;
  /**
   * Tells the control plane how the workload is: a problem, or undefined when it is well (Istio's `HealthInformation`). Told again on each new
   * stream.
   */
  reportHealth(problem: string | undefined): void;
  readonly connected: boolean;
  status(): Readonly<Record<ResourceKind, ClientKindStatus>>;
  /** Ends the stream and all attempts. */
  close(): void;
}
