import type { Clock, Issue, Logger } from '@weft/base';
import type { AdsServerOptions, BoundAddress, ProxyStatus } from '@weft/xds';
import type { RegistryStatus } from './registries/registry-status.ts';
import type { ObjectKey } from './store/object.ts';
import type { Store } from './store/store.ts';

export interface ControlPlaneOptions {
  readonly store: StoreOptions;
  /** gRPC for proxies, in plaintext and open to everybody unless said. Default 127.0.0.1:15010. Port 0 takes a free one. */
  readonly xds?: Partial<BoundAddress> & XdsAccess;
  /** REST, debug pages and metrics. Default 127.0.0.1:15016. There is no authentication: keep it on loopback. */
  readonly api?: Partial<BoundAddress> & ApiOptions;
  /** A second address that serves only `/metrics`, `/healthz` and `/readyz`, for Prometheus; none by default. */
  readonly metrics?: Partial<BoundAddress>;
  readonly mesh?: { readonly domain?: string; readonly rootNamespace?: string; readonly clusterId?: string };
  readonly pipeline?: Partial<PipelineOptions>;
  /** A Consul catalog whose services join the mesh. */
  readonly consul?: ConsulOptions;
}

export interface ConsulOptions {
  /** An agent's HTTP API, `http://127.0.0.1:8500`; `?dc=` chooses datacentres, the agent's own by default. */
  readonly url: string;
  /** An ACL token. */
  readonly token?: string | undefined;
  /** Where the ServiceEntries go. Default `consul`. */
  readonly namespace?: string;
}

/** Who may connect as a proxy, and how. */
export type XdsAccess = Pick<AdsServerOptions, 'tls' | 'authorize'>;

export interface StoreOptions {
  /** Folders or files of YAML: the source of truth for what they hold, watched. */
  readonly folders?: readonly string[];
  /** Where objects written through the API live: a SQLite file, or memory (gone with the process). Default memory. */
  readonly backend?: { readonly kind: 'memory' } | { readonly kind: 'sqlite'; readonly path: string };
}

export interface ApiOptions {
  /** Host names, besides the bound address and `localhost`, that a browser may use to reach this API. */
  readonly allowedHosts?: readonly string[];
  /** Bytes of one request body. Default 8 MiB. */
  readonly maxBodyBytes?: number;
}

export interface PipelineOptions {
  /** A change is pushed when nothing followed it for this long. Default 100. */
  readonly quietMs: number;
  /** … but at the latest after this long. Default 10 000. */
  readonly maxDelayMs: number;
  /** How long a WorkloadEntry made for a proxy, and objects owned by one (`weft.dev/owner-node`), outlive its connection. Default 10 000. */
  readonly ownerGraceMs: number;
}

export interface ControlPlaneDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shown by `/version` and in `control_plane.identifier`. */
  readonly version: string;
}

/** What happens, for terminals and consoles. */
export type ControlPlaneEvent =
  | {
      /** A change was accepted and handed to the proxies. */
      readonly type: 'pushed';
      readonly revision: number;
      readonly changes: readonly { readonly key: ObjectKey; readonly change: 'added' | 'modified' | 'deleted' }[];
      readonly proxies: number;
      /** What the mesh and translation found odd in it; never a reason not to push. */
      readonly issues: readonly Issue[];
    }
  | {
      /** Every connected proxy has ACKed `revision`, or refused it. */
      readonly type: 'live';
      readonly revision: number;
      readonly proxies: number;
      readonly rejected: readonly ProxyStatus[];
      /** Since the first change that is part of it. */
      readonly afterMs: number;
    }
  | {
      /** A file could not be used; the last good objects of it stay in force. Empty issues: it is fine again. */
      readonly type: 'files';
      readonly path: string;
      readonly issues: readonly Issue[];
    }
  | {
      /** A source of services answers again, or no longer. */
      readonly type: 'registry';
      readonly status: RegistryStatus;
    }
  | {
      readonly type: 'proxy';
      readonly change: 'connected' | 'disconnected';
      readonly nodeId: string;
      readonly connected: number;
    };

/** A running control plane. Disposal closes it. */
export interface ControlPlane extends AsyncDisposable {
  readonly xdsAddress: BoundAddress;
  readonly apiAddress: BoundAddress;
  readonly metricsAddress: BoundAddress | undefined;
  readonly store: Store;
  /** The revision of the newest change; `/wait?revision=` and `whenLive` take it. */
  readonly revision: number;
  proxies(): readonly ProxyStatus[];
  /** Resolves when every connected proxy has settled on `revision` (default: the newest), or when `timeoutMs` is over. */
  whenLive(options: { revision?: number; timeoutMs: number }): Promise<LiveReport>;
  /** Calls `listener` for each event from now on, until the returned function is called. */
  onEvent(listener: (event: ControlPlaneEvent) => void): () => void;
  /** Sources of services besides the store. */
  registries(): readonly RegistryStatus[];
  /** Issues of the files as they are now; empty when all are in force. */
  fileIssues(): readonly Issue[];
  close(): Promise<void>;
}

export interface LiveReport {
  readonly revision: number;
  readonly live: boolean;
  readonly settled: readonly ProxyStatus[];
  readonly waiting: readonly ProxyStatus[];
  readonly rejected: readonly ProxyStatus[];
}

/** An address that could not be bound. `option` says which of the options chose it. */
export class AddressInUseError extends Error {
  override readonly name = 'AddressInUseError';
  readonly option: 'xds' | 'api' | 'metrics';
  readonly host: string;
  readonly port: number;

  constructor(option: AddressInUseError['option'], host: string, port: number, options?: ErrorOptions) {
    super(`cannot listen on ${host}:${port} (${option}): the address is already in use`, options);
    this.option = option;
    this.host = host;
    this.port = port;
  }
}
