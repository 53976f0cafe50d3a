import type { Endpoint } from './endpoint.ts';
import type { Node } from './node.ts';
import type { Service, ServicePort } from './service.ts';
import type { Snapshot } from './snapshot.ts';

/** A service port that a proxy's own workload answers. */
export interface ServiceInstance {
  readonly service: Service;
  readonly port: ServicePort;
  readonly endpoint: Endpoint;
}

/** A connected proxy: who it says it is, and what it stands in front of. */
export interface Proxy {
  readonly node: Node;
  /** The instances whose address is the node's IP, by service order. */
  readonly instances: readonly ServiceInstance[];
}

/** Finds what the node serves. Cheap: the snapshot is indexed by endpoint address. */
export function proxyOf(snapshot: Snapshot, node: Node): Proxy {
  return { node, instances: snapshot.instancesAt(node.ip) };
}
