import type { MeshProxy, MutualTlsModes, Snapshot } from '@weft/mesh';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { BLACK_HOLE_CLUSTER, INBOUND_PASSTHROUGH_CLUSTER, inboundCluster, VIRTUAL_INBOUND } from '../names.ts';
import { bytesFilter, capturedChains, type InboundTaker } from './inbound-chains.ts';
import type { InboundPort } from './inbound-ports.ts';
import { type ChainInit, type Inspection, listener } from './listener.ts';

export interface InboundInput {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
}

/** The listener that every captured inbound connection comes to (core/listener_inbound.go, inboundVirtualListener). */
export function virtualInbound(ports: readonly InboundPort[], input: InboundInput): Listener {
  const { snapshot, proxy } = input;
  const { proxyInboundListenPort, protocolDetectionTimeoutMs } = snapshot.mesh;
  const modes = snapshot.mutualTlsOf(proxy.node);
  const chains = [
    blackHole(snapshot, proxy),
    ...unknownPorts(ports, modes, input),
    ...ports.filter(({ bound }) => !bound).flatMap((port) => portChains(port, modes, input)),
  ];
  return listener({
    name: VIRTUAL_INBOUND,
    host: '0.0.0.0',
    port: proxyInboundListenPort,
    direction: 'inbound',
    chains,
    defaultChain: undefined,
    inspect: inspections(chains),
    protocolDetectionTimeoutMs,
    origin: undefined,
    captured: proxy.node.interception === 'TPROXY' ? 'transparent' : 'redirected',
  });
}

/** A listener of its own for a port that a Sidecar does not let capture. */
export function uncapturedInbound(port: InboundPort, input: InboundInput): Listener {
  const chains = portChains(port, input.snapshot.mutualTlsOf(input.proxy.node), input);
  return listener({
    name: `${port.bind}_${port.port}`,
    host: port.bind,
    port: port.port,
    direction: 'inbound',
    chains,
    defaultChain: undefined,
    inspect: inspections(chains),
    protocolDetectionTimeoutMs: input.snapshot.mesh.protocolDetectionTimeoutMs,
    origin: port.origin,
  });
}

/** Who connects to the listener's own port would be sent back to it for ever. */
function blackHole(snapshot: Snapshot, proxy: MeshProxy): ChainInit {
  const filters = bytesFilter(BLACK_HOLE_CLUSTER, snapshot, proxy, undefined);
  return {
    name: `${VIRTUAL_INBOUND}-blackhole`,
    filterChainMatch: { destinationPort: snapshot.mesh.proxyInboundListenPort },
    ...(filters && { filters }),
  };
}

/** Ports that no service names go through as well; those that a policy names have its mode (authn, ForPassthrough). */
function unknownPorts(
  declared: readonly InboundPort[],
  modes: MutualTlsModes,
  { snapshot, proxy }: InboundInput,
): readonly ChainInit[] {
  const named = [...modes.ports.keys()].filter((number) => !declared.some(({ port }) => port === number));
  const taker: InboundTaker = {
    cluster: INBOUND_PASSTHROUGH_CLUSTER,
    port: 0,
    protocol: 'auto',
    host: '',
    statPrefix: `${INBOUND_PASSTHROUGH_CLUSTER};`,
    pool: undefined,
  };
  return [undefined, ...named].flatMap((port) =>
    capturedChains({
      taker,
      port,
      mode: (port === undefined ? undefined : modes.ports.get(port)) ?? modes.mode,
      tls: undefined,
      nameOf: (takenBy) => (takenBy === 'http' ? `${VIRTUAL_INBOUND}-catchall-http` : VIRTUAL_INBOUND),
      origin: undefined,
      snapshot,
      proxy,
    }),
  );
}

function portChains(inbound: InboundPort, modes: MutualTlsModes, input: InboundInput): readonly ChainInit[] {
  const { port, bind, pool, services, servicePort, tls, origin } = inbound;
  const name = `${bind}_${port}`;
  return capturedChains({
    ...input,
    taker: {
      cluster: inboundCluster(port),
      port,
      protocol: servicePort.protocol,
      host: services[0]?.hostname ?? input.proxy.node.name,
      statPrefix: `inbound_${name};`,
      pool,
    },
    port,
    mode: modes.ports.get(port) ?? modes.mode,
    tls,
    nameOf: () => name,
    origin,
  });
}

/** Bytes are looked at only on ports where a chain asks for it: elsewhere the client may wait for the server to speak first. */
export function inspections(chains: readonly ChainInit[]): { readonly tls: Inspection; readonly http: Inspection } {
  const ports = new Map<number, { tls: boolean; http: boolean }>();
  for (const { filterChainMatch: match } of chains) {
    const port = match?.destinationPort ?? 0;
    const known = ports.get(port) ?? { tls: false, http: false };
    known.tls ||= match?.transportProtocol === 'tls';
    known.http ||= match?.applicationProtocols?.includes('http/1.1') ?? false;
    ports.set(port, known);
  }
  return { tls: inspection(ports, 'tls'), http: inspection(ports, 'http') };
}

function inspection(ports: ReadonlyMap<number, { tls: boolean; http: boolean }>, what: 'tls' | 'http'): Inspection {
  const numbers = (wanted: boolean): number[] =>
    [...ports].filter(([port, needs]) => port !== 0 && needs[what] === wanted).map(([port]) => port);
  if (![...ports.values()].some((needs) => needs[what])) return false;
  if (ports.get(0)?.[what] !== true) return { onlyPorts: numbers(true).sort((a, b) => a - b) };
  const exceptPorts = numbers(false).sort((a, b) => a - b);
  return exceptPorts.length === 0 ? true : { exceptPorts };
}
