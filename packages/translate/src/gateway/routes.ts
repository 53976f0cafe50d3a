import { create } from '@bufbuild/protobuf';
import type { Destination } from '@weft/config';
import type { MeshProxy, Origin, Service, Snapshot, VirtualService } from '@weft/mesh';
import { compareText, hostsForNamespace, intersectHosts, sameItems } from '@weft/mesh';
import {
  type Route,
  VirtualHost_TlsRequirementType as Tls,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { Memo } from '../memo.ts';
import { hostPort } from '../names.ts';
import { originMetadata } from '../origin.ts';
import { consistentHashOf } from '../route/hash-policy.ts';
import { httpRoutes } from '../route/http-route.ts';
import { isCatchAll } from '../route/match.ts';
import { routeConfiguration } from '../route/sidecar-routes.ts';
import { routingView } from '../route/view.ts';
import type { MergedServer } from './merge.ts';

const memo = new Memo<RouteConfiguration>();

interface Draft {
  readonly origin: Origin;
  readonly name: string;
  readonly domains: string[];
  routes: readonly Route[];
  requireTls: boolean;
}

/**
 * The routes of the servers that share a name (core/gateway.go, buildGatewayHTTPRouteConfig): for every host that both a server and a
 * VirtualService cover, the routes of all its VirtualServices, oldest first, those that take everything last.
 */
export function gatewayRoutes(
  routeName: string,
  servers: readonly MergedServer[],
  snapshot: Snapshot,
  proxy: MeshProxy,
): RouteConfiguration {
  const inputs = servers.flatMap(({ gateway, origin, port }) => [gateway, origin.path, port]);
  const view = routingView(snapshot, proxy);
  return memo.get(view, routeName, inputs, () => build(routeName, servers, snapshot, proxy));
}

function build(
  routeName: string,
  servers: readonly MergedServer[],
  snapshot: Snapshot,
  proxy: MeshProxy,
): RouteConfiguration {
  const drafts = new Map<string, Draft>();
  const made = new Map<string, readonly Route[]>();
  for (const server of servers) {
    const redirect = server.server.tls?.httpsRedirect === true;
    for (const virtualService of snapshot.virtualServicesFor(proxy.node.namespace, server.gateway.name)) {
      const hosts = intersectHosts(hostsForNamespace(server.hosts, virtualService.namespace), virtualService.hosts);
      if (hosts.length === 0) continue;
      const key = `${server.gateway.name} ${virtualService.namespace}/${virtualService.name}`;
      const routes = made.get(key) ?? routesOf(virtualService, server, snapshot, proxy);
      made.set(key, routes);
      if (routes.length === 0) continue;
      const origin = { ref: virtualService.origin, path: 'spec.hosts' };
      for (const host of hosts) addRoutes(drafts, host, server, routes, origin);
    }
    if (!redirect) continue;
    for (const host of server.hosts) addRoutes(drafts, host.slice(host.indexOf('/') + 1), server, [], server.origin);
  }
  return routeConfiguration(routeName, drafts.size === 0 ? [notFound(servers[0]?.port ?? 0)] : collapse(drafts), true);
}

function addRoutes(
  drafts: Map<string, Draft>,
  host: string,
  server: MergedServer,
  routes: readonly Route[],
  origin: Origin,
): void {
  const redirect = server.server.tls?.httpsRedirect === true;
  const known = drafts.get(host);
  if (known === undefined) {
    const name = hostPort(host, server.server.port?.number ?? server.port);
    drafts.set(host, { origin, name, domains: [host], routes, requireTls: redirect });
    return;
  }
  known.routes = [...known.routes, ...routes];
  known.requireTls ||= redirect;
}

/** Hosts with the very same routes become one virtual host: routes are large on the wire (collapseDuplicateRoutes). */
function collapse(drafts: ReadonlyMap<string, Draft>): readonly VirtualHost[] {
  const kept: Draft[] = [];
  const byFirst = new Map<Route | undefined, Draft[]>();
  for (const host of [...drafts.keys()].sort(compareText)) {
    const draft = drafts.get(host);
    if (draft === undefined) continue;
    const alike = byFirst.get(draft.routes[0]) ?? [];
    byFirst.set(draft.routes[0], alike);
    const same = alike.find((each) => each.requireTls === draft.requireTls && sameItems(each.routes, draft.routes));
    if (same !== undefined) same.domains.push(...draft.domains);
    else {
      alike.push(draft);
      kept.push(draft);
    }
  }
  return kept
    .map((draft) =>
      create(VirtualHostSchema, {
        name: draft.name,
        metadata: originMetadata(draft.origin),
        domains: draft.domains,
        routes: catchAllsLast(draft.routes),
        requireTls: draft.requireTls ? Tls.ALL : Tls.NONE,
      }),
    )
    .sort((a, b) => compareText(a.name, b.name));
}

function catchAllsLast(routes: readonly Route[]): Route[] {
  const takesAll = (route: Route): boolean => route.match !== undefined && isCatchAll(route.match);
  return [...routes.filter((route) => !takesAll(route)), ...routes.filter(takesAll)];
}

/** A gateway without a route answers 404 to everything (SEMANTICS row 62). */
function notFound(port: number): VirtualHost {
  return create(VirtualHostSchema, { name: `blackhole:${port}`, domains: ['*'], routes: [] });
}

function routesOf(
  virtualService: VirtualService,
  server: MergedServer,
  snapshot: Snapshot,
  proxy: MeshProxy,
): readonly Route[] {
  const service = (hostname: string): Service | undefined => proxy.scope.service(hostname);
  return httpRoutes(virtualService, {
    node: proxy.node,
    listenPort: server.server.port?.number ?? server.port,
    gateways: new Set([server.gateway.name]),
    isTls: server.server.tls !== undefined,
    mesh: snapshot.mesh,
    service,
    hash: (destination: Destination) => {
      const found = service(destination.host ?? '');
      const rule = found && snapshot.destinationRule(found, proxy.node.namespace, proxy.node.labels);
      return consistentHashOf(rule, destination, destination.port?.number);
    },
  });
}
