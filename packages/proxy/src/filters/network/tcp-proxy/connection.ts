/** One proxied TCP connection: bytes both ways, each side's end passed on, "full" on one side pauses the other. */
import type { Endpoint, PickContext } from '@weft/engine';
import type { UpstreamCluster } from '../../../cluster/upstream-cluster.ts';
import type { MeshReport } from '../../../hcm/mesh-report.ts';
import type { Wire, WireOwner } from '../../../net/wire.ts';
import type { ConnectionInfo } from '../../../stream/downstream.ts';
import { fillConnection } from '../../../stream/fill-record.ts';
import type { ServedConnection } from '../../../stream/network-filter.ts';
import type { AccessLog } from '../../../telemetry/access-log/access-log.ts';
import type { LogContext } from '../../../telemetry/access-log/operator.ts';
import { AccessRecord } from '../../../telemetry/access-record.ts';
import type { TcpSeries } from '../../../telemetry/istio/series.ts';
import type { TcpStats } from '../../../telemetry/listener-stats.ts';
import { Deadline } from '../../../time/wheel.ts';
import { upstreamPeer } from '../../../tls/upstream-peer.ts';
import { recordCluster, recordPeer, recordTry } from '../../../upstream/record-upstream.ts';
import { NO_TRANSPORT_SOCKET_OPTIONS } from '../../../upstream/transport-socket-options.ts';
import type { TcpProxyConfig } from './config.ts';
import type { TcpUpstream, TunnelOwner } from './http-tunnel.ts';
import { openTunnel, tunnelHead } from './open-tunnel.ts';

/** What all connections of one filter share. */
export interface TcpProxyShared {
  readonly config: TcpProxyConfig;
  readonly stats: TcpStats;
  readonly accessLog: AccessLog;
  readonly mesh: MeshReport | undefined;
  /** What operators in a tunnel's request may ask of the process. */
  readonly context: LogContext;
}

const PICK: PickContext = {
  hashHi: 0,
  hashLo: 0,
  hashed: false,
  previous: undefined,
  attempts: 1,
  metadataMatch: undefined,
};

export class TcpProxyConnection implements ServedConnection {
  readonly #shared: TcpProxyShared;
  readonly #downstream: Wire;
  readonly #connection: ConnectionInfo;
  readonly #cluster: UpstreamCluster;
  readonly #onGone: () => void;
  readonly #record = new AccessRecord();
  readonly #idle: Deadline;
  readonly #age: Deadline | undefined;
  readonly #connecting: Deadline;
  #upstream: TcpUpstream | undefined = undefined;
  #connected = false;
  #counted = false;
  #early: Buffer[] = [];
  #endpoint: Endpoint | undefined = undefined;
  #series: TcpSeries | undefined = undefined;
  #attempts = 0;
  #downstreamEnded = false;
  #upstreamEnded = false;
  #lastActivity: number;
  #closed = false;

