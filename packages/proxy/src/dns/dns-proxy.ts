/** The sidecar's DNS server: names of the mesh are answered here, everything else by the resolvers of the machine. UDP and TCP, one port. */
import type { Socket as UdpSocket } from 'node:dgram';
import type { Server, Socket } from 'node:net';
import type { Clock, Logger, Random, Timer } from '@weft/base';
import type { HostPort } from '../bootstrap/bootstrap.ts';
import type { Counter } from '../telemetry/stat.ts';
import { Forwarder, framed } from './forwarder.ts';
import type { Found, NameLookup } from './name-lookup.ts';
import { type Query, RCODE, readQuery, TYPE, udpLimit, writeAnswer, writeFailure, writeTruncated } from './wire.ts';

export interface DnsProxyOptions {
  readonly address: HostPort;
  readonly upstreams: readonly HostPort[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly stats: DnsStats;
}

/** Istio's agent counts the same (`dns_requests_total` and its siblings). */
export interface DnsStats {
  readonly requests: Counter;
  readonly upstreamRequests: Counter;
  /** Questions that nobody answered in time. */
  readonly upstreamFailures: Counter;
  /** Messages that are no query. */
  readonly malformed: Counter;
}

/** Clients may keep an answer this long: little, so that they follow the mesh (pkg/dns/client, defaultTTLInSeconds). */
const TTL_S = 30;
const UPSTREAM_TIMEOUT_MS = 5000;
const MAX_IN_FLIGHT = 512;
const MAX_CONNECTIONS = 128;
/** Questions of one connection that wait for an answer. */
const MAX_PIPELINED = 32;
const MAX_TCP_QUERY_BYTES = 4096;
const TCP_IDLE_MS = 10_000;
const BIND_AGAIN_MS = 2000;

export class DnsProxy {
  readonly #options: DnsProxyOptions;
  readonly #forwarder: Forwarder;
  readonly #connections = new Set<Socket>();
  #names: NameLookup | undefined;
  #udp: UdpSocket | undefined;
  #tcp: Server | undefined;
  #again: Timer | undefined;
  #closed = false;
  /** Both sockets are bound, to this address. */
  readonly bound: Promise<HostPort>;
  #settle: (address: HostPort) => void = () => undefined;

  constructor(options: DnsProxyOptions) {
    this.#options = options;
    const { upstreams: servers, clock } = options;
    this.#forwarder = new Forwarder({ servers, clock, maxInFlight: MAX_IN_FLIGHT, timeoutMs: UPSTREAM_TIMEOUT_MS });
    this.bound = new Promise((resolve) => (this.#settle = resolve));
    void this.#bind();
  }

  /** From now on these names are answered. Until the first call nothing is. */
  use(names: NameLookup): void {
    this.#names = names;
  }

  get names(): number {
    return this.#names?.size ?? 0;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#again?.cancel();
    this.#forwarder.close();
    for (const socket of this.#connections) socket.destroy();
    await this.#unbind();
  }

  async #unbind(): Promise<void> {
    const udp = this.#udp;
    const tcp = this.#tcp;
    this.#udp = undefined;
    this.#tcp = undefined;
    await Promise.all([
      udp && new Promise<void>((resolve) => udp.close(resolve)),
      tcp && new Promise<void>((resolve) => tcp.close(() => resolve())),
    ]);
  }

  /** A port that is taken keeps nothing else from working, and is tried again. */
  async #bind(): Promise<void> {
    const { address, clock, logger } = this.#options;
    try {
      const port = await this.#listenTcp(address);
      await this.#listenUdp({ host: address.host, port });
      logger.info('answering DNS', { address: `${address.host}:${port}`, upstreams: this.#options.upstreams.length });
      this.#settle({ host: address.host, port });
    } catch (error) {
      await this.#unbind();
      if (this.#closed) return;
      logger.error('the DNS port cannot be bound and is tried again', {
        address: `${address.host}:${address.port}`,
        cause: error instanceof Error ? error.message : String(error),
      });
      this.#again = clock.after(BIND_AGAIN_MS, () => void this.#bind());
    }
    if (this.#closed) await this.#unbind();
  }

  #listenTcp({ host, port }: HostPort): Promise<number> {
    const server = process
      .getBuiltinModule('node:net')
      .createServer({ noDelay: true }, (socket) => this.#accept(socket));
    server.maxConnections = MAX_CONNECTIONS;
    this.#tcp = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port }, () => {
        server.removeListener('error', reject);
        server.on('error', (error) => this.#options.logger.warn('a DNS connection failed', { cause: error.message }));
        const bound = server.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  }

  #listenUdp({ host, port }: HostPort): Promise<void> {
    const socket = process.getBuiltinModule('node:dgram').createSocket(host.includes(':') ? 'udp6' : 'udp4');
    this.#udp = socket;
    socket.on('message', (message, from) => {
      this.#answer('udp', message, (reply) => {
        if (this.#udp === socket) socket.send(reply, from.port, from.address, ignoreUnreachable);
      });
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port }, () => {
        socket.removeListener('error', reject);
        socket.on('error', (error) => this.#options.logger.warn('the DNS socket failed', { cause: error.message }));
        resolve();
      });
    });
  }

  #accept(socket: Socket): void {
    this.#connections.add(socket);
    let received: Buffer = Buffer.alloc(0);
    let waiting = 0;
    socket.setTimeout(TCP_IDLE_MS, () => socket.destroy());
    // How a client leaves does not matter.
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#connections.delete(socket));
    const take = (): void => {
      while (waiting < MAX_PIPELINED && received.length >= 2) {
        const length = received.readUInt16BE(0);
        if (length > MAX_TCP_QUERY_BYTES) return void socket.destroy();
        if (received.length < 2 + length) return;
        const message = received.subarray(2, 2 + length);
        received = received.subarray(2 + length);
        waiting++;
        const understood = this.#answer('tcp', message, (reply) => {
          waiting--;
          if (socket.destroyed) return;
          // A client that does not read its answers gets no more of them.
          if (!socket.write(framed(reply)) && socket.writableLength > 0xffff) return void socket.destroy();
          socket.resume();
          queueMicrotask(take);
        });
        if (!understood) return void socket.destroy();
      }
      if (waiting >= MAX_PIPELINED) socket.pause();
    };
    socket.on('data', (chunk: Buffer) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      take();
    });
  }

