import type { MeshProxy, Snapshot } from '@weft/mesh';
import { reachesLookedUp } from '../cluster/forward-proxy.ts';
import { accessLogs } from './access-log.ts';
import { connectionManager } from './connection-manager.ts';
import type { ChainInit } from './listener.ts';

export interface OutboundScope {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
}

/** What serves outbound HTTP connections, captured or not, by the route configuration `routes`. */
export function outboundHttp(
  { snapshot, proxy }: OutboundScope,
  listenerName: string,
  routes: string,
  grpcWeb: boolean,
): ChainInit {
  return {
    filters: [
      connectionManager({
        node: proxy.node,
        mesh: snapshot.mesh,
        logs: accessLogs(snapshot, proxy.node, 'outbound'),
        side: 'outbound',
        statPrefix: `outbound_${listenerName};`,
        routes,
        forwardProxy: looksUp(proxy),
        grpcWeb,
      }),
    ],
  };
}

/** Without interception, "let it through" means looking the host up (see passthroughCluster). */
function looksUp(proxy: MeshProxy): boolean {
  const { mode } = proxy.scope.outbound;
  if (proxy.node.interception === 'NONE') return mode !== 'REGISTRY_ONLY' || reachesLookedUp(proxy);
  return mode === 'ALLOW_ANY_DYNAMIC_DNS' || reachesLookedUp(proxy);
}
