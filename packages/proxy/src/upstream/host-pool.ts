/**
 * The connections to one endpoint. Last used is first reused, so that spare ones grow old and close. Bounds: the cluster's circuit breakers
 * (connections, pending requests), named in the refusal.
 */

import type { Endpoint } from '@weft/engine';
import type { Breaker } from '../cluster/breaker.ts';
import type { HostCounts } from '../cluster/endpoint-pools.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import { type ConnectionKeeper, UpstreamHttp1 } from '../http1/upstream-http1.ts';
import type { Wire } from '../net/wire.ts';
import type { ReplyCode } from '../stream/replies.ts';
import { Deadline } from '../time/wheel.ts';
import { dialFailure } from './dial-failure.ts';
import { choseHttp2, type ProtocolChoice } from './protocol-choice.ts';
import type { TransportSocketOptions } from './transport-socket-options.ts';
import type { EndpointPool, PoolWaiter } from './upstream-stream.ts';

export class HostPool implements EndpointPool, ConnectionKeeper {
  readonly endpoint: Endpoint;
  readonly counts: HostCounts;
  readonly #cluster: UpstreamCluster;
  readonly #transport: TransportSocketOptions;
  readonly #breaker: Breaker;
  readonly #choice: ProtocolChoice | undefined;
  readonly #idle: UpstreamHttp1[] = [];
  readonly #open = new Set<UpstreamHttp1>();
  readonly #connecting = new Map<UpstreamHttp1, Deadline>();
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

  /** @hot Calls the waiter back, at once when a connection is idle. */
  acquire(waiter: PoolWaiter): void {
    const connection = this.#idle.pop();
    if (connection !== undefined) {
      waiter.onConnection(connection);
      return;
    }
    this.#wait(waiter);
  }

