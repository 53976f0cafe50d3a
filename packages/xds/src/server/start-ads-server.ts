import { status as Code, Server, ServerCredentials, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Clock } from '@weft/base';
import type {
  DeltaDiscoveryRequest,
  DiscoveryRequest,
  DiscoveryResponse,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_SERVICE } from '../ads-service.ts';
import type { AdsLimits, AdsServer, AdsServerOptions, BoundAddress } from './ads-server.ts';
import { encodeDelta, ofDelta, ofSotw, toSotw } from './kind-request.ts';
import {
  type AdmittedStream,
  ProxyStream,
  type StreamOwner,
  type StreamRequest,
  type Variant,
} from './proxy-stream.ts';
import { Session } from './session.ts';
import { SettlementWaiters } from './settlement.ts';

const LIMITS: AdsLimits = { maxRequestBytes: 4 << 20, maxStreams: 5_000, maxNames: 100_000 };

/** Pings find dead peers; Envoy and we ping every 30 s as Istio's bootstrap does. */
const KEEPALIVE_TIME_MS = 30_000;
const KEEPALIVE_TIMEOUT_MS = 10_000;
const SHUTDOWN_MS = 1_000;

/** Delta responses come encoded. */
const SERVICE = {
  ...ADS_SERVICE,
  DeltaAggregatedResources: {
    ...ADS_SERVICE.DeltaAggregatedResources,
    responseSerialize: (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  },
};

/**
 * Serves ADS in plaintext gRPC on `address` (port 0: a free one). Rejects with an error whose `code` is `EADDRINUSE` when the port is
 * taken.
 */
export async function startAdsServer(address: BoundAddress, options: AdsServerOptions): Promise<AdsServer> {
  const limits = { ...LIMITS, ...options.limits };
  const streams = new Map<number, AdmittedStream>();
  const waiters = new SettlementWaiters(() => streams.values(), options.clock);
  const owner = ownerOf(options, streams, waiters);
  const server = new Server({
    'grpc.max_receive_message_length': limits.maxRequestBytes,
    'grpc.max_send_message_length': -1,
    'grpc.keepalive_time_ms': KEEPALIVE_TIME_MS,
    'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
  });
  const open = { count: 0, last: 0 };
  const accept = <Req extends StreamRequest, Res>(
    call: ServerDuplexStream<Req, Res>,
    mode: 'delta' | 'sotw',
    variant: Variant<Req, Res>,
  ): void => {
    if (open.count >= limits.maxStreams) {
      const details = `${limits.maxStreams} xDS streams are open; this server takes no more`;
      call.emit('error', { code: Code.RESOURCE_EXHAUSTED, details });
      return;
    }
    open.count++;
    const session = new Session(mode, options.clock, limits.maxNames);
    new ProxyStream(++open.last, session, call, variant, owner, () => open.count--);
  };
  server.addService(SERVICE, {
    StreamAggregatedResources: (call: ServerDuplexStream<DiscoveryRequest, DiscoveryResponse>) =>
      accept(call, 'sotw', { request: ofSotw, response: toSotw }),
    DeltaAggregatedResources: (call: ServerDuplexStream<DeltaDiscoveryRequest, Uint8Array>) =>
      accept(call, 'delta', { request: ofDelta, response: encodeDelta }),
  });
  const port = await bind(server, address);
  const close = async (): Promise<void> => {
    for (const stream of [...streams.values()]) stream.disconnect('the control plane is shutting down');
    waiters.finishAll();
    await shutDown(server, options.clock);
  };
  return {
    address: { host: address.host, port },
    get connected() {
      return streams.size;
    },
    proxies: () => [...streams.values()].map((stream) => stream.status()),
    whenSettled: (generation, { timeoutMs, signal }) => waiters.wait(generation, timeoutMs, signal),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function ownerOf(
  options: AdsServerOptions,
  streams: Map<number, AdmittedStream>,
  waiters: SettlementWaiters,
): StreamOwner {
  return {
    options,
    admitted(stream) {
      streams.set(stream.connection, stream);
      options.source.connected(stream);
    },
    progressed: () => waiters.check(),
    ended(stream, reason) {
      if (!streams.delete(stream.connection)) return;
      options.source.disconnected(stream, reason);
      waiters.check();
    },
  };
}

function bind(server: Server, { host, port }: BoundAddress): Promise<number> {
  const target = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(target, ServerCredentials.createInsecure(), (error, bound) => {
      if (error === null) resolve(bound);
      // grpc-js puts the system's error into the text only.
      else reject(Object.assign(error, error.message.includes('EADDRINUSE') ? { code: 'EADDRINUSE' } : {}));
    });
  });
}

/** Lets the ends of streams reach their proxies, then closes what is left. */
function shutDown(server: Server, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    const deadline = clock.after(SHUTDOWN_MS, () => {
      server.forceShutdown();
      resolve();
    });
    server.tryShutdown(() => {
      deadline.cancel();
      resolve();
    });
  });
}
