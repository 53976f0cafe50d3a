/** Patches of route configurations (core/envoyfilter/rc_patch.go). */
import { clone } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import {
  type Route,
  RouteSchema,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import type { PublicPort } from './match-listener.ts';
import { hasRouteMatch, matchesRoute, matchesRouteConfiguration, matchesVirtualHost } from './match-route.ts';
import { mergeMessage } from './merge-message.ts';
import { isMerge, type Patch, type PatchContext } from './patch.ts';
import { failed, type PatchSet } from './patch-set.ts';
import { placeInList } from './place-in-list.ts';

/** The kinds of patches that change routes, from the whole to its parts. */
export const ROUTE_KINDS = ['ROUTE_CONFIGURATION', 'VIRTUAL_HOST', 'HTTP_ROUTE'] as const;

export interface RouteScope {
  readonly set: PatchSet;
  readonly context: PatchContext;
  readonly publicPort: PublicPort;
}

/** The route configuration as patched; the same object when no patch is about it. */
export function patchRouteConfiguration(
  routes: RouteConfiguration,
  { set, context, publicPort }: RouteScope,
  issues: Issue[],
): RouteConfiguration {
  const [own, hosts, httpRoutes] = ROUTE_KINDS.map((kind) =>
    set.of(kind, context).filter((patch) => matchesRouteConfiguration(routes, patch, context, publicPort)),
  );
  if (own === undefined || hosts === undefined || httpRoutes === undefined) return routes;
  if (own.length + hosts.length + httpRoutes.length === 0) return routes;
  const copy = clone(RouteConfigurationSchema, routes);
  let changed = false;
  for (const patch of own.filter(isMerge)) {
    merge(RouteConfigurationSchema, copy, patch);
    changed = true;
  }
  const kept: VirtualHost[] = [];
  for (const host of copy.virtualHosts) {
    const patched = patchHost(host, hosts, httpRoutes, routes.name, issues);
    if (patched.host !== undefined) kept.push(patched.host);
    if (patched.changed) changed = true;
  }
  for (const { operation, value } of hosts) {
    if (operation !== 'ADD') continue;
    kept.push(clone(VirtualHostSchema, value as VirtualHost));
    changed = true;
  }
  copy.virtualHosts = kept;
  return changed ? copy : routes;
}

function merge(
  schema: Parameters<typeof mergeMessage>[0],
  into: Parameters<typeof mergeMessage>[1],
  patch: Patch,
): void {
  if (patch.value !== undefined) mergeMessage(schema, into, patch.value, patch.operation === 'MERGE_AND_REPLACE_LIST');
}

function patchHost(
  host: VirtualHost,
  patches: readonly Patch[],
  httpRoutes: readonly Patch[],
  target: string,
  issues: Issue[],
): { readonly host: VirtualHost | undefined; readonly changed: boolean } {
  let current = host;
  let changed = false;
  for (const patch of patches) {
    if (!matchesVirtualHost(current, patch)) continue;
    if (patch.operation === 'REMOVE') return { host: undefined, changed: true };
    if (isMerge(patch)) merge(VirtualHostSchema, current, patch);
    else if (patch.operation === 'REPLACE') current = clone(VirtualHostSchema, patch.value as VirtualHost);
    else continue;
    changed = true;
  }
  if (patchRoutes(current, httpRoutes, target, issues)) changed = true;
  return { host: current, changed };
}

function patchRoutes(host: VirtualHost, patches: readonly Patch[], target: string, issues: Issue[]): boolean {
  let changed = false;
  const kept: Route[] = [];
  for (const route of host.routes) {
    let removed = false;
    for (const patch of patches) {
      const isRemoval = patch.operation === 'REMOVE';
      if (!(isRemoval || isMerge(patch)) || !matchesVirtualHost(host, patch) || !matchesRoute(route, patch)) continue;
      changed = true;
      if (isRemoval) {
        removed = true;
        break;
      }
      merge(RouteSchema, route, patch);
    }
    if (!removed) kept.push(route);
  }
  host.routes = kept;
  for (const patch of patches) if (insertRoute(host, patch, target, issues)) changed = true;
  return changed;
}

function insertRoute(host: VirtualHost, patch: Patch, target: string, issues: Issue[]): boolean {
  const { operation } = patch;
  if (operation === 'REMOVE' || isMerge(patch) || !matchesVirtualHost(host, patch)) return false;
  if (operation === 'REPLACE') {
    // Istio says nothing and does nothing.
    issues.push(failed(patch, `the routes of ${target}`, 'REPLACE is not an operation for HTTP_ROUTE; use MERGE'));
    return false;
  }
  const matches = hasRouteMatch(patch) ? (route: Route): boolean => matchesRoute(route, patch) : undefined;
  if (operation === 'INSERT_FIRST' && matches !== undefined && !host.routes.some(matches)) return false;
  const placed = placeInList(host.routes, {
    operation,
    matches,
    make: () => clone(RouteSchema, patch.value as Route),
  });
  if (placed === host.routes) return false;
  host.routes = placed;
  return true;
}
