/** The pools of connections to one endpoint: by routing priority and protocol, and by what requests decide about the TLS handshake. */

import type { ConnectionInfo } from '../stream/downstream.ts';
import type { AlpnOverride, TransportSocketOptions } from '../upstream/transport-socket-options.ts';
import type { EndpointPool } from '../upstream/upstream-stream.ts';

/** What happened at one endpoint since its first pool was made. */
export interface HostCounts {
  cxTotal: number;
  cxConnectFail: number;
  rqTotal: number;
  rqSuccess: number;
  rqError: number;
  rqTimeout: number;
}

export function noCounts(): HostCounts {
  return { cxTotal: 0, cxConnectFail: 0, rqTotal: 0, rqSuccess: 0, rqError: 0, rqTimeout: 0 };
}

/** What kind of pool: its bits are HTTP/2 (1) and the high routing priority (2). */
export type PoolKind = 0 | 1 | 2 | 3;

export function poolKind(priority: 'default' | 'high', http2: boolean): PoolKind {
  if (priority === 'high') return http2 ? 3 : 2;
  return http2 ? 1 : 0;
}

/** So many server names and clients an endpoint; the pool that was made first makes room. */
const MAX_NAMED_POOLS = 128;

/** Makes a pool; and takes one that is to have no new requests. */
export interface PoolKeeper {
  open(kind: PoolKind, counts: HostCounts, transport: TransportSocketOptions): EndpointPool;
  retire(pool: EndpointPool): void;
}

type Pools = [EndpointPool | undefined, EndpointPool | undefined, EndpointPool | undefined, EndpointPool | undefined];

function none(): Pools {
  return [undefined, undefined, undefined, undefined];
}

export class EndpointPools {
  readonly counts: HostCounts = noCounts();
  readonly #keeper: PoolKeeper;
  #plain: Pools = none();
  /** The same for each ALPN that requests ask for instead of the cluster's; a listener or two use one cluster, so there are few. */
  #overridden: { readonly alpn: string; readonly pools: Pools }[] = [];
  /** For each server name (`auto_sni`) and client (PROXY protocol): a connection belongs to those it was opened for. */
  readonly #named = new Map<string, EndpointPool>();

  constructor(keeper: PoolKeeper) {
    this.#keeper = keeper;
  }

  /** @hot `serverName` is empty where requests do not choose it; `client` is undefined where clients share connections. */
  get(
    kind: PoolKind,
    serverName: string,
    alpn: AlpnOverride | undefined,
    client: ConnectionInfo | undefined,
  ): EndpointPool {
    if (serverName !== '' || client !== undefined) return this.#forName(kind, serverName, alpn, client);
    const pools = alpn === undefined ? this.#plain : this.#forAlpn(alpn);
    const pool = pools[kind] ?? this.#open(kind, '', alpn, undefined);
    pools[kind] = pool;
    return pool;
  }

  /** Gives up all pools: requests from now on get new ones. */
  retire(): void {
    const pools = this.#all();
    this.#plain = none();
    this.#overridden = [];
    this.#named.clear();
    for (const pool of pools) this.#keeper.retire(pool);
  }

  destroy(): void {
    for (const pool of this.#all()) pool.destroy();
  }

  #all(): EndpointPool[] {
    const unnamed = [this.#plain, ...this.#overridden.map(({ pools }) => pools)].flat();
    return [...unnamed.filter((pool) => pool !== undefined), ...this.#named.values()];
  }

  #forAlpn({ key }: AlpnOverride): Pools {
    for (const each of this.#overridden) if (each.alpn === key) return each.pools;
    const pools = none();
    this.#overridden.push({ alpn: key, pools });
    return pools;
  }

  #forName(
    kind: PoolKind,
    serverName: string,
    alpn: AlpnOverride | undefined,
    client: ConnectionInfo | undefined,
  ): EndpointPool {
    const ends = client === undefined ? '' : `${client.remoteAddress} ${client.localAddress}`;
    const key = `${kind} ${serverName} ${alpn?.key ?? ''} ${ends}`;
    const existing = this.#named.get(key);
    if (existing !== undefined) return existing;
    const oldest = this.#named.size >= MAX_NAMED_POOLS ? this.#named.entries().next().value : undefined;
    if (oldest !== undefined) {
      this.#named.delete(oldest[0]);
      this.#keeper.retire(oldest[1]);
    }
    const pool = this.#open(kind, serverName, alpn, client);
    this.#named.set(key, pool);
    return pool;
  }

  #open(
    kind: PoolKind,
    serverName: string,
    alpn: AlpnOverride | undefined,
    client: ConnectionInfo | undefined,
  ): EndpointPool {
    const offered = kind === 1 || kind === 3 ? alpn?.http2 : alpn?.http1;
    return this.#keeper.open(kind, this.counts, { serverName, alpn: offered, fallbackAlpn: [], client });
  }
}
