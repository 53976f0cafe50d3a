import type { Destination } from '@weft/config';

/** The parts of an Istio cluster name: `outbound|8080|v1|orders.default.svc.cluster.local`, `inbound|8080||`. */
export interface ClusterName {
  readonly direction: 'outbound' | 'inbound';
  readonly port: number;
  /** '' for the whole service. */
  readonly subset: string;
  /** '' for an inbound cluster. */
  readonly host: string;
}

/** pilot/pkg/model/service.go, BuildSubsetKey. */
export function printClusterName(name: ClusterName): string {
  return `${name.direction}|${name.port}|${name.subset}|${name.host}`;
}

/** The reverse of printClusterName; undefined for any other name, such as `PassthroughCluster`. */
export function parseClusterName(text: string): ClusterName | undefined {
  const [direction, port, subset, host, ...rest] = text.split('|');
  if ((direction !== 'outbound' && direction !== 'inbound') || subset === undefined || host === undefined) {
    return undefined;
  }
  if (rest.length > 0 || port === undefined || !/^\d+$/.test(port)) return undefined;
  return { direction, port: Number(port), subset, host };
}

export function outboundCluster(port: number, subset: string, host: string): string {
  return printClusterName({ direction: 'outbound', port, subset, host });
}

/** The server name of the mesh's own TLS: a cluster's name in the letters that DNS allows (SEMANTICS row 16). */
export function outboundServerName(port: number, subset: string, host: string): string {
  return `outbound_.${port}_.${subset}_.${host}`;
}

export function inboundCluster(port: number): string {
  return printClusterName({ direction: 'inbound', port, subset: '', host: '' });
}

/** Where traffic for hosts that nobody declared goes: where it wanted to, or to the Sidecar's `egressProxy` (core/httproute.go). */
export function unknownTrafficCluster(egressProxy: Destination | undefined): string {
  if (egressProxy === undefined) return PASSTHROUGH_CLUSTER;
  const { port, subset = '', host = '' } = egressProxy;
  return outboundCluster(port?.number ?? 0, subset, host);
}

/** Names that Istio's tools look for (pilot/pkg/networking/util/util.go). */
export const PASSTHROUGH_CLUSTER = 'PassthroughCluster';
export const INBOUND_PASSTHROUGH_CLUSTER = 'InboundPassthroughCluster';
export const ALLOW_ANY_DYNAMIC_DNS_CLUSTER = 'AllowAnyDynamicDNSCluster';
export const BLACK_HOLE_CLUSTER = 'BlackHoleCluster';
export const ALLOW_ANY = 'allow_any';
export const ALLOW_ANY_DYNAMIC_DNS = 'allow_any_dynamic_dns';
export const BLOCK_ALL = 'block_all';
/** Every IPv4 address of the machine. */
export const WILDCARD_ADDRESS = '0.0.0.0';
export const VIRTUAL_INBOUND = 'virtualInbound';
export const VIRTUAL_OUTBOUND = 'virtualOutbound';
export const PASSTHROUGH_CHAIN = 'PassthroughFilterChain';
export const HTTP_PROXY_ROUTE = 'http_proxy';

/** `host:port`, with brackets around an IPv6 address. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** The one resource of the kind `nameTable`. */
export const NAME_TABLE = 'nametable';
