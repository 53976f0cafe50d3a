import { create } from '@bufbuild/protobuf';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { ALLOW_ANY_DYNAMIC_DNS, BLACK_HOLE_CLUSTER, VIRTUAL_OUTBOUND, WILDCARD_ADDRESS } from '../names.ts';
import { catchAll, routeConfiguration } from '../route/sidecar-routes.ts';
import { accessLogs } from './access-log.ts';
import { type CapturedScope, unknownDestination } from './captured-listener.ts';
import { CAPTURED_HTTP_ALPN } from './chain-options.ts';
import { connectionManager } from './connection-manager.ts';
import { type ChainInit, listener } from './listener.ts';
import { tcpProxy } from './tcp.ts';

/**
 * Where the kernel sends captured outbound connections (listener_builder.go, buildVirtualOutboundListener). It hands each to the listener
 * of the address it wanted, and keeps those that no listener is for.
 */
export function virtualOutbound(scope: CapturedScope): Listener {
  const { snapshot, proxy } = scope;
  const { proxyListenPort } = snapshot.mesh;
  const looksUp = proxy.scope.outbound.mode === 'ALLOW_ANY_DYNAMIC_DNS';
  const built = listener({
    name: VIRTUAL_OUTBOUND,
    host: WILDCARD_ADDRESS,
    port: proxyListenPort,
    direction: 'outbound',
    chains: [
      blackHole(scope),
      ...(looksUp ? [lookUp(scope)] : []),
      { name: `${VIRTUAL_OUTBOUND}-catchall-tcp`, ...unknownDestination(scope) },
    ],
    defaultChain: undefined,
    inspect: { tls: false, http: looksUp },
    protocolDetectionTimeoutMs: looksUp ? snapshot.mesh.protocolDetectionTimeoutMs : 0,
    origin: undefined,
    captured: proxy.node.interception === 'TPROXY' ? 'transparent' : 'redirected',
  });
  return create(ListenerSchema, { ...built, useOriginalDst: true });
}

/** Who connects to the listener's own port would be passed through to it for ever. */
function blackHole({ snapshot, proxy }: CapturedScope): ChainInit {
  const cluster = BLACK_HOLE_CLUSTER;
  return {
    name: `${VIRTUAL_OUTBOUND}-blackhole`,
    filterChainMatch: { destinationPort: snapshot.mesh.proxyListenPort },
    filters: [
      tcpProxy({
        statPrefix: cluster,
        clusters: [{ cluster, weight: 0 }],
        logs: accessLogs(snapshot, proxy.node, 'outbound'),
        pool: undefined,
      }),
    ],
  };
}

/** HTTP for unknown addresses goes to the host that its requests name. */
function lookUp({ snapshot, proxy }: CapturedScope): ChainInit {
  return {
    name: `${VIRTUAL_OUTBOUND}-catchall-tcp-http`,
    filterChainMatch: { applicationProtocols: [...CAPTURED_HTTP_ALPN] },
    filters: [
      connectionManager({
        node: proxy.node,
        mesh: snapshot.mesh,
        logs: accessLogs(snapshot, proxy.node, 'outbound'),
        side: 'outbound',
        statPrefix: `outbound_${VIRTUAL_OUTBOUND}_${ALLOW_ANY_DYNAMIC_DNS};`,
        routes: routeConfiguration(ALLOW_ANY_DYNAMIC_DNS, [catchAll(proxy)], true),
        forwardProxy: true,
      }),
    ],
  };
}
