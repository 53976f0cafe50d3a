import { fromBinary } from '@bufbuild/protobuf';
import {
  type DeltaDiscoveryRequest,
  DeltaDiscoveryRequestSchema,
  type DiscoveryRequest,
  DiscoveryRequestSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { ADS_PATHS } from '../ads-paths.ts';
import type { AdsLimits, AdsServer, AdsServerOptions, BoundAddress } from './ads-server.ts';
import { startGrpcServer } from './grpc-server.ts';
import { GRPC_CODE, type GrpcStream } from './grpc-stream.ts';
import { encodeDelta, encodeSotw, ofDelta, ofSotw } from './kind-request.ts';
import {
  type AdmittedStream,
  ProxyStream,
  type StreamOwner,
  type StreamRequest,
  type Variant,
} from './proxy-stream.ts';
import { Session } from './session.ts';
import { SettlementWaiters } from './settlement.ts';

const SOTW: Variant<DiscoveryRequest> = {
  decode: (bytes) => fromBinary(DiscoveryRequestSchema, bytes),
  request: ofSotw,
  encode: encodeSotw,
};
const DELTA: Variant<DeltaDiscoveryRequest> = {
  decode: (bytes) => fromBinary(DeltaDiscoveryRequestSchema, bytes),
  request: ofDelta,
  encode: encodeDelta,
};

const LIMITS: AdsLimits = { maxRequestBytes: 4 << 20, maxStreams: 5_000, maxNames: 100_000 };

/**
 * Serves ADS over gRPC on `address` (port 0: a free one). Rejects with an error whose `code` is `EADDRINUSE` when the port is
 * taken.
 */
export async function startAdsServer(address: BoundAddress, options: AdsServerOptions): Promise<AdsServer> {
  const limits = { ...LIMITS, ...options.limits };
  const streams = new Map<number, AdmittedStream>();
  const waiters = new SettlementWaiters(() => streams.values(), options.clock);
  const owner = ownerOf(options, streams, waiters);
  const open = { count: 0, last: 0 };
  const accept = <Req extends StreamRequest>(call: GrpcStream, mode: 'delta' | 'sotw', variant: Variant<Req>): void => {
    if (open.count >= limits.maxStreams) {
      call.finish(GRPC_CODE.resourceExhausted, `${limits.maxStreams} xDS streams are open; this server takes no more`);
      return;
    }
    open.count++;
    const session = new Session(mode, options.clock, limits.maxNames);
    new ProxyStream(++open.last, session, call, variant, owner, () => open.count--);
  };
  const server = await startGrpcServer(address, {
    clock: options.clock,
    logger: options.logger,
    tls: options.tls,
    maxRequestBytes: limits.maxRequestBytes,
    methods: new Map([
      [ADS_PATHS.sotw, (call) => accept(call, 'sotw', SOTW)],
      [ADS_PATHS.delta, (call) => accept(call, 'delta', DELTA)],
    ]),
  });
  const close = async (): Promise<void> => {
    for (const stream of [...streams.values()]) stream.disconnect('the control plane is shutting down');
    waiters.finishAll();
    await server.close();
  };
  return {
    address: server.address,
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
      waiters.left(stream);
    },
  };
}
