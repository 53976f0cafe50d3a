/**
 * A connection between accept and its network filter: inspected, matched to a filter chain, decrypted.
 * Bounds: `listener_filters_timeout` for inspection, the inspectors' byte limits, the handshake's timeout.
 */
import type { TLSSocket } from 'node:tls';
import type { Logger } from '@weft/base';
import { type FilterChain, planConnection } from '@weft/engine';
import { joinHostPort } from '../net/host-port.ts';
import { secureWire } from '../net/open-wire.ts';
import type { Wire } from '../net/wire.ts';
import type { ConnectionInfo, TlsInfo } from '../stream/downstream.ts';
import type { ServedConnection } from '../stream/network-filter.ts';
import type { ListenerStats } from '../telemetry/listener-stats.ts';
import { Deadline } from '../time/wheel.ts';
import type { DownstreamTls } from '../tls/downstream-tls.ts';
import type { CompiledListener } from './compiled-listener.ts';
import { type Findings, inspect, NOTHING_FOUND, type Wanted, wantedInspections } from './inspection.ts';
import { type ProxyHeader, readProxyHeader } from './proxy-header.ts';
import { acceptTls } from './tls-accept.ts';

/** Facts of the socket itself. */
export type Peer = Omit<ConnectionInfo, 'filterChainName' | 'requestedServerName' | 'tls'>;

export interface OpeningInput {
  readonly compiled: CompiledListener;
  readonly peer: Peer;
  readonly wire: Wire;
  readonly stats: ListenerStats;
  readonly logger: Logger;
  /** The connection is ready for the filter of `chain`; `early` are bytes it must see first. */
  readonly onOpen: (chain: FilterChain, wire: Wire, info: ConnectionInfo, early: Buffer) => void;
  /** It ended before it got there. */
  readonly onGone: () => void;
}

const NO_BYTES: Buffer = Buffer.alloc(0);

export class Opening implements ServedConnection {
  readonly #input: OpeningInput;
  /** Who it is, by the socket or by the PROXY header. */
  #peer: Peer;
  #awaitsHeader: boolean;
  #wanted: Wanted;
  #serverName = '';
  readonly #deadline: Deadline;
  #bytes: Buffer = NO_BYTES;
  #handshake: TLSSocket | undefined = undefined;
  #done = false;

  constructor(input: OpeningInput) {
    this.#input = input;
    this.#peer = input.peer;
    this.#awaitsHeader = input.compiled.proxyProtocol?.appliesTo(input.peer.localPort) ?? false;
    this.#wanted = wantedInspections(input.compiled.listener, input.peer.localPort);
    this.#deadline = new Deadline(() => this.#onDeadline());
  }

  /** Begins: at once when nothing must be known first, else with the first bytes. */
  start(): void {
    const { wire, compiled, stats } = this.#input;
    stats.downstreamPreCxActive.inc();
    if (!this.#awaitsHeader && !this.#wanted.tls && !this.#wanted.http) {
      this.#choose(NOTHING_FOUND);
      return;
    }
    const { listenerFiltersTimeoutMs } = compiled.listener;
    if (listenerFiltersTimeoutMs > 0) wire.loop.wheel.arm(this.#deadline, listenerFiltersTimeoutMs);
  }

  onBytes(chunk: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk]);
    if (this.#awaitsHeader && !this.#takeHeader()) return;
    const inspects = this.#wanted.tls || this.#wanted.http;
    const found = inspects ? inspect(this.#bytes, this.#wanted) : NOTHING_FOUND;
    if (found === undefined) this.#bytes = this.#input.wire.loop.own(this.#bytes);
    else if (found === 'too-large') this.#refuse('its ClientHello is larger than 16 KiB');
    else this.#choose(found);
  }

  /** Takes the PROXY header off the bytes; false while it is incomplete, and when the connection was refused for it. */
  #takeHeader(): boolean {
    const header = readProxyHeader(this.#bytes);
    if (header === undefined) {
      this.#bytes = this.#input.wire.loop.own(this.#bytes);
      return false;
    }
    const options = this.#input.compiled.proxyProtocol;
    const refusal = options?.refuses(header);
    if (refusal !== undefined) {
      this.#refuse(refusal);
      return false;
    }
    this.#awaitsHeader = false;
    if (typeof header !== 'object') return true;
    this.#bytes = this.#bytes.subarray(header.length);
    if (header.addresses !== undefined) {
      this.#peer = peerOf(header.addresses, this.#peer);
      this.#wanted = wantedInspections(this.#input.compiled.listener, this.#peer.localPort);
    }
    return true;
  }

  #onDeadline(): void {
    const { compiled, stats } = this.#input;
    stats.downstreamPreCxTimeout.inc();
    // Who the client is cannot be guessed.
    if (!this.#awaitsHeader && compiled.listener.continueOnListenerFiltersTimeout) this.#choose(NOTHING_FOUND);
    else this.#refuse('it said too little for too long (listener_filters_timeout)');
  }

  #choose(found: Findings): void {
    this.#deadline.disarm();
    const { compiled, stats, wire } = this.#input;
    const peer = this.#peer;
    this.#serverName = found.hello?.serverName ?? '';
    const chain = planConnection(compiled.listener, {
      destinationAddress: peer.localHost,
      destinationPort: peer.localPort,
      serverName: this.#serverName,
      transportProtocol: found.hello === undefined ? 'raw_buffer' : 'tls',
      applicationProtocols: found.applicationProtocols,
      directSourceAddress: this.#input.peer.remoteHost,
      sourceAddress: peer.remoteHost,
      sourcePort: peer.remotePort,
    });
    if (chain === undefined) {
      stats.noFilterChainMatch.inc();
      this.#refuse(`no filter chain is for ${describe(found)}`);
      return;
    }
    const tls = compiled.tls.get(chain);
    if (tls === undefined) this.#open(chain, wire, undefined, this.#bytes);
    else this.#secure(chain, tls, found);
  }

