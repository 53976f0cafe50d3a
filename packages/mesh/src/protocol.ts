/** How a port is treated. `auto` is undeclared: looked at on the wire (SEMANTICS row 26 and Istio's protocol selection page). */
export const PROTOCOLS = [
  'http',
  'http2',
  'grpc',
  'grpc-web',
  'https',
  'tls',
  'tcp',
  'mongo',
  'mysql',
  'redis',
  'udp',
  'auto',
] as const;
export type Protocol = (typeof PROTOCOLS)[number];

const HTTP: ReadonlySet<Protocol> = new Set(['http', 'http2', 'grpc', 'grpc-web']);
const HTTP2: ReadonlySet<Protocol> = new Set(['http2', 'grpc', 'grpc-web']);

/** Requests on it are routed one by one. */
export function isHttp(protocol: Protocol): boolean {
  return HTTP.has(protocol);
}

/** Istio speaks HTTP/2 to its endpoints without being asked. */
export function isHttp2(protocol: Protocol): boolean {
  return HTTP2.has(protocol);
}

/** Carries a TLS ClientHello that can be routed by server name. */
export function isTls(protocol: Protocol): boolean {
  return protocol === 'https' || protocol === 'tls';
}

/** Well-known server-first ports; sniffing them would wait for a client that waits for the server. */
const SERVER_FIRST_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/**
 * The protocol of a Kubernetes service port: `appProtocol` first, then the port name's prefix before `-`, then the number
 * (pkg/config/kube/conversion.go, ConvertProtocol).
 */
export function protocolOfPort(port: {
  readonly number: number;
  readonly name: string;
  readonly transport: string;
  readonly appProtocol: string | undefined;
}): Protocol {
  if (port.transport === 'UDP') return 'udp';
  const name = (port.appProtocol ?? port.name).toLowerCase();
  if (port.appProtocol !== undefined) {
    if (name === 'kubernetes.io/h2c') return 'http2';
    if (name === 'kubernetes.io/ws') return 'http';
    if (name === 'kubernetes.io/wss') return 'https';
  }
  if (name.startsWith('grpc-web')) return 'grpc-web';
  const named = parseProtocol(name.split('-', 1)[0] ?? '');
  if (named !== 'auto') return named;
  return SERVER_FIRST_PORTS.has(port.number) ? 'tcp' : 'auto';
}

/** A protocol by Istio's name for it, in any case; `auto` for one it does not know. */
export function parseProtocol(name: string): Protocol {
  const lower = name.toLowerCase();
  return PROTOCOLS.find((protocol) => protocol === lower) ?? 'auto';
}
