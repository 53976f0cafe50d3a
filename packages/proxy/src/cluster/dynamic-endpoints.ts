/**
 * Endpoints that a request names itself: the host it asks for (dynamic forward proxy) or the address its connection was meant for (original
 * destination). Made when first wanted, forgotten when unused, never more than a bound.
 */

import { isIP } from 'node:net';
import { addressKey, type Discovery, Endpoint, type SocketAddress } from '@weft/engine';
import { headerValue, type RequestHead } from '@weft/http';
import type { ConnectionInfo } from '../stream/downstream.ts';

export type DynamicDiscovery = Extract<Discovery, { kind: 'original-dst' | 'dynamic-forward-proxy' }>;

const NO_LOCALITY = { region: '', zone: '', subZone: '' } as const;
const DEFAULT_HTTP_PORT = 80;
/** How many destinations of an original-destination cluster are kept. */
const MAX_ORIGINAL_DESTINATIONS = 4096;

/** `host`, `host:port` or `[v6]:port`; undefined when it is neither. */
function parseAuthority(authority: string, defaultPort: number): SocketAddress | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]/]+))(?::(\d{1,5}))?$/i.exec(authority);
  const host = match?.[1] ?? match?.[2];
  const port = match?.[3] === undefined ? defaultPort : Number(match[3]);
  if (host === undefined || port < 1 || port > 65_535) return undefined;
  return { kind: isIP(host) === 0 ? 'name' : 'ip', host, port };
}

export class DynamicEndpoints {
  readonly #discovery: DynamicDiscovery;
  readonly #endpoints = new Map<string, Endpoint>();
  readonly #usedAt = new Map<Endpoint, number>();
  readonly #onMade: (endpoint: Endpoint) => void;
  readonly #onForgotten: (endpoint: Endpoint) => void;

  constructor(
    discovery: DynamicDiscovery,
    onMade: (endpoint: Endpoint) => void,
    onForgotten: (endpoint: Endpoint) => void,
  ) {
    this.#discovery = discovery;
    this.#onMade = onMade;
    this.#onForgotten = onForgotten;
  }

  /** The endpoint that this request wants; undefined when it names none, or one that is ejected. */
  pick(request: RequestHead, connection: ConnectionInfo, nowMs: number): Endpoint | undefined {
    const address = this.#addressOf(request, connection);
    return address === undefined ? undefined : this.#at(address, nowMs);
  }

  /** The endpoint that a connection without requests wants; undefined when it was meant for this proxy, or that one is ejected. */
  pickOf(connection: ConnectionInfo, nowMs: number): Endpoint | undefined {
    const address = this.#discovery.kind === 'original-dst' ? this.#destinationOf(connection) : undefined;
    return address === undefined ? undefined : this.#at(address, nowMs);
  }

  #at(address: SocketAddress, nowMs: number): Endpoint | undefined {
    const key = addressKey(address);
    const endpoint = this.#endpoints.get(key) ?? this.#create(key, address, nowMs);
    this.#usedAt.set(endpoint, nowMs);
    return endpoint.ejected ? undefined : endpoint;
  }

  #addressOf(request: RequestHead, connection: ConnectionInfo): SocketAddress | undefined {
    const discovery = this.#discovery;
    if (discovery.kind === 'dynamic-forward-proxy') return parseAuthority(request.authority, DEFAULT_HTTP_PORT);
    if (discovery.header !== undefined) {
      const named = headerValue(request.headers, discovery.header);
      const address = named === undefined ? undefined : parseAuthority(named, 0);
      if (address !== undefined) return address;
    }
    return this.#destinationOf(connection);
  }

  #destinationOf(connection: ConnectionInfo): SocketAddress | undefined {
    const discovery = this.#discovery;
    // Where it was accepted is this proxy's own port: a request sent there would come back for ever.
    if (!connection.redirected) return undefined;
    const port = (discovery.kind === 'original-dst' ? discovery.port : undefined) ?? connection.localPort;
    return { kind: 'ip', host: connection.localHost, port };
  }

  #create(key: string, address: SocketAddress, nowMs: number): Endpoint {
    const limit =
      this.#discovery.kind === 'dynamic-forward-proxy' ? this.#discovery.maxHosts : MAX_ORIGINAL_DESTINATIONS;
    const keepMs =
      this.#discovery.kind === 'dynamic-forward-proxy' ? this.#discovery.hostTtlMs : this.#discovery.cleanupMs;
    this.#sweep(nowMs, keepMs, limit);
    const spec = {
      address,
      hostname: address.kind === 'pipe' ? '' : address.host,
      weight: 1,
      health: 'healthy',
      metadata: {},
      healthCheck: { port: undefined, hostname: '', disabled: true },
    } as const;
    const endpoint = new Endpoint(key, spec, NO_LOCALITY, 0, nowMs);
    this.#endpoints.set(key, endpoint);
    this.#onMade(endpoint);
    return endpoint;
  }

  /** Forgets what has not been used for `keepMs`; when there is still no room, the one unused for longest. */
  #sweep(nowMs: number, keepMs: number, limit: number): void {
    let oldest: Endpoint | undefined;
    for (const [endpoint, usedAt] of this.#usedAt) {
      if (endpoint.active > 0) continue;
      if (nowMs - usedAt > keepMs) this.#forget(endpoint);
      else if (oldest === undefined || usedAt < (this.#usedAt.get(oldest) ?? 0)) oldest = endpoint;
    }
    if (this.#endpoints.size >= limit && oldest !== undefined) this.#forget(oldest);
  }

  #forget(endpoint: Endpoint): void {
    this.#endpoints.delete(endpoint.key);
    this.#usedAt.delete(endpoint);
    this.#onForgotten(endpoint);
  }

  all(): readonly Endpoint[] {
    return [...this.#endpoints.values()];
  }
}