  constructor(
    shared: TcpProxyShared,
    downstream: Wire,
    connection: ConnectionInfo,
    cluster: UpstreamCluster,
    onGone: () => void,
  ) {
    this.#shared = shared;
    this.#downstream = downstream;
    this.#connection = connection;
    this.#cluster = cluster;
    this.#onGone = onGone;
    const { loop } = downstream;
    this.#lastActivity = loop.now;
    this.#idle = new Deadline(() => this.#onIdle());
    this.#connecting = new Deadline(() => this.#onConnectFailure('connecting took too long (connect_timeout)'));
    const { idleTimeoutMs, maxDurationMs } = shared.config;
    if (idleTimeoutMs > 0) loop.wheel.arm(this.#idle, idleTimeoutMs);
    this.#age = maxDurationMs > 0 ? new Deadline(() => this.#onMaxDuration()) : undefined;
    if (this.#age !== undefined) loop.wheel.arm(this.#age, maxDurationMs);
    shared.stats.downstreamCxTotal.inc();
    this.#begin();
  }

  #begin(): void {
    const record = this.#record;
    const { loop } = this.#downstream;
    record.startMs = loop.now;
    record.startEpochMs = loop.clock.now();
    fillConnection(record, this.#connection);
    recordCluster(record, this.#cluster);
    this.#dial();
  }

  #dial(): void {
    const cluster = this.#cluster;
    const { dynamic } = cluster;
    const endpoint = dynamic === undefined ? cluster.pick(PICK) : dynamic.pickOf(this.#connection, cluster.loop.now);
    if (endpoint === undefined) {
      this.#giveUp('UH', `cluster ${cluster.name} has no healthy endpoint`);
      return;
    }
    const breaker = cluster.breaker('default');
    if (breaker.connections >= breaker.thresholds.maxConnections) {
      cluster.stats.upstreamCxOverflow.inc();
      this.#giveUp(
        'UO',
        `cluster ${cluster.name} has ${breaker.connections} connections (circuit_breakers.max_connections)`,
      );
      return;
    }
    this.#attempts++;
    this.#endpoint = endpoint;
    recordTry(this.#record, cluster, endpoint);
    this.#connect(endpoint);
  }

  #connect(endpoint: Endpoint): void {
    const cluster = this.#cluster;
    const { context, config } = this.#shared;
    const { tunnel } = config;
    const head = tunnel && tunnelHead(tunnel, cluster, this.#record, context);
    if (head?.ok === false) {
      this.#giveUp('UF', head.problem);
      return;
    }
    this.#count(endpoint);
    cluster.loop.wheel.arm(this.#connecting, cluster.config.connectTimeoutMs);
    const options = { ...NO_TRANSPORT_SOCKET_OPTIONS, client: this.#connection };
    const owner = this.#upstreamOwner;
    this.#upstream =
      tunnel === undefined || head === undefined
        ? cluster.dial(endpoint, options, owner, () => this.#onConnected())
        : openTunnel(cluster, endpoint, options, owner, tunnel.method, head.text);
  }

  #count(endpoint: Endpoint): void {
    const { stats } = this.#cluster;
    this.#counted = true;
    this.#cluster.breaker('default').connections++;
    endpoint.connections++;
    endpoint.active++;
    stats.upstreamCxTotal.inc();
    stats.upstreamCxActive.inc();
  }

  readonly #upstreamOwner: TunnelOwner = {
    onOpen: () => this.#onConnected(),
    onRefused: (cause) => this.#onRefused(cause),
    onBytes: (chunk) => this.#onUpstreamBytes(chunk),
    onEof: () => this.#onUpstreamEof(),
    onWritable: () => this.#downstream.resume(),
    onClosed: (cause) => this.#onUpstreamClosed(cause),
  };

  #onConnected(): void {
    this.#connecting.disarm();
    this.#connected = true;
    this.#endpoint!.outlier?.connectedFinally();
    const { mesh } = this.#shared;
    if (this.#shared.config.tunnel !== undefined) this.#record.upstreamProtocol = 'HTTP/1.1';
    recordPeer(this.#record, upstreamPeer(this.#upstream!.socket, this.#endpoint!));
    this.#series = mesh?.metrics.connection(mesh.reporter, this.#record);
    this.#series?.opened.inc();
    for (const chunk of this.#early) this.#upstream!.sendBytes(chunk);
    this.#early = [];
    if (this.#downstreamEnded) this.#upstream!.end();
    else this.#downstream.resume();
  }

  /** @hot */
  onBytes(chunk: Buffer): void {
    this.#lastActivity = this.#downstream.loop.now;
    this.#record.bytesReceived += chunk.length;
    this.#shared.stats.downstreamCxRxBytesTotal.add(chunk.length);
    if (!this.#connected) {
      this.#early.push(this.#downstream.loop.own(chunk));
      this.#downstream.pause();
      return;
    }
    this.#series?.received.add(chunk.length);
    const upstream = this.#upstream!;
    upstream.sendBytes(chunk);
    if (upstream.full) this.#downstream.pause();
  }

  #onUpstreamBytes(chunk: Buffer): void {
    this.#lastActivity = this.#downstream.loop.now;
    this.#record.bytesSent += chunk.length;
    this.#shared.stats.downstreamCxTxBytesTotal.add(chunk.length);
    this.#series?.sent.add(chunk.length);
    this.#downstream.sendBytes(chunk);
    if (this.#downstream.full) this.#upstream!.pause();
  }

  onEof(): void {
    this.#downstreamEnded = true;
    if (!this.#connected) return;
    this.#upstream!.end();
  }

  #onUpstreamEof(): void {
    this.#upstreamEnded = true;
    this.#downstream.end();
  }

  onWritable(): void {
    this.#upstream?.resume();
  }

  #onUpstreamClosed(cause: Error | undefined): void {
    this.#uncount();
    if (!this.#connected) {
      this.#onConnectFailure(cause?.message ?? 'closed');
      return;
    }
    if (this.#upstreamEnded) return;
    // Cut, not ended: the client must not take what it got for everything.
    this.#record.connectionTerminationDetails = cause?.message ?? '';
    this.#downstream.destroy();
  }

  /** The upstream connection, made or attempted, no longer counts. */
  #uncount(): void {
    if (!this.#counted) return;
    this.#counted = false;
    const cluster = this.#cluster;
    cluster.breaker('default').connections--;
    cluster.stats.upstreamCxActive.dec();
    cluster.stats.upstreamCxDestroy.inc();
    this.#endpoint!.connections--;
    this.#endpoint!.active--;
  }

  #onConnectFailure(cause: string): void {
    if (this.#closed || this.#connected) return;
    this.#cluster.stats.upstreamCxConnectFail.inc();
    this.#onAttemptFailed(cause);
  }

  /** The endpoint is there and does not tunnel. */
  #onRefused(cause: string): void {
    if (!this.#closed) this.#onAttemptFailed(cause);
  }

  #onAttemptFailed(cause: string): void {
    this.#connecting.disarm();
    this.#uncount();
    this.#endpoint?.outlier?.connectFailed();
    const failed = this.#upstream;
    this.#upstream = undefined;
    failed?.give(ABANDONED);
    if (failed !== undefined && !failed.closed) failed.destroy();
    this.#record.upstreamTransportFailureReason = cause;
    if (this.#attempts < this.#shared.config.connectAttempts) {
      this.#dial();
      return;
    }
    this.#giveUp('UF', `cannot connect to ${this.#endpoint?.key ?? ''}: ${cause}`);
  }

  #giveUp(flag: string, cause: string): void {
    this.#record.responseFlags = flag;
    this.#record.cause = cause;
    this.#downstream.destroy();
  }

  #onIdle(): void {
    const { loop } = this.#downstream;
    const left = this.#shared.config.idleTimeoutMs - (loop.now - this.#lastActivity);
    if (left > 0) {
      loop.wheel.arm(this.#idle, left);
      return;
    }
    this.#shared.stats.idleTimeout.inc();
    this.#record.connectionTerminationDetails = 'idle_timeout';
    this.#downstream.destroy();
  }

  #onMaxDuration(): void {
    this.#shared.stats.maxDownstreamConnectionDuration.inc();
    this.#record.responseFlags = 'DT';
    this.#downstream.destroy();
  }

  onClosed(): void {
    this.#closed = true;
    this.#idle.disarm();
    this.#age?.disarm();
    this.#connecting.disarm();
    const record = this.#record;
    record.endMs = this.#downstream.loop.now;
    this.#series?.closed.inc();
    if (this.#shared.accessLog.enabled) this.#shared.accessLog.log(record);
    this.#upstream?.destroy();
    this.#onGone();
  }

  /** TCP has no message to wait for: a connection that drains goes on until it ends or the deadline cuts it. */
  drain(): void {
    this.#record.connectionTerminationDetails = 'draining';
  }

  destroy(): void {
    this.#downstream.destroy();
  }
}

/** A connection attempt that was given up. */
const ABANDONED: WireOwner = {
  onBytes: () => undefined,
  onEof: () => undefined,
  onWritable: () => undefined,
  onClosed: () => undefined,
};
