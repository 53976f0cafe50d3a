/** The connection over which one endpoint is asked for its health, kept from one check to the next (HealthCheck.reuse_connection). */
import { type ConnectionKeeper, UpstreamHttp1 } from '../http1/upstream-http1.ts';
import { schemeOf } from '../http2/http2-pool.ts';
import { type Http2Keeper, UpstreamHttp2 } from '../http2/upstream-http2.ts';
import { UpstreamHttp2Stream } from '../http2/upstream-stream-http2.ts';
import { dialFailure } from '../upstream/dial-failure.ts';
import type { PoolWaiter, UpstreamConnection } from '../upstream/upstream-stream.ts';
import { healthCheckSocket } from './check-target.ts';
import type { CheckedEndpoint } from './endpoint-check.ts';

export class CheckConnection implements ConnectionKeeper, Http2Keeper {
  readonly #checked: CheckedEndpoint;
  readonly #http2: boolean;
  #current: UpstreamHttp1 | UpstreamHttp2 | undefined = undefined;
  #tls: CheckedEndpoint['cluster']['tls'] = undefined;
  /** Who waits until `#current` is connected. */
  #waiter: PoolWaiter | undefined = undefined;

  constructor(checked: CheckedEndpoint, http2: boolean) {
    this.#checked = checked;
    this.#http2 = http2;
  }

  /** Calls the waiter back, at once when the connection of the last check is still good. */
  acquire(waiter: PoolWaiter): void {
    const kept = this.#tls === this.#checked.cluster.tls ? this.#usable() : undefined;
    if (kept !== undefined) return waiter.onConnection(kept);
    this.close();
    this.#waiter = waiter;
    this.#dial();
  }

  #usable(): UpstreamConnection | undefined {
    const current = this.#current;
    if (current === undefined || current.wire.ended || current.wire.socket.destroyed) return undefined;
    if (current instanceof UpstreamHttp1) return current.busy ? undefined : current;
    return current.hasRoom ? new UpstreamHttp2Stream(current) : undefined;
  }

  #dial(): void {
    const { cluster, target, config } = this.#checked;
    const options = healthCheckSocket(config, this.#http2);
    this.#tls = cluster.tls;
    if (this.#http2) {
      const connection = new UpstreamHttp2(target, cluster.config.protocol, this);
      this.#current = connection;
      const wire = cluster.dial(target, options, connection, () => {
        connection.start();
        this.#onConnected(connection);
      });
      connection.attach(wire, schemeOf(wire));
    } else {
      const connection = new UpstreamHttp1(target, this);
      this.#current = connection;
      connection.attach(cluster.dial(target, options, connection, () => this.#onConnected(connection)));
    }
  }

  #onConnected(connection: UpstreamHttp1 | UpstreamHttp2): void {
    if (this.#current !== connection) return;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    const usable = this.#usable();
    if (usable === undefined) waiter?.onPoolFailure('UPSTREAM_RESET', 'the connection closed at once');
    else waiter?.onConnection(usable);
  }

  close(): void {
    const current = this.#current;
    this.#current = undefined;
    this.#waiter = undefined;
    current?.wire.destroy();
  }

  onGone(connection: UpstreamHttp1 | UpstreamHttp2, cause: Error | undefined): void {
    if (this.#current !== connection) return;
    const waiter = this.#waiter;
    this.close();
    waiter?.onPoolFailure(dialFailure(cause), cause?.message ?? 'closed');
  }

  onReusable(): void {
    // Looked at when the next check is due.
  }

  onRoom(): void {
    // Looked at when the next check is due.
  }

  onProtocolError(): void {
    this.#checked.cluster.stats.upstreamCxProtocolError.inc();
  }
}