  #secure(chain: FilterChain, tls: DownstreamTls, found: Findings): void {
    const { stats, wire } = this.#input;
    const { hello } = found;
    const greeting = hello === undefined ? undefined : tls.greet(hello);
    if (hello === undefined || greeting === undefined) {
      stats.sslConnectionError.inc();
      this.#refuse('it does not speak TLS, which this port expects');
      return;
    }
    if (!greeting.ok) {
      stats.sslConnectionError.inc();
      this.#refuse(greeting.cause);
      return;
    }
    this.#handshake = acceptTls({
      loop: wire.loop,
      socket: wire.release(),
      peeked: Buffer.from(this.#bytes),
      serverName: hello.serverName,
      greeting: greeting.value,
      timeoutMs: chain.transportSocketConnectTimeoutMs,
      stats,
      onSecure: (socket, info) => this.#open(chain, secureWire(wire.loop, socket), info, NO_BYTES),
      onFailure: (cause) => this.#refuse(cause),
    });
  }

  #open(chain: FilterChain, wire: Wire, tls: TlsInfo | undefined, early: Buffer): void {
    if (!this.#finish()) return;
    this.#input.onOpen(
      chain,
      wire,
      { ...this.#peer, filterChainName: chain.name, requestedServerName: this.#serverName, tls },
      early,
    );
  }

  #finish(): boolean {
    if (this.#done) return false;
    this.#done = true;
    this.#deadline.disarm();
    // The socket's listeners keep this object for as long as the connection lasts.
    this.#bytes = NO_BYTES;
    this.#input.stats.downstreamPreCxActive.dec();
    return true;
  }

  #refuse(cause: string): void {
    if (!this.#finish()) return;
    const { logger, peer, wire, onGone } = this.#input;
    logger.debug('closed a connection before it was served', { client: peer.remoteAddress, cause });
    wire.destroy();
    onGone();
  }

  onEof(): void {
    this.#refuse('the client left before its protocol was known');
  }

  onWritable(): void {
    // Nothing is written before the connection is served.
  }

  onClosed(cause: Error | undefined): void {
    this.#refuse(cause?.message ?? 'the client left');
  }

  /** One that has said something is still opened, and drained by whoever serves it. */
  drain(): void {
    if (this.#bytes.length === 0 && this.#handshake === undefined) this.#refuse('the listener drains');
  }

  destroy(): void {
    this.#handshake?.destroy();
    this.#refuse('the listener is closed');
  }
}

function peerOf({ source, destination }: NonNullable<ProxyHeader['addresses']>, peer: Peer): Peer {
  return {
    id: peer.id,
    localHost: destination.host,
    localPort: destination.port,
    localAddress: joinHostPort(destination.host, destination.port),
    redirected: true,
    remoteHost: source.host,
    remotePort: source.port,
    remoteAddress: joinHostPort(source.host, source.port),
  };
}

function describe({ hello, applicationProtocols }: Findings): string {
  const protocols = applicationProtocols.length === 0 ? '' : ` with ${applicationProtocols.join(', ')}`;
  if (hello === undefined) return `plaintext${protocols}`;
  return `TLS ${hello.serverName === '' ? 'without a server name' : `to ${hello.serverName}`}${protocols}`;
}
