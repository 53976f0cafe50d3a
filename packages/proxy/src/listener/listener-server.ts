/** One bound address: accepts, chooses the filter chain, keeps track of its connections. A new configuration swaps `current`. */
import { createServer, type Server, type Socket } from 'node:net';
import type { Logger } from '@weft/base';
import { addressKey, type FilterChain, type Listener } from '@weft/engine';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import { joinHostPort } from '../net/host-port.ts';
import type { Loop } from '../net/loop.ts';
import { acceptedWire } from '../net/open-wire.ts';
import { socketOptions } from '../net/socket-options.ts';
import type { Wire } from '../net/wire.ts';
import type { Overload } from '../overload/overload.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import type { ServedConnection } from '../stream/network-filter.ts';
import type { ListenerStats } from '../telemetry/listener-stats.ts';
import type { CompiledListener } from './compiled-listener.ts';
import { Opening, type Peer } from './opening.ts';

/** A connection that is ready for its network filter. */
interface Opened {
  readonly compiled: CompiledListener;
  readonly chain: FilterChain;
  readonly wire: Wire;
  readonly info: ConnectionInfo;
  readonly early: Buffer;
}

/** The listener for connections to an address, if one has it. */
export type HandOver = (destination: HostPort) => ListenerServer | undefined;

let lastConnectionId = 0;

/** Turns of the event loop in which a listener that closes still takes what the system has queued; more would be new arrivals. */
const MAX_LAST_TURNS = 16;

/** What `net.Server` keeps of the operating system's socket. Not in Node's documentation; see docs/decisions/0150. */
interface RawServer {
  _handle?: { readonly fd?: number } | null;
}

export class ListenerServer {
  readonly #loop: Loop;
  readonly #logger: Logger;
  readonly #stats: ListenerStats;
  readonly #server: Server;
  readonly #overload: Overload;
  readonly #handOver: HandOver;
  readonly #connections = new Set<ServedConnection>();
  #current: CompiledListener;
  #accepting = true;
  #accepted = 0;
  #discouraged = false;
  #closing: Promise<void> | undefined = undefined;
  #drained: Promise<void> | undefined = undefined;
  readonly #onEmpty: (() => void)[] = [];

