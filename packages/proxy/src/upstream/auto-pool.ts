/**
 * The connections to one endpoint of a cluster that goes by ALPN (HttpProtocolOptions.auto_config). What the last handshake chose is what
 * the next connection is opened for. Until the first one a single connection is dialled for all who wait, as HTTP/2 would carry them all;
 * a server that chooses HTTP/1.1, or none, gets more for those that are left over.
 */

import type { Endpoint } from '@weft/engine';
import type { Breaker } from '../cluster/breaker.ts';
import type { HostCounts } from '../cluster/endpoint-pools.ts';
import type { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import { Http2Pool } from '../http2/http2-pool.ts';
import type { Wire } from '../net/wire.ts';
import { HostPool } from './host-pool.ts';
import type { TransportSocketOptions } from './transport-socket-options.ts';
import type { EndpointPool, PoolWaiter } from './upstream-stream.ts';

/** A pool that is half of an `AutoPool`. */
interface Half extends EndpointPool {
  readonly open: number;
  /** Takes over a connection that is open and counted already. */
  adopt(wire: Wire): void;
}

/** What is offered where the TLS context of the cluster says nothing (AutoHttpConfig). */
const OFFERED: readonly string[] = ['h2', 'http/1.1'];

export class AutoPool implements EndpointPool {
  readonly endpoint: Endpoint;
  readonly counts: HostCounts;
  readonly #cluster: UpstreamCluster;
  readonly #http1: Half;
  readonly #http2: Half;
  #active: Half;

  constructor(
    cluster: UpstreamCluster,
    endpoint: Endpoint,
    breaker: Breaker,
    counts: HostCounts,
    { serverName, client }: TransportSocketOptions,
  ) {
    this.#cluster = cluster;
    this.endpoint = endpoint;
    this.counts = counts;
    const transport = { serverName, alpn: undefined, fallbackAlpn: OFFERED, client };
    const forget = (): void => this.#forget();
    this.#http1 = new HostPool(cluster, endpoint, breaker, counts, transport, {
      handOver: (wire, waiters) => this.#switch(this.#http2, wire, waiters),
      forget,
    });
    this.#http2 = new Http2Pool(cluster, endpoint, breaker, counts, transport, {
      handOver: (wire, waiters) => this.#switch(this.#http1, wire, waiters),
      forget,
    });
    this.#active = this.#http2;
  }

  #switch(to: Half, wire: Wire, waiters: readonly PoolWaiter[]): void {
    this.#active = to;
    to.adopt(wire);
    for (const waiter of waiters) to.acquire(waiter);
  }

  /** @hot */
  acquire(waiter: PoolWaiter): void {
    this.#active.acquire(waiter);
  }

  cancel(waiter: PoolWaiter): void {
    this.#http1.cancel(waiter);
    this.#http2.cancel(waiter);
  }

  drain(): void {
    this.#http1.drain();
    this.#http2.drain();
  }

  #forget(): void {
    if (this.#http1.open + this.#http2.open === 0) this.#cluster.forget(this);
  }

  destroy(): void {
    this.#http1.destroy();
    this.#http2.destroy();
  }
}
