/**
 * Requests through connection manager, filters, router, pool and both codecs, with memory in the place of sockets: what is measured is
 * our own code and nothing of the kernel's.
 */
import { Socket } from 'node:net';
import { type Decoded, seededRandom, silentLogger, systemClock } from '@weft/base';
import { compileCluster, compileListener } from '@weft/engine';
import { decodeBootstrap } from '../bootstrap/decode.ts';
import { UpstreamCluster } from '../cluster/upstream-cluster.ts';
import { Inheritance } from '../handover/inheritance.ts';
import { compileChains } from '../listener/compiled-listener.ts';
import { Loop } from '../net/loop.ts';
import { Wire, type WireOwner } from '../net/wire.ts';
import { Overload } from '../overload/overload.ts';
import { NO_OVERLOAD } from '../overload/overload-config.ts';
import type { ProxyContext } from '../runtime/proxy-context.ts';
import { onlyThread } from '../runtime/thread-place.ts';
import type { ConnectionInfo } from '../stream/downstream.ts';
import { AccessLogFiles } from '../telemetry/access-log/log-file.ts';
import { clusterStats } from '../telemetry/cluster-stats.ts';
import { LabelTable } from '../telemetry/istio/label-table.ts';
import { StatsRegistry } from '../telemetry/registry.ts';
import { serverStats } from '../telemetry/server-stats.ts';
import { SecretStore } from '../tls/secret-store.ts';

/** A socket that is connected to nothing: what is written to it goes to a function, as the kernel would take it. */
class MemorySocket extends Socket {
  readonly #onWrite: (chunk: string | Uint8Array) => void;

  constructor(onWrite: (chunk: string | Uint8Array) => void) {
    super();
    this.#onWrite = onWrite;
  }

  override write(chunk: string | Uint8Array): boolean {
    this.#onWrite(chunk);
    return true;
  }

  override pause(): this {
    return this;
  }

  override resume(): this {
    return this;
  }
}

/** A cluster whose connections are answered by a function of what was written to them. */
class MemoryCluster extends UpstreamCluster {
  answer: (written: string | Uint8Array) => Buffer = () => Buffer.alloc(0);

  override dial(_endpoint: unknown, _socket: unknown, owner: WireOwner, onConnect: () => void): Wire {
    const wire = new Wire(this.loop, new MemorySocket((chunk) => wire.deliver(this.answer(chunk))));
    wire.give(owner);
    // The pool must hold the wire before it hears that it is connected.
    process.nextTick(() => {
      this.loop.enter();
      onConnect();
      this.loop.leave();
    });
    return wire;
  }
}

const CLIENT: ConnectionInfo = {
  id: 1,
  localHost: '127.0.0.1',
  localPort: 8080,
  localAddress: '127.0.0.1:8080',
  redirected: false,
  remoteHost: '127.0.0.1',
  remotePort: 40000,
  remoteAddress: '127.0.0.1:40000',
  filterChainName: '',
  requestedServerName: '',
  tls: undefined,
};

function accepted<T>(decoded: Decoded<T>): T {
  if (decoded.ok) return decoded.value;
  throw new Error(decoded.issues.map(({ at, message }) => `${at}: ${message}`).join('\n'));
}

function memoryContext(clusters: ProxyContext['clusters']): ProxyContext {
  const clock = systemClock;
  const stats = new StatsRegistry();
  const logger = silentLogger;
  const ignore = (): void => undefined;
  const dropped = serverStats(stats).accessLogDropped;
  return {
    loop: new Loop(clock),
    clock,
    random: seededRandom(1),
    logger,
    stats,
    accessLogs: new AccessLogFiles({ clock, logger, stdout: ignore, stderr: ignore, dropped }),
    labels: new LabelTable(),
    mesh: () => undefined,
    hostname: 'memory',
    localCluster: '',
    overload: new Overload(NO_OVERLOAD, () => 0, clock, logger, stats),
    clusters,
    routes: (name) => ({ name, current: undefined }),
    secrets: new SecretStore(clock, () => undefined, ignore),
    environment: () => undefined,
    place: onlyThread(new Inheritance(undefined)),
  };
}

/**
 * One client connection of a listener and one cluster, as JSON of their xDS messages. Returns what sends the bytes of a request and says how
 * many bytes the answer has; `respond` is the upstream. The first request is answered in the next tick, when its connection is open.
 */
export function memoryForward(
  listener: object,
  cluster: object,
  respond: (request: string | Uint8Array) => Buffer,
): (request: Buffer) => number {
  const node = { id: 'sidecar~127.0.0.1~memory.default~default.svc.cluster.local' };
  const resources = accepted(
    decodeBootstrap({ node, static_resources: { listeners: [listener], clusters: [cluster] } }),
  );
  const clusters = new Map<string, MemoryCluster>();
  const context = memoryContext(clusters);
  for (const message of resources.clusters) {
    const config = accepted(compileCluster(message));
    if (config.discovery.kind !== 'static') throw new Error(`${config.name} must be STATIC`);
    const { loop, random, stats, logger, place, hostname } = context;
    const made = new MemoryCluster(config, undefined, {
      loop,
      random,
      stats: clusterStats(stats, config.statName),
      service: undefined,
      registry: stats,
      logger,
      place,
      hostname,
      environment: () => undefined,
      onWarm: () => undefined,
    });
    made.answer = respond;
    made.update(config.discovery.endpoints);
    clusters.set(config.name, made);
  }
  const compiled = accepted(compileChains(accepted(compileListener(resources.listeners[0]!)), context));
  const [filter] = compiled.filters.values();
  let answered = 0;
  const { loop } = context;
  const wire = new Wire(
    loop,
    new MemorySocket((chunk) => {
      answered += chunk.length;
    }),
  );
  wire.give(filter!.serve(wire, CLIENT, () => undefined));
  return (request) => {
    answered = 0;
    wire.deliver(request);
    // What is gathered goes out, and with it what the answers to that lead to.
    loop.enter();
    loop.leave();
    return answered;
  };
}
