import type { Issue } from '@weft/base';
import type { Gateway, MeshProxy, ServerOf } from '@weft/mesh';
import { formatRef } from '@weft/mesh';

/** A server with the Gateway it belongs to and the port it really listens on. */
export interface MergedServer extends ServerOf {
  readonly gateway: Gateway;
  readonly port: number;
  readonly bind: string;
  /** False for a port below 1024 of a proxy without the privilege, unless the node says which port stands for it. */
  readonly mayBind: boolean;
  /** The route configuration of its HTTP requests; '' when it has none. */
  readonly routeName: string;
}

/** One listener: plaintext HTTP servers share their routes; TLS servers, and TCP ones, have chains of their own. */
export interface MergedPort {
  readonly bind: string;
  readonly port: number;
  readonly kind: 'http' | 'chains';
  readonly servers: readonly MergedServer[];
}

const HTTP_PROTOCOLS: ReadonlySet<string> = new Set(['HTTP', 'HTTP2', 'GRPC', 'GRPC-WEB']);

/**
 * The servers of all Gateways that select a proxy, put together by address and port, oldest Gateway first (model/gateway.go,
 * mergeGateways): plaintext HTTP merges, TLS is told apart by server name, a server that clashes is left out and reported.
 */
export function mergeGateways(gateways: readonly Gateway[], proxy: MeshProxy, issues: Issue[]): readonly MergedPort[] {
  const ports = new Map<string, { bind: string; port: number; kind: MergedPort['kind']; servers: MergedServer[] }>();
  const tlsHosts = new Map<string, Set<string>>();
  const servers = gateways.flatMap((gateway) =>
    gateway.servers.flatMap((serverOf) => mergedServers(gateway, serverOf, proxy)),
  );
  for (const server of servers) {
    const lacking = lacks(server, proxy);
    if (lacking !== undefined) {
      issues.push(skipped(server, lacking));
      continue;
    }
    const key = `${server.bind}_${server.port}`;
    const kind = isPlainHttp(server) ? 'http' : 'chains';
    const known = ports.get(key);
    const clash = known === undefined ? undefined : clashWith(known, server, kind);
    const duplicates = duplicateHosts(server, key, tlsHosts);
    if (clash !== undefined || duplicates.length > 0) {
      issues.push(skipped(server, clash ?? `another server of the port already has ${duplicates.join(', ')}`));
      continue;
    }
    if (known === undefined) ports.set(key, { bind: server.bind, port: server.port, kind, servers: [server] });
    else known.servers.push(server);
  }
  return [...ports.values()].sort((a, b) => a.port - b.port);
}

function mergedServers(gateway: Gateway, serverOf: ServerOf, proxy: MeshProxy): readonly MergedServer[] {
  const number = serverOf.server.port?.number;
  if (number === undefined) return [];
  const mapped = proxy.node.appPorts.get(number);
  const wildcard = proxy.node.interception === 'NONE' ? proxy.node.ip : '0.0.0.0';
  return targetPorts(gateway, number, proxy).map((port) => ({
    ...serverOf,
    gateway,
    port: mapped ?? port,
    bind: serverOf.server.bind || wildcard,
    mayBind: mapped !== undefined || !proxy.node.unprivileged || port >= 1024,
    routeName: routeNameOf(serverOf, gateway, port),
  }));
}

/** Set on a Service whose ports are those that its gateway listens on. */
const NO_TRANSLATION = 'experimental.istio.io/disable-gateway-port-translation';

/**
 * A Gateway names the port of the Service in front of it; the proxy listens on the target port (model/gateway.go, resolvePorts). One that
 * names its services has the target ports of them all, and without any it is for other proxies.
 */
function targetPorts({ services, namespace }: Gateway, number: number, proxy: MeshProxy): readonly number[] {
  const instances = proxy.instances.filter(({ port }) => port.number === number);
  if (services === undefined) {
    const found = instances.find(({ service }) => service.labels[NO_TRANSLATION] === undefined);
    return [found?.endpoint.port ?? number];
  }
  const own = instances.filter(({ service }) => service.namespace === namespace && services.includes(service.hostname));
  return [...new Set(own.map(({ endpoint }) => endpoint.port))].sort((a, b) => a - b);
}

