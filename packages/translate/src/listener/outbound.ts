import type { Issue } from '@weft/base';
import type { EgressListener, MeshProxy, MeshSettings, Node, Service, ServicePort, Snapshot } from '@weft/mesh';
import { formatRef, isHttp, isTls, ownAddressFor } from '@weft/mesh';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HTTP_PROXY_ROUTE } from '../names.ts';
import { type ChainInit, listener, PLAINTEXT_HTTP_ALPN } from './listener.ts';
import { outboundHttp } from './outbound-http.ts';
import { l4Chains } from './outbound-l4.ts';

export interface OutboundInput {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
  readonly egress: EgressListener;
  /** Where the listeners bind. */
  readonly host: string;
  /** Ports of `host` that inbound listeners have. */
  readonly taken: ReadonlySet<number>;
}

/** A listener with the route configurations it asks for: port 0 is the HTTP proxy's. */
export interface OutboundListener {
  readonly listener: Listener;
  readonly routePort: number | undefined;
}

export interface PortService {
  readonly service: Service;
  readonly port: ServicePort;
}

/**
 * One outbound listener for each service port (core/listener.go, buildSidecarOutboundListeners). HTTP services of a port share it and are
 * told apart by host, TLS ones by server name; of plain TCP ones without an address of their own only the first can be reached.
 */
export function outboundListeners(input: OutboundInput, issues: Issue[]): readonly OutboundListener[] {
  const byPort = new Map<number, PortService[]>();
  const only = input.egress.listener?.port?.number;
  for (const service of input.egress.services) {
    if (service.resolution === 'alias') continue;
    for (const port of service.ports) {
      if (port.protocol === 'udp' || (only !== undefined && port.number !== only)) continue;
      const list = byPort.get(port.number);
      if (list === undefined) byPort.set(port.number, [{ service, port }]);
      else list.push({ service, port });
    }
  }
  const listeners: OutboundListener[] = [];
  for (const [number, served] of [...byPort].sort(([a], [b]) => a - b)) {
    if (input.proxy.node.unprivileged && number < 1024) continue;
    if (input.taken.has(number)) continue;
    const made = portListener(input, number, served, issues);
    if (made !== undefined) listeners.push(made);
  }
  if (input.egress.listener?.bind === undefined && only === undefined) listeners.push(...ownListeners(input, issues));
  return listeners;
}

/** Services that nothing but the address tells from others have one, when clients can learn it (see ownAddressFor). */
function ownListeners(input: OutboundInput, issues: Issue[]): readonly OutboundListener[] {
  const { node } = input.proxy;
  const taken = new Set<string>();
  return input.egress.services.flatMap((service) => {
    const host = ownAddressFor(service, node);
    if (host === undefined) return [];
    return service.ports.flatMap((port) => {
      const name = `${host}_${port.number}`;
      // Of two services whose addresses fall together the older has it.
      if (port.protocol === 'udp' || (node.unprivileged && port.number < 1024) || taken.has(name)) return [];
      taken.add(name);
      return portListener({ ...input, host }, port.number, [{ service, port }], issues) ?? [];
    });
  });
}

function portListener(
  input: OutboundInput,
  number: number,
  served: readonly PortService[],
  issues: Issue[],
): OutboundListener | undefined {
  const { snapshot, proxy, host } = input;
  const name = `${host}_${number}`;
  const http = served.filter(({ port }) => isHttp(port.protocol));
  const sniffed = served.filter(({ port }) => port.protocol === 'auto');
  const opaque = served.filter(({ port }) => !isHttp(port.protocol) && port.protocol !== 'auto');
  const hasHttp = http.length > 0 || sniffed.length > 0;
  const grpcWeb = http.some(({ port }) => port.protocol === 'grpc-web');
  const manager = hasHttp ? outboundHttp(input, name, String(number), grpcWeb) : undefined;
  const l4 = l4Chains({ snapshot, proxy, egress: input.egress, number, served: [...opaque, ...sniffed] });
  // A declared HTTP port takes the connection whatever its bytes are; an undeclared one only when they look like HTTP.
  const sniff = http.length === 0 && manager !== undefined;
  const chains: ChainInit[] = [...l4.byServerName];
  let defaultChain = l4.fallback;
  if (manager !== undefined && sniff) {
    chains.push({ ...manager, filterChainMatch: { applicationProtocols: PLAINTEXT_HTTP_ALPN } });
  } else if (manager !== undefined) {
    for (const each of opaque) if (!isTls(each.port.protocol)) issues.push(portConflict(each, number));
    defaultChain = manager;
  }
  if (chains.length === 0 && defaultChain === undefined) return undefined;
  const built = listener({
    name,
    host,
    port: number,
    direction: 'outbound',
    chains,
    defaultChain,
    inspect: { tls: l4.byServerName.length > 0 || sniff, http: sniff },
    protocolDetectionTimeoutMs: snapshot.mesh.protocolDetectionTimeoutMs,
    origin: undefined,
  });
  return { listener: built, routePort: manager === undefined ? undefined : number };
}

/** What the proxy says itself, else the mesh's `proxyHttpPort`; 0 for no such listener. */
export function httpProxyPort(node: Pick<Node, 'httpProxyPort'>, mesh: Pick<MeshSettings, 'proxyHttpPort'>): number {
  return node.httpProxyPort || (mesh.proxyHttpPort ?? 0);
}

/** The listener that applications name in `HTTP_PROXY`: every HTTP service, told apart by host and port. */
export function httpProxyListener(input: OutboundInput): OutboundListener | undefined {
  const port = httpProxyPort(input.proxy.node, input.snapshot.mesh);
  if (port === 0) return undefined;
  const name = `${input.host}_${port}`;
  const built = listener({
    name,
    host: input.host,
    port,
    direction: 'outbound',
    chains: [outboundHttp(input, name, HTTP_PROXY_ROUTE, false)],
    defaultChain: undefined,
    inspect: { tls: false, http: false },
    protocolDetectionTimeoutMs: 0,
    origin: undefined,
  });
  return { listener: built, routePort: 0 };
}

function portConflict({ service, port }: PortService, number: number): Issue {
  return {
    severity: 'warning',
    code: 'port-conflict',
    at: 'spec.ports',
    message: `${service.hostname} declares port ${number} as ${port.protocol}, but HTTP services share that port, so it cannot be reached there`,
    expected: 'one protocol for each port number',
    hint: 'give it another port',
    resource: formatRef(service.origin),
    position: service.origin.positionOf('spec.ports'),
  };
}
