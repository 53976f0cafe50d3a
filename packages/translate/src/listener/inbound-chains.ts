import type { ConnectionPoolSettings } from '@weft/config';
import type { MeshProxy, MutualTlsMode, Origin, Protocol, Snapshot } from '@weft/mesh';
import { isHttp } from '@weft/mesh';
import { downstreamTls } from '../gateway/downstream-tls.ts';
import { BLACK_HOLE_CLUSTER } from '../names.ts';
import { originMetadata } from '../origin.ts';
import { inboundRoutes } from '../route/inbound-routes.ts';
import { accessLogs } from './access-log.ts';
import { type ChainOption, chainOptions } from './chain-options.ts';
import { connectionManager } from './connection-manager.ts';
import type { InboundPort } from './inbound-ports.ts';
import type { ChainInit } from './listener.ts';
import { inboundMutualTls } from './mutual-tls.ts';
import { tcpProxy } from './tcp.ts';

/** What takes the connections of a port, or of the ports that nobody declared. */
export interface InboundTaker {
  readonly cluster: string;
  /** 0 for the ports that nobody declared. */
  readonly port: number;
  readonly protocol: Protocol;
  /** Names the traffic in traces. */
  readonly host: string;
  readonly statPrefix: string;
  readonly pool: ConnectionPoolSettings | undefined;
}

export function httpFilter(taker: InboundTaker, snapshot: Snapshot, proxy: MeshProxy): ChainInit['filters'] {
  return [
    connectionManager({
      node: proxy.node,
      mesh: snapshot.mesh,
      logs: accessLogs(snapshot, proxy.node, 'inbound'),
      side: 'inbound',
      statPrefix: taker.statPrefix,
      routes: inboundRoutes(taker),
      forwardProxy: false,
      grpcWeb: taker.protocol === 'grpc-web',
    }),
  ];
}

export function bytesFilter(
  cluster: string,
  snapshot: Snapshot,
  proxy: MeshProxy,
  pool: InboundTaker['pool'],
): ChainInit['filters'] {
  return [
    tcpProxy({
      statPrefix: cluster,
      clusters: [{ cluster, weight: 0 }],
      logs: accessLogs(snapshot, proxy.node, 'inbound'),
      pool,
    }),
  ];
}

export interface CapturedChainsInput {
  readonly taker: InboundTaker;
  /** The port they match; undefined for all. */
  readonly port: number | undefined;
  readonly mode: MutualTlsMode;
  readonly tls: InboundPort['tls'];
  readonly nameOf: (takenBy: ChainOption['takenBy']) => string;
  readonly origin: Origin | undefined;
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
}

/** The chains of a captured port (core/listener_inbound.go, inboundChainForOpts). TLS of the Sidecar counts where the mesh's is turned off. */
export function capturedChains(input: CapturedChainsInput): readonly ChainInit[] {
  const { taker, mode, tls, snapshot } = input;
  if (tls !== undefined && mode === 'disable') {
    const takenBy = insideTls(taker.protocol);
    return [
      chain(
        { takenBy, transport: 'tls', alpn: [], mutualTls: false },
        downstreamTls(tls, takenBy === 'http', input.proxy.node.certificates),
        input,
      ),
    ];
  }
  return chainOptions(mode, taker.protocol, input.proxy.node.certificates !== 'none').map((option) => {
    const ends = option.mutualTls && option.takenBy !== 'nothing';
    const { certificates } = input.proxy.node;
    return chain(option, ends ? inboundMutualTls(snapshot.mesh, certificates, option.takenBy) : undefined, input);
  });
}

/** What is inside, once TLS is ended. */
export function insideTls(protocol: Protocol): 'http' | 'bytes' {
  return isHttp(protocol) || protocol === 'https' ? 'http' : 'bytes';
}

function chain(
  { takenBy, transport, alpn }: ChainOption,
  transportSocket: ChainInit['transportSocket'],
  { taker, port, nameOf, origin, snapshot, proxy }: CapturedChainsInput,
): ChainInit {
  const cluster = takenBy === 'nothing' ? BLACK_HOLE_CLUSTER : taker.cluster;
  const filters =
    takenBy === 'http' ? httpFilter(taker, snapshot, proxy) : bytesFilter(cluster, snapshot, proxy, taker.pool);
  return {
    name: nameOf(takenBy),
    filterChainMatch: {
      ...(port !== undefined && { destinationPort: port }),
      transportProtocol: transport,
      applicationProtocols: [...alpn],
    },
    ...(filters && { filters }),
    ...(transportSocket && { transportSocket }),
    ...(origin && { metadata: originMetadata(origin) }),
  };
}
