import type { Issue } from '@weft/base';
import type { MeshProxy, MutualTlsMode, Snapshot } from '@weft/mesh';
import { formatRef, isHttp } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { inboundPassthroughCluster } from '../cluster/catch-all.ts';
import { inboundClusterOf } from '../cluster/inbound.ts';
import { downstreamTls } from '../gateway/downstream-tls.ts';
import { inboundCluster } from '../names.ts';
import { bytesFilter, capturedChains, httpFilter, type InboundTaker, insideTls } from './inbound-chains.ts';
import { type InboundPort, inboundPorts } from './inbound-ports.ts';
import { type ChainInit, listener, PLAINTEXT_HTTP_ALPN } from './listener.ts';
import { type InboundInput, inspections, uncapturedInbound, virtualInbound } from './virtual-inbound.ts';

export interface InboundResult {
  readonly clusters: readonly Cluster[];
  readonly listeners: readonly Listener[];
}

/** What takes connections to the workload: by capture, or on listeners of their own (core/listener_inbound.go). */
export function inbound(input: InboundInput, issues: Issue[]): InboundResult {
  const { snapshot, proxy } = input;
  const ports = inboundPorts(snapshot, proxy);
  if (proxy.node.interception === 'NONE') return boundInbound(ports, snapshot, proxy, issues);
  const clusters = ports.map((port) => inboundClusterOf({ ...port, mesh: snapshot.mesh }));
  const uncaptured = ports.filter(({ bound }) => bound).map((port) => uncapturedInbound(port, input));
  return {
    clusters: [...clusters, inboundPassthroughCluster(snapshot.mesh)],
    listeners: [virtualInbound(ports, input), ...uncaptured],
  };
}

/** Listeners of their own for every inbound port, as interception mode NONE has them. */
function boundInbound(
  ports: readonly InboundPort[],
  snapshot: Snapshot,
  proxy: MeshProxy,
  issues: Issue[],
): InboundResult {
  const clusters: Cluster[] = [];
  const listeners: Listener[] = [];
  for (const inbound of ports) {
    const { target } = inbound;
    if (target?.host === inbound.bind && target.port === inbound.port) {
      issues.push(loopIssue(inbound, proxy));
      continue;
    }
    clusters.push(inboundClusterOf({ ...inbound, mesh: snapshot.mesh }));
    listeners.push(inboundListener(inbound, snapshot, proxy));
  }
  return { clusters, listeners };
}

function inboundListener(inbound: InboundPort, snapshot: Snapshot, proxy: MeshProxy): Listener {
  const { chains, inspect } = boundChains(inbound, snapshot, proxy);
  return listener({
    name: `${inbound.bind}_${inbound.port}`,
    host: inbound.bind,
    port: inbound.port,
    direction: 'inbound',
    chains,
    defaultChain: undefined,
    inspect,
    protocolDetectionTimeoutMs: snapshot.mesh.protocolDetectionTimeoutMs,
    origin: inbound.origin,
  });
}

const NO_INSPECTION = { tls: false, http: false } as const;

/** HTTP, bytes, or, for a port whose protocol nobody declared, HTTP when the first bytes look like it. */
function boundChains(
  inbound: InboundPort,
  snapshot: Snapshot,
  proxy: MeshProxy,
): { readonly chains: readonly ChainInit[]; readonly inspect: ReturnType<typeof inspections> } {
  const { port, bind, pool, services, servicePort } = inbound;
  const cluster = inboundCluster(port);
  const taker: InboundTaker = {
    cluster,
    port,
    protocol: servicePort.protocol,
    host: services[0]?.hostname ?? proxy.node.name,
    statPrefix: `inbound_${bind}_${port};`,
    pool,
  };
  const mode = modeOf(port, snapshot, proxy);
  if (proxy.node.certificates !== 'none') {
    const { tls, origin } = inbound;
    const nameOf = (): string => `${bind}_${port}`;
    const chains = capturedChains({ taker, port: undefined, mode, tls, nameOf, origin, snapshot, proxy });
    return { chains, inspect: inspections(chains) };
  }
  const http = { filters: httpFilter(taker, snapshot, proxy) ?? [] };
  const bytes = { filters: bytesFilter(cluster, snapshot, proxy, pool) ?? [] };
  if (inbound.tls !== undefined && mode === 'disable') {
    const isHttpInside = insideTls(servicePort.protocol) === 'http';
    const transportSocket = downstreamTls(inbound.tls, isHttpInside, proxy.node.certificates);
    return { chains: [{ ...(isHttpInside ? http : bytes), transportSocket }], inspect: NO_INSPECTION };
  }
  if (isHttp(servicePort.protocol)) return { chains: [http], inspect: NO_INSPECTION };
  if (servicePort.protocol !== 'auto') return { chains: [bytes], inspect: NO_INSPECTION };
  return {
    chains: [{ ...http, filterChainMatch: { applicationProtocols: PLAINTEXT_HTTP_ALPN } }, bytes],
    inspect: { tls: false, http: true },
  };
}

function modeOf(port: number, snapshot: Snapshot, { node }: MeshProxy): MutualTlsMode {
  const modes = snapshot.mutualTlsOf(node);
  return modes.ports.get(port) ?? modes.mode;
}

function loopIssue(inbound: InboundPort, proxy: MeshProxy): Issue {
  const { port, bind, services } = inbound;
  const [service] = services;
  return {
    severity: 'error',
    code: 'inbound-loop',
    at: 'spec.address',
    message: `the proxy of ${proxy.node.name} would listen on ${bind}:${port}, where its application already listens`,
    expected: 'a different address, or a different port for the application (APP_PORTS)',
    hint: 'let the application use another port, or give the workload a loopback address of its own',
    ...(service && { resource: formatRef(service.origin), position: service.origin.positionOf('spec') }),
  };
}
