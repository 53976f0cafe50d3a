/**
 * What serves traffic, whether on this thread or on several: configuration in, sockets served, numbers out. `run-proxy.ts` gives it a
 * control plane, an admin interface and an end.
 */
import type { Issue } from '@weft/base';
import type { AdsClient, AdsHandler, ResourceKind } from '@weft/xds/client';
import type { ClusterView } from '../admin/admin-view.ts';
import type { Bootstrap, HostPort } from '../bootstrap/bootstrap.ts';
import type { SocketsByAddress } from '../handover/inheritance.ts';
import type { SeriesSource } from '../telemetry/registry.ts';

/** A listener that is bound, as `/listeners` shows it. */
export interface BoundListener {
  readonly name: string;
  /** The address in use: with configured port 0, the port the system chose. */
  readonly address: HostPort;
}

/** What of a control plane's client configuration needs: to ask for what it refers to. */
export type Subscriptions = Pick<AdsClient, 'subscribe' | 'unsubscribe'>;

/** A cluster as the plane knows it; where it came from is the book's knowledge. */
export type PlaneCluster = Omit<ClusterView, 'addedViaApi'>;

/** Memory in use, in bytes. */
export interface MemoryView {
  readonly rss: number;
  readonly heapUsed: number;
  readonly heapTotal: number;
  readonly external: number;
}

/** What the admin interface reads. */
export interface PlaneView {
  /** Brings the numbers below together when they are spread over threads; undefined when they are at hand. */
  gather(): Promise<void> | undefined;
  readonly stats: SeriesSource;
  clusters(): readonly PlaneCluster[];
  isWarming(kind: 'cluster' | 'listener', name: string): boolean;
  /** Client connections that are open. */
  connections(): number;
  memory(): MemoryView;
  resetCounters(): void;
}

/** What a plane tells whoever runs it. */
export interface PlaneEvents {
  /** Something changed that readiness may depend on. */
  onProgress(): void;
  /** A listener is bound, or could not be. */
  onBind(name: string, failure: Issue | undefined): void;
  /** A secret did not come in time; what needs it is refused until it does. */
  onSecretOverdue(name: string): void;
}

export interface Plane extends AdsHandler {
  readonly view: PlaneView;
  /** Puts the bootstrap's resources into force; says what is wrong with them. */
  putStatic(bootstrap: Bootstrap): Promise<readonly string[]>;
  /** Asks `subscriptions` for what the configuration in force refers to, now and whenever it changes. */
  follow(subscriptions: Subscriptions): void;
  /** Whether the control plane has answered for this kind. */
  answered(kind: ResourceKind): boolean;
  /** Clusters and listeners that still wait for a part of themselves. */
  readonly warming: number;
  /** Resolves when every bind that was begun has succeeded or failed. */
  bound(): Promise<void>;
  listeners(): readonly BoundListener[];
  /** The listening sockets, by thread, for a successor. */
  sockets(): readonly SocketsByAddress[];
  /** The first configuration is live: closes inherited sockets that it has no use for. */
  closeUnused(): void;
  /** From now on answers close their connections. */
  discourage(inboundOnly: boolean): void;
  /** Stops accepting; what is open goes on. */
  stopAccepting(): Promise<void>;
  /** Stops accepting, ends what is idle; resolves when the last connection has ended. */
  drain(inboundOnly: boolean): Promise<void>;
  /** Resolves when no client connection is open; after `stopAccepting`. */
  idle(): Promise<void>;
  /** Opens access-log files again under their names. */
  reopenLogs(): void;
  /** The log level of this process changed. */
  logLevelChanged(): void;
  /** Destroys every connection and listener; resolves when the access logs are written. */
  close(): Promise<void>;
}