/** `http.<port>` for plaintext, `https.<port>.<port name>.<gateway>.<namespace>` for a server that ends TLS (gatewayRDSRouteName). */
function routeNameOf({ server }: ServerOf, gateway: Gateway, port: number): string {
  const bind = server.bind ? `.${server.bind}` : '';
  const protocol = server.port?.protocol?.toUpperCase() ?? '';
  if (HTTP_PROTOCOLS.has(protocol)) return `http.${port}${bind}`;
  if (protocol !== 'HTTPS' || isPassthrough({ server })) return '';
  const { number, name } = server.port ?? {};
  return `https.${number ?? 0}.${name ?? ''}.${gateway.origin.name}.${gateway.namespace}${bind}`;
}

function isPlainHttp({ server }: Pick<ServerOf, 'server'>): boolean {
  return HTTP_PROTOCOLS.has(server.port?.protocol?.toUpperCase() ?? '');
}

export function isPassthrough({ server }: Pick<ServerOf, 'server'>): boolean {
  const mode = server.tls?.mode;
  // A server with `tls` but no mode has the API's zero value, PASSTHROUGH; `httpsRedirect` alone is no TLS at all.
  if (server.tls === undefined) return false;
  return mode === 'PASSTHROUGH' || mode === undefined;
}

/** What a server would need and does not have. */
function lacks({ server }: Pick<ServerOf, 'server'>, { node }: MeshProxy): string | undefined {
  if (server.tls?.mode === 'AUTO_PASSTHROUGH') return 'passing on the TLS of other gateways is not supported';
  if (server.tls?.mode !== 'ISTIO_MUTUAL' || node.certificates !== 'none') return undefined;
  return 'the gateway has no certificate of the mesh';
}

/** Ends TLS for HTTP. */
export function terminatesHttps({ server }: Pick<ServerOf, 'server'>): boolean {
  const https = server.port?.protocol?.toUpperCase() === 'HTTPS';
  return https && server.tls !== undefined && !isPassthrough({ server });
}

function clashWith(
  known: { readonly kind: MergedPort['kind']; readonly servers: readonly MergedServer[] },
  server: MergedServer,
  kind: MergedPort['kind'],
): string | undefined {
  const [first] = known.servers;
  const owner = first === undefined ? 'another server' : `Gateway ${first.gateway.name}`;
  if (known.kind !== kind) return `${owner} already has the port with another protocol`;
  if (kind === 'http') return undefined;
  if (server.server.tls === undefined || first?.server.tls === undefined) {
    return `${owner} already has the port, and without TLS two servers cannot be told apart`;
  }
  const sameRoutes = server.routeName !== '' && known.servers.some((each) => each.routeName === server.routeName);
  return sameRoutes ? `port name '${server.server.port?.name ?? ''}' is not unique in its Gateway` : undefined;
}

/** Server names may stand only once per port: Envoy would refuse the listener. */
function duplicateHosts(server: MergedServer, key: string, tlsHosts: Map<string, Set<string>>): readonly string[] {
  if (server.server.tls === undefined || isPlainHttp(server)) return [];
  const known = tlsHosts.get(key) ?? new Set();
  tlsHosts.set(key, known);
  const duplicates = server.hosts.filter((host) => known.has(host));
  if (duplicates.length === 0) for (const host of server.hosts) known.add(host);
  return duplicates;
}

function skipped(server: MergedServer, why: string): Issue {
  return {
    severity: 'warning',
    code: 'gateway-server-skipped',
    at: server.origin.path,
    message: `the server on port ${server.port} has no effect: ${why}`,
    resource: formatRef(server.gateway.origin),
    position: server.origin.ref.positionOf(server.origin.path),
  };
}
