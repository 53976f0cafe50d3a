import type { Resource, RouteDestination, TcpRoute, TlsRoute, VirtualServiceSpec } from '@weft/config';
import { intersectHosts, overlaps } from '../host.ts';
import { compareText, refOf } from '../object-ref.ts';
import type { RouteObject } from './backend.ts';
import type { Generated } from './generated.ts';
import type { Lookup } from './inputs.ts';
import { l4RouteName } from './names.ts';
import { hostnamesOf, type ListenersByOwner, parentsOf, type RouteParent } from './parents.ts';
import type { Problem } from './problem.ts';
import { annotationsOf, type ConvertedRoutes, forBoth, onPort, type RouteResult } from './route-result.ts';
import { type Converted, type ConvertedRules, l4Destinations } from './rules.ts';

type L4Resource = Resource<'TCPRoute'> | Resource<'TLSRoute'>;

/** The rules of a route for one parent and host. */
interface Part {
  readonly gateway: string;
  readonly host: string;
  readonly spec: Pick<VirtualServiceSpec, 'tcp' | 'tls'>;
}

/** TCPRoutes and TLSRoutes → VirtualServices, one for each parent and host (route_collections.go). */
export function convertL4Routes(
  routes: readonly L4Resource[],
  listeners: ListenersByOwner,
  lookup: Lookup,
  generated: Generated,
): ConvertedRoutes {
  const virtualServices: Resource<'VirtualService'>[] = [];
  const results = routes.map((route): RouteResult => {
    const parents = parentsOf(route, listeners, lookup);
    const used = parents.filter(({ denied }) => denied === undefined).sort((a, b) => compareText(a.gateway, b.gateway));
    const { parts, problems } =
      route.type === 'TCPRoute' ? tcpParts(route, parents, used, lookup) : tlsParts(route, parents, used, lookup);
    const kind = route.type === 'TCPRoute' ? 'tcp' : 'tls';
    for (const [i, { gateway, host, spec }] of parts.entries()) {
      virtualServices.push(
        generated.virtualService({
          name: l4RouteName(route.metadata.name, kind, i),
          namespace: route.metadata.namespace,
          annotations: annotationsOf([route]),
          spec: { hosts: [host], gateways: [gateway], ...spec },
          from: route,
          origin: (path) => {
            const index = /^spec\.(?:tcp|tls)\[(\d+)\]/.exec(path)?.[1];
            return index === undefined ? undefined : { ref: refOf(route), path: `spec.rules[${index}]` };
          },
        }),
      );
    }
    return { route, parents, problems };
  });
  return { results, virtualServices };
}

interface Parts {
  readonly parts: readonly Part[];
  readonly problems: RouteResult['problems'];
}

function tcpParts(
  route: Resource<'TCPRoute'>,
  parents: readonly RouteParent[],
  used: readonly RouteParent[],
  lookup: Lookup,
): Parts {
  const { mesh, gateway } = forBoth(route, parents, (object) =>
    l4Rules<TcpRoute>(route, object, lookup, (to) => ({ route: to })),
  );
  const parts = used.flatMap((parent): readonly Part[] => {
    if (parent.gateway !== 'mesh') {
      return [{ gateway: parent.gateway, host: '*', spec: { tcp: gateway.rules.map(({ rule }) => rule) } }];
    }
    const { port } = parent.ref;
    const tcp = mesh.rules.map(({ rule }) => (port === undefined ? rule : onPort(rule, port)));
    return parent.meshHosts.map((host) => ({ gateway: 'mesh', host, spec: { tcp } }));
  });
  return { parts, problems: { mesh: mesh.problem, gateway: gateway.problem } };
}

/** Server names are those that the listener has too. */
function tlsParts(
  route: Resource<'TLSRoute'>,
  parents: readonly RouteParent[],
  used: readonly RouteParent[],
  lookup: Lookup,
): Parts {
  const names = hostnamesOf(route);
  const { mesh, gateway } = forBoth(route, parents, (object) =>
    l4Rules<TlsRoute>(route, object, lookup, (to, refuses) =>
      refuses ? { route: to } : { match: [{ sniHosts: names }], route: to },
    ),
  );
  const parts = used.flatMap((parent): readonly Part[] => {
    if (parent.gateway === 'mesh') return meshTls(parent, names, mesh.rules);
    const { hostname } = parent.listener?.listener ?? {};
    const hosts = hostname === undefined || hostname === '' ? names : intersectHosts(names, [hostname]);
    const tls = gateway.rules.map(({ rule }) => withNames(rule, hosts));
    return hosts.map((host) => ({ gateway: parent.gateway, host, spec: { tls } }));
  });
  return { parts, problems: { mesh: mesh.problem, gateway: gateway.problem } };
}

function withNames(rule: TlsRoute, sniHosts: readonly string[]): TlsRoute {
  return rule.match === undefined ? rule : { ...rule, match: rule.match.map((match) => ({ ...match, sniHosts })) };
}

/** Without hostnames the route is for the names of its services; of several, each service has those that are its own. */
function meshTls(
  parent: RouteParent,
  names: readonly string[],
  rules: readonly Converted<TlsRoute>[],
): readonly Part[] {
  const { port } = parent.ref;
  const all = names.length === 1 && names[0] === '*' ? parent.meshHosts : names;
  return parent.meshHosts.map((host) => {
    const own = all.length > 1 ? all.filter((name) => overlaps(host, name)) : all;
    const tls = rules.map(({ rule }) => {
      const named = withNames(rule, own);
      return port === undefined || named.match === undefined ? named : onPort(named, port);
    });
    return { gateway: 'mesh', host, spec: { tls } };
  });
}

function l4Rules<T>(
  route: L4Resource,
  object: RouteObject,
  lookup: Lookup,
  make: (destinations: readonly RouteDestination[], refuses: boolean) => T,
): ConvertedRules<T> {
  const rules: Converted<T>[] = [];
  let problem: Problem | undefined;
  for (const [i, { backendRefs }] of (route.spec.rules ?? []).entries()) {
    const found = l4Destinations(backendRefs, object, lookup);
    if (found.destinations === undefined) return { rules: [], problem: found.problem };
    problem = found.problem ?? problem;
    rules.push({ rule: make(found.destinations, found.refuses), path: `spec.rules[${i}]` });
  }
  return { rules, problem };
}