  /** False when the message gets no reply at all. `reply` is called at most once, perhaps later. */
  #answer(protocol: 'udp' | 'tcp', message: Uint8Array, reply: (bytes: Uint8Array) => void): boolean {
    const { stats } = this.#options;
    stats.requests.inc();
    const read = readQuery(message);
    if (read.kind === 'refused') {
      stats.malformed.inc();
      if (read.reply !== undefined) reply(read.reply);
      return read.reply !== undefined;
    }
    const { query } = read;
    const names = this.#names;
    if (names === undefined) {
      reply(writeFailure(query, RCODE.SERVFAIL));
      return true;
    }
    const found = query.name === undefined || !query.isInternet ? undefined : names.find(query.name);
    const limit = protocol === 'udp' ? udpLimit(query) : 0xffff;
    const addresses = found === undefined ? undefined : this.#addresses(found, query.type);
    if (addresses === undefined) this.#forward(protocol, message, query, limit, reply);
    else reply(writeAnswer(query, { addresses, canonical: found?.canonical, ttlS: TTL_S }, limit));
    return true;
  }

  /** Turned by chance, so that clients that take the first spread out. Undefined for questions that others have to answer. */
  #addresses({ v4, v6, isOurs }: Found, type: number): readonly Uint8Array[] | undefined {
    if (type !== TYPE.A && type !== TYPE.AAAA) return isOurs ? [] : undefined;
    const all = type === TYPE.A ? v4 : v6;
    if (all.length < 2) return all;
    const first = this.#options.random.below(all.length);
    return [...all.slice(first), ...all.slice(0, first)];
  }

  #forward(
    protocol: 'udp' | 'tcp',
    message: Uint8Array,
    query: Query,
    limit: number,
    reply: (bytes: Uint8Array) => void,
  ): void {
    const { stats } = this.#options;
    stats.upstreamRequests.inc();
    this.#forwarder.ask(protocol, message.slice(), query, (answer) => {
      if (answer === undefined) stats.upstreamFailures.inc();
      if (answer === undefined) reply(writeFailure(query, RCODE.SERVFAIL));
      else reply(answer.length > limit ? writeTruncated(query) : answer);
    });
  }
}

function ignoreUnreachable(): void {
  // A client may be gone by the time its answer comes.
}
