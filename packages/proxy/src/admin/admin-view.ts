/**
 * What the admin server may ask of the proxy and tell it to do; the proxy implements it. Everything is a snapshot taken when asked:
 * nothing here is on a request's path.
 */
import type { Message } from '@bufbuild/protobuf';
import type { LogLevel } from '@weft/base';
import type { SeriesSource } from '../telemetry/registry.ts';

export type ResourceState = 'active' | 'warming' | 'draining';

/** A resource as the proxy holds it, in its protobuf form. */
export interface HeldResource {
  readonly name: string;
  /** The message as it was received; the view may hand out the same object that the tables were compiled from. */
  readonly message: Message;
  readonly versionInfo: string;
  /** Milliseconds since the epoch when it took effect. */
  readonly lastUpdatedMs: number;
  /** False for what came from the bootstrap file. */
  readonly dynamic: boolean;
  readonly state: ResourceState;
  /** The last update that was refused, while the last good value stays in force. */
  readonly rejected: RejectedUpdate | undefined;
}

export interface RejectedUpdate {
  readonly versionInfo: string;
  readonly atMs: number;
  readonly details: string;
}

export interface HeldConfig {
  readonly bootstrap: Message | undefined;
  readonly bootstrapUpdatedMs: number;
  readonly clusters: readonly HeldResource[];
  readonly endpoints: readonly HeldResource[];
  readonly listeners: readonly HeldResource[];
  readonly routes: readonly HeldResource[];
  /** Secrets with their keys; the admin server takes private keys out before anything is printed. */
  readonly secrets: readonly HeldResource[];
}

export interface HostView {
  /** `ip:port`. */
  readonly address: string;
  readonly hostname: string;
  readonly health: 'healthy' | 'degraded' | 'unhealthy';
  /** Why it is not healthy, in Envoy's words: `/failed_active_hc/failed_outlier_check`; empty when it is. */
  readonly healthFlags: string;
  readonly weight: number;
  readonly priority: number;
  readonly region: string;
  readonly zone: string;
  readonly subZone: string;
  readonly cxActive: number;
  readonly cxTotal: number;
  readonly cxConnectFail: number;
  readonly rqActive: number;
  readonly rqTotal: number;
  readonly rqSuccess: number;
  readonly rqError: number;
  readonly rqTimeout: number;
}

export interface CircuitBreakerView {
  readonly maxConnections: number;
  readonly maxPendingRequests: number;
  readonly maxRequests: number;
  readonly maxRetries: number;
}

export interface ClusterView {
  readonly name: string;
  readonly addedViaApi: boolean;
  readonly edsServiceName: string;
  readonly circuitBreakers: { readonly default: CircuitBreakerView; readonly high: CircuitBreakerView };
  readonly hosts: readonly HostView[];
}

export interface ListenerView {
  readonly name: string;
  /** `ip:port` it is bound to. */
  readonly address: string;
}

/** Times are milliseconds since the epoch; serial numbers and SANs as X.509 prints them. */
export interface CertificateView {
  readonly path: string;
  readonly serialNumber: string;
  readonly subjectAltNames: readonly string[];
  readonly validFromMs: number;
  readonly expirationMs: number;
}

/** One secret: its certificate chain and the roots it trusts. */
export interface CertificateChainView {
  readonly caCert: readonly CertificateView[];
  readonly certChain: readonly CertificateView[];
}

/** envoy.admin.v3.ServerInfo.State. */
export type ServerState = 'LIVE' | 'DRAINING' | 'PRE_INITIALIZING' | 'INITIALIZING';

export interface ServerInfoView {
  readonly state: ServerState;
  readonly version: string;
  readonly startedMs: number;
  readonly concurrency: number;
  readonly node: Message | undefined;
  readonly configPath: string;
  readonly drainTimeMs: number;
  /** How many processes were replaced without a gap before this one. */
  readonly restartEpoch: number;
}

/** How listeners are drained (docs: operations/admin, /drain_listeners). */
export interface DrainOptions {
  /** Spares listeners whose traffic direction is not INBOUND. */
  readonly inboundOnly: boolean;
  /** For the drain time answers close their connections and new connections are still accepted; only then listeners close. */
  readonly graceful: boolean;
  /** The process goes on after a graceful drain. */
  readonly skipExit: boolean;
}

export interface AdminView {
  /** Brings together what is spread over threads, before `stats`, `clusters` or `memory` are read. Undefined when nothing has to. */
  gather(): Promise<void> | undefined;
  readonly stats: SeriesSource;
  /** Memory in use, in bytes. */
  memory(): { readonly rss: number; readonly heapUsed: number; readonly heapTotal: number; readonly external: number };
  config(): HeldConfig;
  clusters(): readonly ClusterView[];
  listeners(): readonly ListenerView[];
  certificates(): readonly CertificateChainView[];
  serverInfo(): ServerInfoView;
  logLevel(): LogLevel;
  setLogLevel(level: LogLevel): void;
  /** Sets gauges that are read rather than counted (memory, uptime, …); called before statistics are printed. */
  refreshStats(): void;
  /** Zeroes every counter. */
  resetCounters(): void;
  /** Stops accepting and lets requests finish. */
  drainListeners(options: DrainOptions): void;
  /** Ends the process in an orderly way. */
  quit(): void;
  /** Starts a successor that takes the listening sockets over, then drains and ends; false when nobody can start one. */
  hotRestart(): boolean;
  /** Opens access-log files again under their names. */
  reopenLogs(): void;
  /** Makes /ready answer 503 while traffic is still served, so that a load balancer looks elsewhere, and back again. */
  setHealthcheckFail(failing: boolean): void;
}
