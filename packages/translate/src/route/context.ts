import type { ConsistentHashLb, Destination } from '@weft/config';
import type { MeshSettings, Node, Service } from '@weft/mesh';
import { outboundCluster } from '../names.ts';

/** What the routes of one VirtualService on one port depend on, besides the VirtualService. */
export interface RouteContext {
  readonly node: Pick<Node, 'labels' | 'namespace' | 'dataPlane'>;
  /** The port a request came to: the service port for a sidecar, the server's port for a gateway. */
  readonly listenPort: number;
  /** `mesh`, or the gateways the routes are for. */
  readonly gateways: ReadonlySet<string>;
  readonly isTls: boolean;
  readonly mesh: MeshSettings;
  /** The service a destination names, when it can tell the port or is an alias. */
  service(hostname: string): Service | undefined;
  hash(destination: Destination): ConsistentHashLb | undefined;
}

/** The destination's port, else the only port of its service, else the port of the request (route.go, GetDestinationCluster). */
export function destinationCluster(
  destination: Destination,
  context: Pick<RouteContext, 'listenPort' | 'service'>,
): string {
  // Only a backend of the Gateway API that may not be used has no host: no proxy has this cluster.
  if (!destination.host) return 'UnknownService';
  const service = context.service(destination.host);
  const host = service?.externalName ?? destination.host;
  return outboundCluster(destinationPort(destination, service, context.listenPort), destination.subset ?? '', host);
}

function destinationPort(destination: Destination, service: Service | undefined, listenPort: number): number {
  if (destination.port?.number !== undefined) return destination.port.number;
  const [port, second] = service?.ports ?? [];
  return port !== undefined && second === undefined ? port.number : listenPort;
}