  #wait(waiter: PoolWaiter): void {
    const { name, stats } = this.#cluster;
    const breaker = this.#breaker;
    const { thresholds } = breaker;
    if (breaker.pending >= thresholds.maxPendingRequests) {
      stats.upstreamRqPendingOverflow.inc();
      waiter.onPoolFailure(
        'UPSTREAM_OVERFLOW',
        `${name} has ${breaker.pending} pending requests of ${breaker.priority} priority (circuit_breakers.max_pending_requests)`,
      );
      return;
    }
    const roomForMore =
      breaker.connections < thresholds.maxConnections && this.endpoint.connections < thresholds.perHostMaxConnections;
    // Envoy lets each endpoint have one connection whatever the breaker says, or a request could wait for ever.
    const mayDial = roomForMore || this.#open.size === 0;
    if (!roomForMore) stats.upstreamCxOverflow.inc();
    breaker.pending++;
    stats.upstreamRqPendingTotal.inc();
    stats.upstreamRqPendingActive.inc();
    this.#waiters.push(waiter);
    if (mayDial && this.#connecting.size < this.#waiters.length) this.#dial();
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
    const { stats, loop } = cluster;
    const connection = new UpstreamHttp1(this.endpoint, this);
    const startedAt = loop.now;
    const deadline = new Deadline(() => {
      stats.upstreamCxConnectTimeout.inc();
      loop.enter();
      this.#failConnecting(
        connection,
        'CONNECT_TIMEOUT',
        `connecting to ${this.endpoint.key} took longer than ${cluster.config.connectTimeoutMs} ms (connect_timeout)`,
      );
      connection.wire.destroy();
      loop.leave();
    });
    this.#open.add(connection);
    this.#connecting.set(connection, deadline);
    this.#breaker.connections++;
    this.endpoint.connections++;
    this.counts.cxTotal++;
    stats.upstreamCxTotal.inc();
    stats.upstreamCxActive.inc();
    loop.wheel.arm(deadline, cluster.config.connectTimeoutMs);
    connection.attach(
      cluster.dial(this.endpoint, this.#transport, connection, () => {
        deadline.disarm();
        this.#connecting.delete(connection);
        stats.upstreamCxConnectMs.record(loop.clock.monotonic() - startedAt);
        if (this.#choice !== undefined && choseHttp2(connection.wire.socket)) this.#handOver(connection, this.#choice);
        else this.#begin(connection);
      }),
    );
  }

  #begin(connection: UpstreamHttp1): void {
    this.#cluster.stats.upstreamCxHttp1Total.inc();
    this.#armIdle(connection);
    this.#armAge(connection);
    this.#offer(connection);
  }

  #handOver(connection: UpstreamHttp1, choice: ProtocolChoice): void {
    this.#open.delete(connection);
    const waiters = this.#waiters.splice(0);
    for (let i = 0; i < waiters.length; i++) this.#settled();
    choice.handOver(connection.wire, waiters);
  }

  get open(): number {
    return this.#open.size;
  }

  adopt(wire: Wire): void {
    const connection = new UpstreamHttp1(this.endpoint, this);
    connection.attach(wire);
    wire.give(connection);
    this.#open.add(connection);
    this.#begin(connection);
  }

  /** @hot */
  onReusable(connection: UpstreamHttp1): void {
    const { maxRequestsPerConnection } = this.#cluster.config.protocol;
    if (connection.requests >= maxRequestsPerConnection) {
      this.#cluster.stats.upstreamCxMaxRequests.inc();
      connection.wire.destroy();
      return;
    }
    if (connection.retired) {
      connection.wire.destroy();
      return;
    }
    connection.wire.resume();
    this.#offer(connection);
  }

  #offer(connection: UpstreamHttp1): void {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#settled();
      waiter.onConnection(connection);
    } else if (this.#closing) connection.wire.destroy();
    else {
      connection.idleSince = this.#cluster.loop.now;
      this.#idle.push(connection);
    }
  }

  /** One deadline a connection for its whole life: it looks how long the connection has been idle and waits for the rest. */
  #armIdle(connection: UpstreamHttp1): void {
    const limit = this.#cluster.config.protocol.idleTimeoutMs;
    if (limit === 0) return;
    const { loop, stats } = this.#cluster;
    const deadline = new Deadline(() => {
      if (connection.wire.closed) return;
      const idleFor = loop.clock.monotonic() - connection.idleSince;
      if (connection.busy) loop.wheel.arm(deadline, limit);
      else if (idleFor < limit) loop.wheel.arm(deadline, limit - idleFor);
      else {
        stats.upstreamCxIdleTimeout.inc();
        connection.wire.destroy();
      }
    });
    connection.idleDeadline = deadline;
    loop.wheel.arm(deadline, limit);
  }

  /** After `max_connection_duration` an idle connection closes, a busy one with its answer. */
  #armAge(connection: UpstreamHttp1): void {
    const limit = this.#cluster.config.protocol.maxConnectionDurationMs;
    if (limit === 0) return;
    const { loop, stats } = this.#cluster;
    connection.ageDeadline = new Deadline(() => {
      stats.upstreamCxMaxDurationReached.inc();
      connection.retired = true;
      if (!connection.busy) connection.wire.destroy();
    });
    loop.wheel.arm(connection.ageDeadline, limit);
  }

  onGone(connection: UpstreamHttp1, cause: Error | undefined): void {
    if (!this.#open.delete(connection)) return;
    const cluster = this.#cluster;
    connection.idleDeadline?.disarm();
    connection.ageDeadline?.disarm();
    this.#breaker.connections--;
    this.endpoint.connections--;
    cluster.stats.upstreamCxActive.dec();
    cluster.stats.upstreamCxDestroy.inc();
    cluster.stats.upstreamCxRxBytesTotal.add(connection.wire.bytesRead);
    cluster.stats.upstreamCxTxBytesTotal.add(connection.wire.bytesWritten);
    const at = this.#idle.indexOf(connection);
    if (at !== -1) this.#idle.splice(at, 1);
    if (this.#connecting.has(connection)) {
      this.#failConnecting(
        connection,
        dialFailure(cause),
        `cannot connect to ${this.endpoint.key}: ${cause?.message ?? 'closed'}`,
      );
    } else if (this.#waiters.length > this.#connecting.size) this.#dial();
    if (this.#closing && this.#open.size === 0) this.#forget();
  }

  #failConnecting(connection: UpstreamHttp1, code: ReplyCode, cause: string): void {
    const deadline = this.#connecting.get(connection);
    if (deadline === undefined) return;
    deadline.disarm();
    this.#connecting.delete(connection);
    this.#cluster.stats.upstreamCxConnectFail.inc();
    this.counts.cxConnectFail++;
    const waiter = this.#waiters.shift();
    if (waiter === undefined) return;
    this.#settled();
    waiter.onPoolFailure(code, cause);
  }

  /** No new requests from here on: idle connections close now, busy ones with their answer. */
  drain(): void {
    this.#closing = true;
    for (const connection of this.#idle.splice(0)) connection.wire.destroy();
    if (this.#open.size === 0) this.#forget();
  }

  #forget(): void {
    if (this.#choice === undefined) this.#cluster.forget(this);
    else this.#choice.forget();
  }

  destroy(): void {
    this.#closing = true;
    for (const connection of this.#open) connection.wire.destroy();
  }
}
