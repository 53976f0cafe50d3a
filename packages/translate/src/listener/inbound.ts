import type { Issue } from '@weft/base';
import type { ConnectionPoolSettings, IstioIngressListener } from '@weft/config';
import type { MeshProxy, Origin, Service, ServicePort, Snapshot } from '@weft/mesh';
import { formatRef, isHttp, parseProtocol } from '@weft/mesh';
import type { Cluster } from '@weft/xds/gen/envoy/config/cluster/v3/cluster_pb';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { type InboundClusterInput, inboundClusterOf } from '../cluster/inbound.ts';
import { effectivePolicy } from '../cluster/traffic-policy.ts';
import { inboundCluster } from '../names.ts';
import { inboundRoutes } from '../route/inbound-routes.ts';
import { connectionManager } from './connection-manager.ts';
import { type ChainInit, listener, PLAINTEXT_HTTP_ALPN } from './listener.ts';
import { tcpProxy } from './tcp.ts';

/** A port of the workload that takes requests from the mesh. */
export interface InboundPort {
  readonly port: number;
  readonly bind: string;
  readonly target: InboundClusterInput['target'];
  readonly services: readonly Service[];
  readonly servicePort: ServicePort;
  readonly pool: ConnectionPoolSettings | undefined;
}

const LOCALHOST = '127.0.0.1';

/** The ports that the workload's services name, or, when the Sidecar has `ingress`, the ones it lists. */
export function inboundPorts(snapshot: Snapshot, proxy: MeshProxy): readonly InboundPort[] {
  const listed = proxy.scope.sidecar?.spec.ingress;
  if (listed !== undefined && listed.length > 0) {
    return listed.map((each) => ingressPort(each, proxy)).filter((each) => each !== undefined);
  }
  const byPort = Map.groupBy(proxy.instances, ({ endpoint }) => endpoint.port);
  return [...byPort]
    .sort(([a], [b]) => a - b)
    .flatMap(([port, instances]) => {
      const [first] = instances;
      if (first === undefined || first.port.protocol === 'udp') return [];
      return [
        {
          port,
          bind: proxy.node.ip,
          target: { host: LOCALHOST, port: applicationPort(proxy, port) },
          services: instances.map(({ service }) => service),
          servicePort: first.port,
          pool:
            proxy.scope.sidecar?.spec.inboundConnectionPool ??
            poolOf(snapshot, proxy, first.service, first.port.number),
        },
      ];
    });
}

function applicationPort(proxy: MeshProxy, port: number): number {
  return proxy.node.appPorts.get(port) ?? port;
}

/** The connection pool of the service's rule also limits what the workload takes (cluster_builder.go, buildInboundCluster). */
function poolOf(
  snapshot: Snapshot,
  proxy: MeshProxy,
  service: Service,
  port: number,
): ConnectionPoolSettings | undefined {
  const rule = snapshot.destinationRule(service, proxy.node.namespace, proxy.node.labels);
  return effectivePolicy(snapshot.mesh, rule, undefined, port).connectionPool;
}

/** `ingress`: `defaultEndpoint` is `127.0.0.1:port`, `0.0.0.0:port` or `unix:///path` (sidecar.proto). */
function ingressPort(said: IstioIngressListener, proxy: MeshProxy): InboundPort | undefined {
  const port = said.port?.number;
  if (port === undefined) return undefined;
  const instance = proxy.instances.find(({ endpoint }) => endpoint.port === port) ?? proxy.instances[0];
  return {
    port,
    bind: said.bind || proxy.node.ip,
    target: targetOf(said.defaultEndpoint, applicationPort(proxy, port), proxy.node.ip),
    services: instance === undefined ? [] : [instance.service],
    servicePort: { name: said.port?.name ?? '', number: port, protocol: parseProtocol(said.port?.protocol ?? '') },
    pool: said.connectionPool ?? proxy.scope.sidecar?.spec.inboundConnectionPool,
  };
}

function targetOf(endpoint: string | undefined, port: number, ip: string): InboundClusterInput['target'] {
  if (!endpoint) return { host: LOCALHOST, port };
  if (endpoint.startsWith('unix://')) return { host: endpoint, port: 0 };
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon);
  return { host: host === '0.0.0.0' ? ip : host, port: Number(endpoint.slice(colon + 1)) };
}

export interface InboundResult {
  readonly clusters: readonly Cluster[];
  readonly listeners: readonly Listener[];
}

/** Listeners of their own for every inbound port, as interception mode NONE has them (core/listener_inbound.go). */
export function boundInbound(
  ports: readonly InboundPort[],
  snapshot: Snapshot,
  proxy: MeshProxy,
  issues: Issue[],
): InboundResult {
  const clusters: Cluster[] = [];
  const listeners: Listener[] = [];
  for (const inbound of ports) {
    const { target } = inbound;
    if (target.host === inbound.bind && target.port === inbound.port) {
      issues.push(loopIssue(inbound, proxy));
      continue;
    }
    clusters.push(inboundClusterOf({ ...inbound, mesh: snapshot.mesh }));
    listeners.push(inboundListener(inbound, snapshot, proxy));
  }
  return { clusters, listeners };
}

function inboundListener(inbound: InboundPort, snapshot: Snapshot, proxy: MeshProxy): Listener {
  const { chains, sniff } = inboundChains(inbound, snapshot, proxy);
  return listener({
    name: `${inbound.bind}_${inbound.port}`,
    host: inbound.bind,
    port: inbound.port,
    direction: 'inbound',
    chains,
    defaultChain: undefined,
    inspect: { tls: false, http: sniff },
    protocolDetectionTimeoutMs: snapshot.mesh.protocolDetectionTimeoutMs,
    origin: originOf(inbound),
  });
}

/** HTTP, bytes, or, for a port whose protocol nobody declared, HTTP when the first bytes look like it. */
export function inboundChains(
  inbound: InboundPort,
  snapshot: Snapshot,
  proxy: MeshProxy,
): { readonly chains: readonly ChainInit[]; readonly sniff: boolean } {
  const { protocol } = inbound.servicePort;
  const cluster = inboundCluster(inbound.port);
  const host = inbound.services[0]?.hostname ?? proxy.node.name;
  const http: ChainInit = {
    filters: [
      connectionManager({
        node: proxy.node,
        mesh: snapshot.mesh,
        side: 'inbound',
        statPrefix: `inbound_${inbound.bind}_${inbound.port};`,
        routes: inboundRoutes(inbound.port, host, protocol),
        forwardProxy: false,
      }),
    ],
  };
  const bytes: ChainInit = {
    filters: [
      tcpProxy({
        statPrefix: cluster,
        clusters: [{ cluster, weight: 0 }],
        mesh: snapshot.mesh,
        pool: inbound.pool,
      }),
    ],
  };
  if (isHttp(protocol)) return { chains: [http], sniff: false };
  if (protocol !== 'auto') return { chains: [bytes], sniff: false };
  return {
    chains: [{ ...http, filterChainMatch: { applicationProtocols: PLAINTEXT_HTTP_ALPN } }, bytes],
    sniff: true,
  };
}

/** The service whose port it is. */
function originOf({ services }: InboundPort): Origin | undefined {
  const [service] = services;
  return service && { ref: service.origin, path: 'spec.ports' };
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
