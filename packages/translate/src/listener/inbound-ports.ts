import type { ConnectionPoolSettings, IstioIngressListener, ServerTlsSettings } from '@weft/config';
import type { MeshProxy, Origin, Service, ServiceInstance, ServicePort, Snapshot } from '@weft/mesh';
import { parseProtocol } from '@weft/mesh';
import type { InboundClusterInput } from '../cluster/inbound.ts';
import { effectivePolicy } from '../cluster/traffic-policy.ts';

/** A port of the workload that takes requests from the mesh. */
export interface InboundPort {
  readonly port: number;
  /** Where it listens, or, when connections to it are captured, the address in its name. */
  readonly bind: string;
  /** A listener of its own, rather than chains of the one that takes what is captured. */
  readonly bound: boolean;
  readonly target: InboundClusterInput['target'];
  readonly services: readonly Service[];
  readonly servicePort: ServicePort;
  readonly pool: ConnectionPoolSettings | undefined;
  /** The proxy ends the TLS of clients outside the mesh. */
  readonly tls: ServerTlsSettings | undefined;
  readonly origin: Origin | undefined;
}

const LOCALHOST = '127.0.0.1';
const WILDCARD = '0.0.0.0';

/** The ports that the workload's services name, or, when the Sidecar has `ingress`, the ones it lists. */
export function inboundPorts(snapshot: Snapshot, proxy: MeshProxy): readonly InboundPort[] {
  const { sidecar } = proxy.scope;
  const listed = sidecar?.spec.ingress;
  if (sidecar === undefined || listed === undefined || listed.length === 0) {
    const byPort = Map.groupBy(proxy.instances, ({ endpoint }) => endpoint.port);
    return [...byPort]
      .sort(([a], [b]) => a - b)
      .map(([port, instances]) => instancePort(port, instances, snapshot, proxy))
      .filter((each) => each !== undefined);
  }
  const ports = new Map<number, InboundPort>();
  for (const [i, each] of listed.entries()) {
    const port = ingressPort(each, `spec.ingress[${i}]`, proxy);
    if (port !== undefined && !ports.has(port.port)) ports.set(port.port, port);
  }
  return [...ports.values()];
}

/** Several services may lead to one port: the oldest decides what it speaks (core/listener_inbound.go, getFilterChainsByServicePort). */
function instancePort(
  port: number,
  instances: readonly ServiceInstance[],
  snapshot: Snapshot,
  proxy: MeshProxy,
): InboundPort | undefined {
  const [first] = instances;
  if (first === undefined || first.port.protocol === 'udp') return undefined;
  const captured = proxy.node.interception !== 'NONE';
  return {
    port,
    bind: captured ? WILDCARD : proxy.node.ip,
    bound: !captured,
    target: instanceTarget(port, captured, snapshot, proxy),
    services: instances.map(({ service }) => service),
    servicePort: first.port,
    pool: proxy.scope.sidecar?.spec.inboundConnectionPool ?? poolOf(snapshot, proxy, first.service, first.port.number),
    tls: undefined,
    origin: { ref: first.service.origin, path: 'spec.ports' },
  };
}

/** Captured connections go on to the address they wanted, unless the node or the mesh says that the application is on localhost. */
function instanceTarget(
  port: number,
  captured: boolean,
  { mesh }: Snapshot,
  { node }: MeshProxy,
): InboundPort['target'] {
  const said = node.appPorts.get(port);
  if (captured && said === undefined && mesh.inboundTrafficPolicy?.mode !== 'LOCALHOST') return undefined;
  return { host: LOCALHOST, port: said ?? port };
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

function ingressPort(said: IstioIngressListener, path: string, proxy: MeshProxy): InboundPort | undefined {
  const port = said.port?.number;
  const { node, scope } = proxy;
  if (port === undefined || scope.sidecar === undefined) return undefined;
  const instance = proxy.instances.find(({ endpoint }) => endpoint.port === port) ?? proxy.instances[0];
  const captured = node.interception !== 'NONE';
  const service = instance?.service;
  return {
    port,
    bind: said.bind || node.ip,
    bound: !captured || said.captureMode === 'NONE',
    target: ingressTarget(said.defaultEndpoint, port, captured, proxy),
    services: service === undefined ? [] : [service],
    servicePort: { name: said.port?.name ?? '', number: port, protocol: parseProtocol(said.port?.protocol ?? '') },
    pool: said.connectionPool ?? scope.sidecar.spec.inboundConnectionPool,
    tls: said.tls,
    origin: scope.sidecarOrigin(path),
  };
}

/** `defaultEndpoint` is `127.0.0.1:port`, `0.0.0.0:port` (the workload's own address) or `unix:///path` (sidecar.proto). */
function ingressTarget(
  endpoint: string | undefined,
  port: number,
  captured: boolean,
  { node }: MeshProxy,
): InboundPort['target'] {
  if (!endpoint) return captured ? undefined : { host: LOCALHOST, port: node.appPorts.get(port) ?? port };
  if (endpoint.startsWith('unix://')) return { host: endpoint, port: 0 };
  const colon = endpoint.lastIndexOf(':');
  const host = endpoint.slice(0, colon);
  return { host: host === WILDCARD ? node.ip : host, port: Number(endpoint.slice(colon + 1)) };
}
