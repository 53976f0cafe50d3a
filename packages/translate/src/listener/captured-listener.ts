import { create } from '@bufbuild/protobuf';
import type { EgressListener, MeshProxy, Snapshot } from '@weft/mesh';
import type { CidrRange } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import { CidrRangeSchema } from '@weft/xds/gen/envoy/config/core/v3/address_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { BLACK_HOLE_CLUSTER, PASSTHROUGH_CHAIN, unknownTrafficCluster } from '../names.ts';
import { accessLogs } from './access-log.ts';
import type { ChainDraft } from './captured-l4.ts';
import { type ChainInit, listener } from './listener.ts';
import { tcpProxy } from './tcp.ts';

export interface CapturedScope {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
}

/** An outbound listener with the route configuration it asks for. */
export interface CapturedListener {
  readonly listener: Listener;
  readonly egress: EgressListener;
  readonly route: CapturedRoute | undefined;
}

export interface CapturedRoute {
  readonly name: string;
  readonly port: number;
  /** The only service behind the listener, when it is one service's own. */
  readonly host: string | undefined;
}

export interface DraftListener {
  readonly bind: string;
  readonly number: number;
  readonly bindToPort: boolean;
  readonly egress: EgressListener;
  readonly route: CapturedRoute | undefined;
  readonly chains: readonly ChainDraft[];
}

/**
 * A chain that takes everything becomes the default, so that a connection that a more specific chain began to match does not end with
 * none (buildListenerFromEntry). Where there is none, the rest goes where connections to unknown addresses go.
 */
export function finishListener(draft: DraftListener, scope: CapturedScope): CapturedListener {
  const { bind, number, bindToPort, chains } = draft;
  const specific = chains.filter((chain) => !takesAll(chain)).map(chainOf);
  const rest = chains.find(takesAll)?.content;
  const sniffsHttp = chains.some(({ alpn }) => alpn.length > 0);
  const only = specific.length === 0 && rest !== undefined;
  return {
    egress: draft.egress,
    route: draft.route,
    listener: listener({
      name: `${bind}_${number}`,
      host: bind,
      port: number,
      direction: 'outbound',
      chains: only ? [rest] : specific,
      defaultChain: only ? undefined : (rest ?? { name: PASSTHROUGH_CHAIN, ...unknownDestination(scope) }),
      inspect: { tls: chains.some(({ serverNames }) => serverNames.length > 0), http: sniffsHttp },
      protocolDetectionTimeoutMs: sniffsHttp ? scope.snapshot.mesh.protocolDetectionTimeoutMs : 0,
      origin: undefined,
      ...(!bindToPort && { captured: 'handed-over' as const }),
    }),
  };
}

function takesAll({ serverNames, alpn, transport, destinations }: ChainDraft): boolean {
  const anyName = serverNames.length === 0 || serverNames.includes('*');
  return anyName && alpn.length === 0 && transport === '' && destinations.length === 0;
}

function chainOf({ serverNames, alpn, transport, destinations, content }: ChainDraft): ChainInit {
  return {
    ...content,
    filterChainMatch: {
      serverNames: serverNames.includes('*') ? [] : [...serverNames].sort(),
      applicationProtocols: [...alpn],
      transportProtocol: transport,
      prefixRanges: destinations.map(cidr),
    },
  };
}

function cidr(block: string): CidrRange {
  const [addressPrefix = '', bits] = block.split('/');
  return create(CidrRangeSchema, { addressPrefix, prefixLen: Number(bits) });
}

/** Connections that no service takes: on to where they wanted to go, or nowhere. */
export function unknownDestination({ snapshot, proxy }: CapturedScope): ChainInit {
  const cluster =
    proxy.scope.outbound.mode === 'REGISTRY_ONLY'
      ? BLACK_HOLE_CLUSTER
      : unknownTrafficCluster(proxy.scope.outbound.egressProxy);
  return {
    filters: [
      tcpProxy({
        statPrefix: cluster,
        clusters: [{ cluster, weight: 0 }],
        logs: accessLogs(snapshot, proxy.node, 'outbound'),
        pool: undefined,
      }),
    ],
  };
}
