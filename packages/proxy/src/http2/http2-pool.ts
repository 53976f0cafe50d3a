/**
 * The HTTP/2 connections to one endpoint. One is enough until its streams run out; then another is dialled. Bounds: the cluster's circuit
 * breakers (connections, pending requests), named in the refusal.
 */

import type { Endpoint } from '@weft/engine';
import type { Breaker } from '../cluster/breaker.ts';
import type { HostCounts } from '../cluster/endpoint-pools.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import type { Wire } from '../net/wire.ts';
import type { ReplyCode } from '../stream/replies.ts';
import { Deadline } from '../time/wheel.ts';
import { dialFailure } from '../upstream/dial-failure.ts';
import { choseHttp2, type ProtocolChoice } from '../upstream/protocol-choice.ts';
import type { TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import type { EndpointPool, PoolWaiter } from '../upstream/upstream-stream.ts';
import { type Http2Keeper, UpstreamHttp2 } from './upstream-http2.ts';
import { UpstreamHttp2Stream } from './upstream-stream-http2.ts';

/** What requests on this connection carry as their scheme. */
export function schemeOf({ socket }: Wire): string {
  return 'encrypted' in socket ? 'https' : 'http';
}

export class Http2Pool implements EndpointPool, Http2Keeper {
  readonly endpoint: Endpoint;
  readonly counts: HostCounts;
  readonly #cluster: UpstreamCluster;
  readonly #transport: TransportSocketOptions;
  readonly #breaker: Breaker;
  readonly #choice: ProtocolChoice | undefined;
  readonly #open = new Set<UpstreamHttp2>();
  #connecting: { readonly connection: UpstreamHttp2; readonly deadline: Deadline } | undefined = undefined;
  #waiters: PoolWaiter[] = [];
  #closing = false;

  constructor(
    cluster: UpstreamCluster,
    endpoint: Endpoint,
    breaker: Breaker,
    counts: HostCounts,
    transport: TransportSocketOptions,
    choice?: ProtocolChoice,
  ) {
    this.#cluster = cluster;
    this.#transport = transport;
    this.endpoint = endpoint;
    this.#breaker = breaker;
    this.#choice = choice;
    this.counts = counts;
  }

  /** @hot Calls the waiter back, at once when a connection has room. */
  acquire(waiter: PoolWaiter): void {
    const connection = this.#withRoom();
    if (connection === undefined) this.#wait(waiter);
    else waiter.onConnection(new UpstreamHttp2Stream(connection));
  }

  #withRoom(): UpstreamHttp2 | undefined {
    for (const connection of this.#open) if (connection.hasRoom) return connection;
    return undefined;
  }

  #wait(waiter: PoolWaiter): void {
    const { name, stats } = this.#cluster;
    const breaker = this.#breaker;
    if (breaker.pending >= breaker.thresholds.maxPendingRequests) {
      stats.upstreamRqPendingOverflow.inc();
      waiter.onPoolFailure(
        'UPSTREAM_OVERFLOW',
        `${name} has ${breaker.pending} pending requests of ${breaker.priority} priority (circuit_breakers.max_pending_requests)`,
      );
      return;
    }
    breaker.pending++;
    stats.upstreamRqPendingTotal.inc();
    stats.upstreamRqPendingActive.inc();
    this.#waiters.push(waiter);
    this.#dialIfNeeded();
  }

  #dialIfNeeded(): void {
    const cluster = this.#cluster;
    if (this.#connecting !== undefined || this.#waiters.length === 0) return;
    const { connections, thresholds } = this.#breaker;
    const roomForMore =
      connections < thresholds.maxConnections && this.endpoint.connections < thresholds.perHostMaxConnections;
    if (!roomForMore) cluster.stats.upstreamCxOverflow.inc();
    // Envoy lets each endpoint have one connection whatever the breaker says, or a request could wait for ever.
    if (roomForMore || this.#open.size === 0) this.#dial();
  }

  /** Takes back a waiter that has not been called. */
  cancel(waiter: PoolWaiter): void {
    const at = this.#waiters.indexOf(waiter);
    if (at === -1) return;
    this.#waiters.splice(at, 1);
    this.#settled();
  }

  #settled(): void {
    this.#breaker.pending--;
    this.#cluster.stats.upstreamRqPendingActive.dec();
  }

  #dial(): void {
    const cluster = this.#cluster;
    const { stats, loop, config } = cluster;
    const connection = new UpstreamHttp2(this.endpoint, config.protocol, this);
    const startedAt = loop.now;
    const deadline = new Deadline(() => {
      stats.upstreamCxConnectTimeout.inc();
      loop.enter();
      this.#failConnecting(
        'CONNECT_TIMEOUT',
        `connecting to ${this.endpoint.key} took longer than ${config.connectTimeoutMs} ms (connect_timeout)`,
      );
      connection.wire.destroy();
      loop.leave();
    });
    this.#open.add(connection);
    this.#connecting = { connection, deadline };
    this.#breaker.connections++;
    this.endpoint.connections++;
    this.counts.cxTotal++;
    stats.upstreamCxTotal.inc();
    stats.upstreamCxActive.inc();
    loop.wheel.arm(deadline, config.connectTimeoutMs);
    const wire = cluster.dial(this.endpoint, this.#transport, connection, () => {
      deadline.disarm();
      this.#connecting = undefined;
      stats.upstreamCxConnectMs.record(loop.clock.monotonic() - startedAt);
      if (this.#choice !== undefined && !choseHttp2(connection.wire.socket)) this.#handOver(connection, this.#choice);
      else this.#begin(connection);
    });
    connection.attach(wire, schemeOf(wire));
  }

  #begin(connection: UpstreamHttp2): void {
    this.#cluster.stats.upstreamCxHttp2Total.inc();
    connection.start();
    this.#armIdle(connection);
    this.#armAge(connection);
    this.onRoom(connection);
  }

  #handOver(connection: UpstreamHttp2, choice: ProtocolChoice): void {
    this.#open.delete(connection);
    const waiters = this.#waiters.splice(0);
    for (let i = 0; i < waiters.length; i++) this.#settled();
    choice.handOver(connection.wire, waiters);
  }

  get open(): number {
    return this.#open.size;
  }

  adopt(wire: Wire): void {
    const connection = new UpstreamHttp2(this.endpoint, this.#cluster.config.protocol, this);
    connection.attach(wire, schemeOf(wire));
    wire.give(connection);
    this.#open.add(connection);
    this.#begin(connection);
  }

  onRoom(connection: UpstreamHttp2): void {
    while (this.#waiters.length > 0 && connection.hasRoom) {
      const waiter = this.#waiters.shift()!;
      this.#settled();
      waiter.onConnection(new UpstreamHttp2Stream(connection));
    }
    if (connection.exhausted) this.#dialIfNeeded();
    if (this.#closing && connection.openStreams === 0 && !connection.wire.closed) connection.wire.destroy();
  }

  onProtocolError(): void {
    this.#cluster.stats.upstreamCxProtocolError.inc();
  }

  /** One deadline a connection for its whole life: it looks how long the connection has been idle and waits for the rest. */
  #armIdle(connection: UpstreamHttp2): void {
    const limit = this.#cluster.config.protocol.idleTimeoutMs;
    if (limit === 0) return;
    const { loop, stats } = this.#cluster;
    const deadline = new Deadline(() => {
      if (connection.wire.closed) return;
      const idleFor = loop.clock.monotonic() - connection.idleSince;
      if (connection.openStreams > 0) loop.wheel.arm(deadline, limit);
      else if (idleFor < limit) loop.wheel.arm(deadline, limit - idleFor);
      else {
        stats.upstreamCxIdleTimeout.inc();
        connection.wire.destroy();
      }
    });
    loop.wheel.arm(deadline, limit);
  }

  /** After `max_connection_duration` a connection takes no new streams and closes with its last. */
  #armAge(connection: UpstreamHttp2): void {
    const limit = this.#cluster.config.protocol.maxConnectionDurationMs;
    if (limit === 0) return;
    const { loop, stats } = this.#cluster;
    const deadline = new Deadline(() => {
      if (connection.wire.closed) return;
      stats.upstreamCxMaxDurationReached.inc();
      connection.drain();
    });
    loop.wheel.arm(deadline, limit);
  }

  onGone(connection: UpstreamHttp2, cause: Error | undefined): void {
    if (!this.#open.delete(connection)) return;
    const cluster = this.#cluster;
    const { stats } = cluster;
    this.#breaker.connections--;
    this.endpoint.connections--;
    stats.upstreamCxActive.dec();
    stats.upstreamCxDestroy.inc();
    if (connection.openStreams > 0) stats.upstreamCxDestroyWithActiveRq.inc();
    stats.upstreamCxRxBytesTotal.add(connection.wire.bytesRead);
    stats.upstreamCxTxBytesTotal.add(connection.wire.bytesWritten);
    if (this.#connecting?.connection === connection) {
      this.#failConnecting(dialFailure(cause), `cannot connect to ${this.endpoint.key}: ${cause?.message ?? 'closed'}`);
    } else this.#dialIfNeeded();
    if (this.#closing && this.#open.size === 0) this.#forget();
  }

  /** All who wait for the connection that cannot be made hear of it: a multiplexed connection would have carried them all. */
  #failConnecting(code: ReplyCode, cause: string): void {
    if (this.#connecting === undefined) return;
    this.#connecting.deadline.disarm();
    this.#connecting = undefined;
    this.#cluster.stats.upstreamCxConnectFail.inc();
    this.counts.cxConnectFail++;
    for (const waiter of this.#waiters.splice(0)) {
      this.#settled();
      waiter.onPoolFailure(code, cause);
    }
  }

  /** The endpoint is gone from the configuration: idle connections close now, busy ones with their last answer. */
  drain(): void {
    this.#closing = true;
    for (const connection of [...this.#open]) if (connection !== this.#connecting?.connection) connection.drain();
    if (this.#open.size === 0) this.#forget();
  }

  #forget(): void {
    if (this.#choice === undefined) this.#cluster.forget(this);
    else this.#choice.forget();
  }

  destroy(): void {
    this.#closing = true;
    for (const connection of [...this.#open]) connection.wire.destroy();
  }
}