  /** `handOver`: who takes captured connections of a listener with `use_original_dst`. */
  constructor(
    compiled: CompiledListener,
    loop: Loop,
    stats: ListenerStats,
    logger: Logger,
    overload: Overload,
    handOver: HandOver,
  ) {
    this.#handOver = handOver;
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

  /** The number of the listening socket in this process, for a successor to inherit; undefined while there is none. */
  get fd(): number | undefined {
    const raw: Server & RawServer = this.#server;
    const fd = raw._handle?.fd;
    return fd === undefined || fd < 0 ? undefined : fd;
  }

  /**
   * Starts to listen, on a socket inherited from the process before this one when there is one.
   * Rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL).
   */
  bind(inherited: number | undefined): Promise<void> {
    const { listener } = this.#current;
    const { address, backlog } = listener;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      const where =
        inherited !== undefined
          ? { fd: inherited }
          : address.kind === 'pipe'
            ? { path: address.path }
            : { host: address.host, port: address.port };
      const share = inherited === undefined && sharesPort(listener);
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
          if (!listener.transparent || this.#becomeTransparent()) resolve();
          else {
            this.#server.close();
            reject(new Error('the system refuses IP_TRANSPARENT, which takes the capability CAP_NET_ADMIN'));
          }
        },
      );
    });
  }

  #becomeTransparent(): boolean {
    const options = socketOptions();
    return options.ok && options.value.setTransparent(this.#server);
  }

  /** Serves new connections by `compiled`; those there are finish what they are doing by the old rules. */
  replace(compiled: CompiledListener): void {
    const old = this.#current;
    this.#current = compiled;
    if (this.#discouraged) for (const filter of compiled.filters.values()) filter.drain();
    for (const filter of old.filters.values()) filter.drain();
    // One that is being opened is drained when it is served.
    for (const connection of this.#connections) if (!(connection instanceof Opening)) connection.drain();
  }

  #accept(socket: Socket): void {
    const { localAddress: accepted = '', localPort: acceptedAt = 0 } = socket;
    const { remoteAddress: remoteHost = '', remotePort = 0 } = socket;
    this.#accepted++;
    if (!this.#accepting || remoteHost === '') {
      this.#stats.downstreamCxTotal.inc();
      socket.destroy();
      return;
    }
    const { originalDestination, listener } = this.#current;
    const destination = originalDestination?.(socket);
    const { host: localHost, port: localPort } = destination ?? { host: accepted, port: acceptedAt };
    const peer: Peer = {
      id: ++lastConnectionId,
      localHost,
      localPort,
      localAddress: joinHostPort(localHost, localPort),
      redirected: destination !== undefined,
      remoteHost,
      remotePort,
      remoteAddress: joinHostPort(remoteHost, remotePort),
    };
    if (this.#loop.ownDials?.has(peer.remoteAddress, peer.localAddress) === true) {
      this.#stats.downstreamCxTotal.inc();
      this.#logger.error('refused a connection of this proxy that came back to it', {
        destination: peer.localAddress,
        remedy: "exempt the proxy's own user from the redirect (weft intercept --proxy-uid)",
      });
      socket.destroy();
      return;
    }
    const taker = listener.useOriginalDst && destination !== undefined ? this.#handOver(destination) : undefined;
    (taker ?? this).#take(socket, peer);
  }

  /** Takes a connection that it accepted, or that another listener handed over. */
  #take(socket: Socket, peer: Peer): void {
    this.#stats.downstreamCxTotal.inc();
    const admission = this.#overload.admit(this.#current.listener.name, this.#connections.size);
    if (admission !== 'admitted') {
      const { downstreamCxOverflow, downstreamGlobalCxOverflow } = this.#stats;
      (admission === 'listener-full' ? downstreamCxOverflow : downstreamGlobalCxOverflow).inc();
      socket.destroy();
      return;
    }
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
      if (this.#connections.size === 0) for (const resolve of this.#onEmpty.splice(0)) resolve();
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

  /** From now on every answer closes its connection (HTTP/2: GOAWAY). Connections without a request stay open, new ones are accepted. */
  discourage(): void {
    this.#discouraged = true;
    for (const filter of this.#current.filters.values()) filter.drain();
  }

  /** Stops accepting, once everybody has been taken who is queued already: closing the socket would reset them. What is open goes on. */
  stopAccepting(): Promise<void> {
    this.#closing ??= this.#takeQueued().then(() => this.#stop());
    return this.#closing;
  }

  async #takeQueued(): Promise<void> {
    for (let turn = 0; turn < MAX_LAST_TURNS && this.#server.listening; turn++) {
      const before = this.#accepted;
      await new Promise((resolve) => setImmediate(resolve));
      if (turn > 0 && before === this.#accepted) return;
    }
  }

  #stop(): void {
    this.#accepting = false;
    this.#server.close();
  }

  /** Stops accepting and resolves when every connection has ended. */
  drain(): Promise<void> {
    this.#drained ??= this.#drain();
    return this.#drained;
  }

  async #drain(): Promise<void> {
    this.discourage();
    await this.stopAccepting();
    this.#loop.enter();
    for (const connection of [...this.#connections]) connection.drain();
    this.#loop.leave();
    await this.idle();
  }

  /** Resolves when no connection is open. */
  idle(): Promise<void> {
    if (this.#connections.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#onEmpty.push(resolve));
  }

  destroy(): void {
    this.#stop();
    for (const connection of [...this.#connections]) connection.destroy();
  }

  /** Still takes connections, its own or handed over. */
  get accepting(): boolean {
    return this.#accepting;
  }

  get key(): string {
    return addressKey(this.#current.listener.address);
  }
}

/** Whether several sockets may listen on its port: not on every system, and not for a pipe. */
export function sharesPort({ address, reusePort }: Listener): boolean {
  return address.kind !== 'pipe' && reusePort && process.platform === 'linux';
}
