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
  /** The instances whose address is the node's IP, by service order. */
  readonly instances: readonly ServiceInstance[];
  readonly scope: Scope;
}

/** Finds what the node serves and sees. Cheap: addresses are indexed, and proxies of one namespace share their scope. */
export function proxyOf(snapshot: Snapshot, node: Node): MeshProxy {
  return { node, instances: snapshot.instancesAt(node.ip), scope: snapshot.scopeOf(node) };
}
