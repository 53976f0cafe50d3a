import type { Issue } from '@weft/base';
import type { L4MatchAttributes, TlsMatchAttributes } from '@weft/config';
import type { MeshProxy, Snapshot, VirtualService } from '@weft/mesh';
import { hostsForNamespace, overlaps } from '@weft/mesh';
import type { Listener } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { reachesLookedUp } from '../cluster/forward-proxy.ts';
import { accessLogs } from '../listener/access-log.ts';
import { connectionManager } from '../listener/connection-manager.ts';
import { type ChainInit, listener } from '../listener/listener.ts';
import { tunnelOf, weightedClusters } from '../listener/outbound-l4.ts';
import { tcpProxy } from '../listener/tcp.ts';
import { originMetadata } from '../origin.ts';
import { proxyConfigFor } from '../proxy-config.ts';
import { downstreamTls } from './downstream-tls.ts';
import { isPassthrough, type MergedPort, type MergedServer, terminatesHttps } from './merge.ts';

/** A merged port → its listener; undefined when nothing would answer, or when the proxy may not bind the port (core/gateway.go). */
export function gatewayListener(
  port: MergedPort,
  snapshot: Snapshot,
  proxy: MeshProxy,
  issues: Issue[],
): Listener | undefined {
  if (port.servers.some((server) => !server.mayBind)) {
    issues.push(privilegedPort(port));
    return undefined;
  }
  const name = `${port.bind}_${port.port}`;
  const [first] = port.servers;
  if (first === undefined) return undefined;
  const chains: ChainInit[] =
    port.kind === 'http'
      ? [{ filters: [manager(first, name, snapshot, proxy)], metadata: originMetadata(first.origin) }]
      : port.servers.flatMap((server) => serverChains(server, name, snapshot, proxy));
  if (chains.length === 0) return undefined;
  return listener({
    name,
    host: port.bind,
    port: port.port,
    direction: 'outbound',
    chains,
    defaultChain: undefined,
    inspect: {
      tls: port.servers.some(({ server }) => server.tls !== undefined && port.kind === 'chains'),
      http: false,
    },
    protocolDetectionTimeoutMs: snapshot.mesh.protocolDetectionTimeoutMs,
    origin: first.origin,
  });
}

function manager(server: MergedServer, name: string, snapshot: Snapshot, proxy: MeshProxy) {
  return connectionManager({
    node: proxy.node,
    mesh: snapshot.mesh,
    logs: accessLogs(snapshot, proxy.node, 'gateway'),
    side: 'gateway',
    statPrefix: server.server.name || `outbound_${name};`,
    routes: server.routeName,
    forwardProxy: reachesLookedUp(proxy),
    grpcWeb: server.server.port?.protocol?.toUpperCase() === 'GRPC-WEB',
    topology: proxyConfigFor(snapshot, proxy.node).gatewayTopology,
  });
}

function serverChains(server: MergedServer, name: string, snapshot: Snapshot, proxy: MeshProxy): readonly ChainInit[] {
  const { tls } = server.server;
  const serverNames = sniHosts(server);
  const match = { filterChainMatch: { serverNames }, metadata: originMetadata(server.origin) };
  if (tls !== undefined && terminatesHttps(server)) {
    return [
      {
        ...match,
        filters: [manager(server, name, snapshot, proxy)],
        transportSocket: downstreamTls(tls, true, proxy.node.certificates),
      },
    ];
  }
  if (tls === undefined || !isPassthrough(server)) {
    const filters = tcpRoute(server, snapshot, proxy);
    if (filters === undefined) return [];
    return [
      tls === undefined
        ? { filters, metadata: originMetadata(server.origin) }
        : { ...match, filters, transportSocket: downstreamTls(tls, false, proxy.node.certificates) },
    ];
  }
  return passthroughChains(server, snapshot, proxy);
}

/** Server names of the hosts; `*` is any name at all. */
function sniHosts({ hosts }: MergedServer): string[] {
  const names = [...new Set(hosts.map((host) => host.slice(host.indexOf('/') + 1)))].sort();
  return names.includes('*') ? [] : names;
}

/** The VirtualServices bound to the server's Gateway that share a host with it. */
function boundTo(server: MergedServer, snapshot: Snapshot, proxy: MeshProxy): readonly VirtualService[] {
  return snapshot
    .virtualServicesFor(proxy.node.namespace, server.gateway.name)
    .filter((each) =>
      hostsForNamespace(server.hosts, each.namespace).some((host) => each.hosts.some((own) => overlaps(host, own))),
    );
}

/** The first `tcp` rule that matches the server takes every connection. */
function tcpRoute(server: MergedServer, snapshot: Snapshot, proxy: MeshProxy): ChainInit['filters'] {
  for (const virtualService of boundTo(server, snapshot, proxy)) {
    for (const { rule } of virtualService.tcp) {
      const matches = rule.match ?? [];
      if (matches.length > 0 && !matches.some((match) => matchesServer(match, server))) continue;
      if (rule.route !== undefined && rule.route.length > 0) return tcpFilters(rule.route, server, snapshot, proxy);
    }
  }
  return undefined;
}

/** A chain for each `tls` rule, by its server names; TLS is left as it is. */
function passthroughChains(server: MergedServer, snapshot: Snapshot, proxy: MeshProxy): readonly ChainInit[] {
  const chains: ChainInit[] = [];
  const seen = new Set<string>();
  for (const virtualService of boundTo(server, snapshot, proxy)) {
    for (const { rule, origin } of virtualService.tls) {
      for (const match of rule.match ?? []) {
        if (!matchesServer(match, server) || rule.route === undefined || rule.route.length === 0) continue;
        const names = (match.sniHosts ?? []).filter((host) => !seen.has(host));
        if (names.length === 0) continue;
        for (const each of names) seen.add(each);
        const filters = tcpFilters(rule.route, server, snapshot, proxy);
        chains.push({
          metadata: originMetadata(origin),
          filterChainMatch: { serverNames: names.includes('*') ? [] : names },
          ...(filters && { filters }),
        });
      }
    }
  }
  return chains;
}

function matchesServer(match: L4MatchAttributes | TlsMatchAttributes, server: MergedServer): boolean {
  if (match.port && match.port !== server.server.port?.number) return false;
  return match.gateways === undefined || match.gateways.length === 0 || match.gateways.includes(server.gateway.name);
}

function tcpFilters(
  route: Parameters<typeof weightedClusters>[0],
  server: MergedServer,
  snapshot: Snapshot,
  proxy: MeshProxy,
): ChainInit['filters'] {
  const clusters = weightedClusters(route, server.server.port?.number ?? 0, (host) => proxy.scope.service(host));
  return [
    tcpProxy({
      statPrefix: clusters[0]?.cluster ?? '',
      clusters,
      logs: accessLogs(snapshot, proxy.node, 'gateway'),
      pool: undefined,
      tunnel: tunnelOf(route, proxy),
    }),
  ];
}

function privilegedPort(port: MergedPort): Issue {
  const [server] = port.servers;
  return {
    severity: 'warning',
    code: 'privileged-port',
    at: server?.origin.path ?? '',
    message: `the gateway may not listen on port ${port.port}, so it does not answer there`,
    expected: 'a port from 1024 on, or a Service in front of it whose targetPort is one',
    ...(server && { position: server.origin.ref.positionOf(server.origin.path) }),
  };
}
