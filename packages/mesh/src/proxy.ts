import type { Endpoint } from './endpoint.ts';
import type { Node } from './node.ts';
import type { Scope } from './scope.ts';
import type { Service, ServicePort } from './service.ts';
import type { Snapshot } from './snapshot.ts';

/** A service port that a proxy's own workload answers. */
export interface ServiceInstance {
  readonly service: Service;
  readonly port: ServicePort;
  readonly endpoint: Endpoint;
}

/** A connected proxy: who it says it is, what it stands in front of, what it may see. */
export interface MeshProxy {
  readonly node: Node;
  /** The instances whose address is the node's IP, and whose port is in APP_PORTS if the node has any; by service order. */
  readonly instances: readonly ServiceInstance[];
  readonly scope: Scope;
}

/** Finds what the node serves and sees. Cheap: addresses are indexed, and proxies of one namespace share their scope. */
export function proxyOf(snapshot: Snapshot, node: Node): MeshProxy {
  const at = snapshot.instancesAt(node.ip);
  return { node, instances: at.filter(({ endpoint }) => isOwn(node, endpoint)), scope: snapshot.scopeOf(node) };
}

/** Proxies that share an address are told apart by the ports that are theirs; gateways on a laptop, which share 127.0.0.1, by labels. */
function isOwn(node: Node, endpoint: Endpoint): boolean {
  if (node.type === 'sidecar') return node.appPorts.size === 0 || node.appPorts.has(endpoint.port);
  return (
    node.interception !== 'NONE' || Object.entries(node.labels).every(([key, value]) => endpoint.labels[key] === value)
  );
}
