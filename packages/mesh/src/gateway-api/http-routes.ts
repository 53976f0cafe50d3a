import type { HttpRoute, Resource } from '@weft/config';
import { byCreation, refOf } from '../object-ref.ts';
import type { Generated } from './generated.ts';
import type { Lookup } from './inputs.ts';
import { compareMatches } from './matches.ts';
import {
  hostnamesOf,
  isIsolated,
  type ListenersByOwner,
  parentsOf,
  type RouteParent,
  type RouteResource,
} from './parents.ts';
import { annotationsOf, type ConvertedRoutes, forBoth, onPort, type RouteResult } from './route-result.ts';
import { type Converted, grpcRules, httpRules } from './rules.ts';

/** Rules of one route for one gateway and host. Those of several routes for the same ones are put in one order. */
interface Part {
  readonly route: RouteResource;
  readonly key: string;
  readonly gateway: string;
  readonly host: string;
  readonly rules: readonly Converted<HttpRoute>[];
}

/** HTTPRoutes and GRPCRoutes → VirtualServices, one for each gateway and host (route_collections.go, mergeHTTPRoutes). */
export function convertHttpRoutes(
  routes: readonly (Resource<'HTTPRoute'> | Resource<'GRPCRoute'>)[],
  listeners: ListenersByOwner,
  lookup: Lookup,
  generated: Generated,
): ConvertedRoutes {
  const parts: Part[] = [];
  const results = routes.map((route): RouteResult => {
    const parents = parentsOf(route, listeners, lookup);
    const converted = forBoth(route, parents, (object) =>
      route.type === 'HTTPRoute'
        ? httpRules(route.spec.rules ?? [], object, lookup)
        : grpcRules(route.spec.rules ?? [], object, lookup),
    );
    for (const parent of parents) {
      if (parent.denied !== undefined) continue;
      const { rules } = parent.gateway === 'mesh' ? converted.mesh : converted.gateway;
      if (rules.length > 0) parts.push(...partsOf(route, parent, rules));
    }
    return { route, parents, problems: { mesh: converted.mesh.problem, gateway: converted.gateway.problem } };
  });
  const groups = Map.groupBy(parts, ({ key }) => key);
  return { results, virtualServices: [...groups].map(([key, group]) => merge(key, group, generated)) };
}

function partsOf(route: RouteResource, parent: RouteParent, rules: readonly Converted<HttpRoute>[]): readonly Part[] {
  const { gateway, ref, meshHosts } = parent;
  if (gateway !== 'mesh') {
    const hosts = hostnamesOf(route).filter((host) => !isIsolated(parent, host));
    return hosts.map((host) => ({ route, key: `${gateway}/${host}`, gateway, host, rules }));
  }
  const { port } = ref;
  const scope = `${route.metadata.namespace}${port === undefined ? '' : `/${port}`}`;
  const own = port === undefined ? rules : rules.map(({ rule, path }) => ({ rule: onPort(rule, port), path }));
  return meshHosts.map((host) => ({ route, key: `${scope}/${host}`, gateway, host, rules: own }));
}

function merge(key: string, parts: readonly Part[], generated: Generated): Resource<'VirtualService'> {
  const sorted = [...parts].sort((a, b) => byAge(a.route, b.route));
  const [first] = sorted;
  if (first === undefined) throw new Error('a group has a member');
  const rules = sorted
    .flatMap(({ route, rules }) => rules.map((each) => ({ ...each, route })))
    .sort((a, b) => compareMatches(a.rule.match?.[0], b.rule.match?.[0]));
  return generated.virtualService({
    name: key.replaceAll('/', '~'),
    namespace: first.route.metadata.namespace,
    annotations: annotationsOf(sorted.map(({ route }) => route)),
    spec: { hosts: [first.host], gateways: [first.gateway], http: rules.map(({ rule }) => rule) },
    from: first.route,
    origin: (path) => {
      const rule = rules[Number(/^spec\.http\[(\d+)\]/.exec(path)?.[1])];
      return rule === undefined ? undefined : { ref: refOf(rule.route), path: rule.path };
    },
  });
}

/** Older routes come first, then by namespace and name (https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule). */
function byAge(a: RouteResource, b: RouteResource): number {
  const [left, right] = [refOf(a), refOf(b)];
  const name = (ref: typeof left): string => `${ref.namespace}/${ref.name}`;
  if (left.creation !== right.creation) return left.creation - right.creation;
  return name(left) < name(right) ? -1 : name(left) > name(right) ? 1 : byCreation(left, right);
}
