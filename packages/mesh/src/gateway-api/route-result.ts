import type { HttpRoute, Resource, TcpRoute, TlsRoute } from '@weft/config';
import type { RouteObject } from './backend.ts';
import { PARENTS_ANNOTATION, SEMANTICS_ANNOTATION } from './names.ts';
import type { RouteParent, RouteResource } from './parents.ts';
import type { Problem } from './problem.ts';
import type { ConvertedRules } from './rules.ts';

/** What became of a route. */
export interface RouteResult {
  readonly route: RouteResource;
  readonly parents: readonly RouteParent[];
  /** What is wrong with its rules, for the mesh and for Gateways; the mesh asks for no grants. */
  readonly problems: { readonly mesh: Problem | undefined; readonly gateway: Problem | undefined };
}

export interface ConvertedRoutes {
  readonly results: readonly RouteResult[];
  readonly virtualServices: readonly Resource<'VirtualService'>[];
}

export interface Both<T> {
  readonly mesh: ConvertedRules<T>;
  readonly gateway: ConvertedRules<T>;
}

const NONE = { rules: [], problem: undefined };

/** A route for Gateways and for the mesh is converted twice, since only the first needs grants. */
export function forBoth<T>(
  route: RouteResource,
  parents: readonly RouteParent[],
  convert: (route: RouteObject) => ConvertedRules<T>,
): Both<T> {
  const { namespace, name } = route.metadata;
  const object = { kind: route.type, namespace, name };
  const isMesh = ({ gateway }: RouteParent): boolean => gateway === 'mesh';
  return {
    mesh: parents.some(isMesh) ? convert({ ...object, needsGrant: false }) : NONE,
    gateway: parents.some((each) => !isMesh(each)) ? convert({ ...object, needsGrant: true }) : NONE,
  };
}

/** The rule for one port of the mesh's services. */
export function onPort<T extends HttpRoute | TcpRoute | TlsRoute>(rule: T, port: number): T {
  const matches = rule.match ?? [];
  return { ...rule, match: matches.length === 0 ? [{ port }] : matches.map((match) => ({ ...match, port })) };
}

/** What generated VirtualServices carry. */
export function annotationsOf(routes: readonly RouteResource[]): Readonly<Record<string, string>> {
  const parents = routes.map(({ kind, metadata }) => `${kind}/${metadata.name}.${metadata.namespace}`);
  return { [PARENTS_ANNOTATION]: [...new Set(parents)].join(), [SEMANTICS_ANNOTATION]: 'gateway' };
}
