/** One bound address: accepts, chooses the filter chain, keeps track of its connections. A new configuration swaps `current`. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@weft/base';
import { addressKey, type FilterChain } from '@weft/engine';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import type { Loop } from '../net/loop.ts';
import { acceptedWire } from '../net/open-wire.ts';
import type { Wire } from '../net/wire.ts';
import type { Overload } from '../overload/overload.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ServedConnection } from '../stream/network-filter.ts';
import type { ListenerStats } from '../telemetry/listener-stats.ts';
import type { CompiledListener } from './compiled-listener.ts';
import { joinHostPort, Opening, type Peer } from './opening.ts';

/** A connection that is ready for its network filter. */
interface Opened {
  readonly compiled: CompiledListener;
  readonly chain: FilterChain;
  readonly wire: Wire;
  readonly info: ConnectionInfo;
  readonly early: Buffer;
}

let lastConnectionId = 0;

export class ListenerServer {
  readonly #loop: Loop;
  readonly #logger: Logger;
  readonly #stats: ListenerStats;
  readonly #server: Server;
  readonly #overload: Overload;
  readonly #connections = new Set<ServedConnection>();
  #current: CompiledListener;
  #accepting = true;
  #onEmpty: (() => void) | undefined = undefined;

  constructor(compiled: CompiledListener, loop: Loop, stats: ListenerStats, logger: Logger, overload: Overload) {
    this.#current = compiled;
    this.#loop = loop;
    this.#stats = stats;
    this.#logger = logger;
    this.#overload = overload;
    this.#server = createServer({ pauseOnConnect: true, allowHalfOpen: true, noDelay: true }, (socket) =>
      this.#accept(socket),
    );
  }

  get current(): CompiledListener {
    return this.#current;
  }

  /** The address in use; undefined before `bind` and after the end. */
  get address(): HostPort | undefined {
    const bound = this.#server.address();
    return bound === null || typeof bound === 'string' ? undefined : { host: bound.address, port: bound.port };
  }

  get connections(): number {
    return this.#connections.size;
  }

  /** Starts to listen. Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL). */
  bind(): Promise<void> {
    const { address, backlog, reusePort } = this.#current.listener;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const where = address.kind === 'pipe' ? { path: address.path } : { host: address.host, port: address.port };
      // Not every system has SO_REUSEPORT; without it a port is simply exclusive.
      const share = address.kind !== 'pipe' && reusePort && process.platform === 'linux';
      this.#server.listen(
        {
          ...where,
          exclusive: true,
          ...(share ? { reusePort: true } : {}),
          ...(backlog === undefined ? {} : { backlog }),
        },
        () => {
          this.#server.removeListener('error', reject);
          this.#server.on('error', (error) => this.#logger.error('a listener failed', { cause: error.message }));
          resolve();
        },
      );
    });
  }

  /** Serves new connections by `compiled`; those there are finish what they are doing by the old rules. */
  replace(compiled: CompiledListener): void {
    const old = this.#current;
    this.#current = compiled;
    for (const filter of old.filters.values()) filter.drain();
    // One that is being opened is drained when it is served.
    for (const connection of this.#connections) if (!(connection instanceof Opening)) connection.drain();
  }

  #accept(socket: Socket): void {
    const { localAddress: localHost = '', localPort = 0, remoteAddress: remoteHost = '', remotePort = 0 } = socket;
    this.#stats.downstreamCxTotal.inc();
    if (!this.#accepting || remoteHost === '') {
      socket.destroy();
      return;
    }
    const admission = this.#overload.admit(this.#current.listener.name, this.#connections.size);
    if (admission !== 'admitted') {
      const { downstreamCxOverflow, downstreamGlobalCxOverflow } = this.#stats;
      (admission === 'listener-full' ? downstreamCxOverflow : downstreamGlobalCxOverflow).inc();
      socket.destroy();
      return;
    }
    const peer: Peer = {
      id: ++lastConnectionId,
      localHost,
      localPort,
      localAddress: joinHostPort(localHost, localPort),
      remoteHost,
      remotePort,
      remoteAddress: joinHostPort(remoteHost, remotePort),
    };
    const loop = this.#loop;
    const compiled = this.#current;
    loop.enter();
    const wire = acceptedWire(loop, socket, compiled.listener.perConnectionBufferLimitBytes);
    const startedAt = loop.now;
    this.#stats.downstreamCxActive.inc();
    const onGone = (connection: ServedConnection): void => {
      this.#connections.delete(connection);
      this.#overload.release();
      this.#stats.downstreamCxActive.dec();
      this.#stats.downstreamCxLengthMs.record(loop.now - startedAt);
      if (this.#connections.size === 0) this.#onEmpty?.();
    };
    const opening: Opening = new Opening({
      compiled,
      peer,
      wire,
      stats: this.#stats,
      logger: this.#logger,
      onGone: () => onGone(opening),
      onOpen: (chain, ready, info, early) =>
        this.#serve(opening, { compiled, chain, wire: ready, info, early }, onGone),
    });
    this.#connections.add(opening);
    wire.give(opening);
    opening.start();
    if (!wire.closed) wire.start();
    loop.leave();
  }

  #serve(opening: Opening, opened: Opened, onGone: (connection: ServedConnection) => void): void {
    const { compiled, chain, wire, info, early } = opened;
    const filter = compiled.filters.get(chain);
    if (filter === undefined) {
      wire.destroy();
      onGone(opening);
      return;
    }
    const served: ServedConnection = filter.serve(wire, info, () => onGone(served));
    this.#connections.delete(opening);
    this.#connections.add(served);
    wire.give(served);
    if (early.length > 0) served.onBytes(early);
    if (!wire.paused) wire.start();
    // Configuration changed while the connection was being opened: it is served by the old one, and like others of that time drained.
    if (compiled !== this.#current || !this.#accepting) served.drain();
  }

  /** Memory is short: connections without work end now, those at work with their answers. */
  shed(): void {
    this.#loop.enter();
    for (const connection of [...this.#connections]) connection.drain();
    this.#loop.leave();
  }

  /** Stops accepting. What is open goes on. */
  stopAccepting(): void {
    this.#accepting = false;
    this.#server.close();
  }

  /** Stops accepting and resolves when every connection has ended. */
  drain(): Promise<void> {
    this.stopAccepting();
    for (const filter of this.#current.filters.values()) filter.drain();
    if (this.#connections.size === 0) return Promise.resolve();
    const empty = new Promise<void>((resolve) => {
      this.#onEmpty = resolve;
    });
    this.#loop.enter();
    for (const connection of [...this.#connections]) connection.drain();
    this.#loop.leave();
    return empty;
  }

  destroy(): void {
    this.stopAccepting();
    for (const connection of [...this.#connections]) connection.destroy();
  }

  get key(): string {
    return addressKey(this.#current.listener.address);
  }
}
