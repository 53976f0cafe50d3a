import type { Clock, Logger } from '@weft/base';
import type { Node } from '../../gen/envoy/config/core/v3/base_pb.js';
import type { XdsSet } from '../resource.ts';
import type { ClientCertificate } from './grpc-stream.ts';
import type { ProxyStatus } from './proxy-status.ts';

/** A proxy with an open ADS stream. */
export interface ConnectedProxy {
  /** Number of the stream, unique in this server's life. */
  readonly connection: number;
  readonly node: Node;
  /** Gives the proxy a new set; what differs from what it holds is sent in push order. `generation` only ever grows. */
  assign(set: XdsSet, generation: number): void;
  /** The set it was given last. */
  readonly assigned: XdsSet | undefined;
  status(): ProxyStatus;
  /** Ends the stream with UNAVAILABLE and this reason; the proxy connects again. */
  disconnect(reason: string): void;
}

/** What the server asks of the control plane: a set for each proxy that connects, and again whenever it changes. */
export interface ProxyConfigSource {
  /** Called once the node is known and allowed. Nothing is sent until `proxy.assign` is called. */
  connected(proxy: ConnectedProxy): void;
  disconnected(proxy: ConnectedProxy, reason: string): void;
  /** The proxy tells how its workload is: a problem, or undefined when it is well. */
  health?(proxy: ConnectedProxy, problem: string | undefined): void;
}

export type Authorization = { readonly allowed: true } | { readonly allowed: false; readonly reason: string };

export interface AuthorizationRequest {
  readonly node: Node;
  readonly peer: string;
  /** What the proxy proved by TLS; undefined in plaintext or without a certificate. */
  readonly certificate: ClientCertificate | undefined;
  /** A request header (gRPC metadata) by lower-case name. */
  header(name: string): string | undefined;
}

/** PEM for a server that speaks TLS. */
export interface AdsTls {
  readonly cert: string;
  readonly key: string;
  /** Who signs the certificates of proxies. */
  readonly ca: string | undefined;
  /** Whether proxies show a certificate; an `optional` one may be untrusted, which `authorize` is told. */
  readonly clientCertificates: 'none' | 'optional' | 'required';
}

export interface AdsServerOptions {
  readonly source: ProxyConfigSource;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Asked once per stream, with the first request. Default: everybody is allowed. */
  readonly authorize?: (request: AuthorizationRequest) => Authorization | Promise<Authorization>;
  /** Plaintext without. */
  readonly tls?: AdsTls;
  /** Written into `control_plane.identifier` of each response. */
  readonly identifier?: string;
  /** Told of each event that metrics count. */
  readonly observer?: AdsObserver;
  readonly limits?: Partial<AdsLimits>;
}

export interface AdsLimits {
  /** Bytes of one request. Default 4 MiB. */
  readonly maxRequestBytes: number;
  /** Open streams. Default 5 000. */
  readonly maxStreams: number;
  /** Names one stream may subscribe to, of one kind. Default 100 000. */
  readonly maxNames: number;
}

export interface AdsObserver {
  pushed(kind: string, bytes: number): void;
  acked(kind: string, afterMs: number): void;
  nacked(kind: string, nodeId: string): void;
  /** A proxy holds everything of a generation, `afterMs` after that generation was assigned to it. */
  settled(afterMs: number): void;
}

/** Who has and who has not taken a generation. */
export interface Settlement {
  readonly settled: readonly ProxyStatus[];
  /** Not answered yet when the time was over. */
  readonly waiting: readonly ProxyStatus[];
  /** Answered with a NACK. */
  readonly rejected: readonly ProxyStatus[];
}

export interface BoundAddress {
  readonly host: string;
  readonly port: number;
}

/** A running ADS server. Disposal closes it. */
export interface AdsServer extends AsyncDisposable {
  readonly address: BoundAddress;
  /** How many proxies are connected. */
  readonly connected: number;
  /** Everybody connected, oldest first. */
  proxies(): readonly ProxyStatus[];
  /**
   * Resolves when every connected proxy has taken or refused what `generation` changed for it, or when `timeoutMs` is over or `signal`
   * aborts; proxies that leave are no longer waited for, proxies that come are. Proxies that it does not concern count as settled, whatever
   * else they still wait for or refuse.
   */
  whenSettled(generation: number, options: { timeoutMs: number; signal?: AbortSignal }): Promise<Settlement>;
  close(): Promise<void>;
}
