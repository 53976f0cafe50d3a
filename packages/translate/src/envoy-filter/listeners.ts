/** Patches of listeners and of all that is in them (core/envoyfilter/listener_patch.go). */
import { clone } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import {
  type FilterChain,
  FilterChainSchema,
  type ListenerFilter,
  ListenerFilterSchema,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import type { HttpConnectionManager } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { attempt } from './apply-patch.ts';
import { mergeFilter } from './filter-config.ts';
import { listenerFilterMatch, matchesChain, matchesListener, type PublicPort } from './match-listener.ts';
import { mergeMessage } from './merge-message.ts';
import { type ChainPatches, patchNetworkFilters } from './network-filters.ts';
import { type ApplyTo, isMerge, type Patch, type PatchContext } from './patch.ts';
import type { PatchSet } from './patch-set.ts';
import { placeInList } from './place-in-list.ts';
import { patchRouteConfiguration, ROUTE_KINDS } from './routes.ts';
import { mergeChainSocket } from './transport-socket.ts';

const KINDS = ['LISTENER', 'LISTENER_FILTER', 'FILTER_CHAIN', 'NETWORK_FILTER', 'HTTP_FILTER'] as const;

/** The kinds of patches that change listeners; routes can be in them too. */
export const LISTENER_KINDS: readonly ApplyTo[] = [...KINDS, ...ROUTE_KINDS];

export interface ListenerScope {
  readonly set: PatchSet;
  readonly context: PatchContext;
  readonly publicPort: PublicPort;
}

/** The listener as patched: the same object when no patch is about it, undefined when one removed it. */
export function patchListener(listener: Listener, scope: ListenerScope, issues: Issue[]): Listener | undefined {
  const { set, context, publicPort } = scope;
  const inlineRoutes = context === 'SIDECAR_INBOUND' && set.has(context, ...ROUTE_KINDS);
  const matching = KINDS.map((kind) =>
    set.of(kind, context).filter((patch) => matchesListener(listener, patch, publicPort)),
  );
  if (!inlineRoutes && matching.every((patches) => patches.length === 0)) return listener;
  const [own = [], listenerFilters = [], chains = [], network = [], http = []] = matching;
  const copy = clone(ListenerSchema, listener);
  let changed = false;
  for (const patch of own) {
    if (patch.operation === 'REMOVE') return undefined;
    if (!isMerge(patch) || patch.value === undefined) continue;
    mergeMessage(ListenerSchema, copy, patch.value, patch.operation === 'MERGE_AND_REPLACE_LIST');
    changed = true;
  }
  if (patchListenerFilters(copy, listenerFilters, issues)) changed = true;
  const routes = inlineRoutes ? inlineRoutePatcher(scope) : undefined;
  if (patchChains(copy, { chains, network, http, routes }, issues)) changed = true;
  return changed ? copy : listener;
}

/** Listeners that patches add. An addition for any context is one for what leaves the proxy. */
export function addedListeners({ set, context }: ListenerScope): readonly Listener[] {
  return set
    .of('LISTENER', context)
    .filter((patch) => patch.operation === 'ADD' && (patch.context !== 'ANY' || context !== 'SIDECAR_INBOUND'))
    .map(({ value }) => value as Listener);
}

function patchListenerFilters(listener: Listener, patches: readonly Patch[], issues: Issue[]): boolean {
  let changed = false;
  for (const patch of patches) {
    const { operation, value } = patch;
    const matches = listenerFilterMatch(patch);
    const make = (): ListenerFilter => clone(ListenerFilterSchema, value as ListenerFilter);
    if (operation === 'MERGE' && matches !== undefined) {
      for (const filter of listener.listenerFilters.filter(matches)) {
        const target = `${filter.name} of listener ${listener.name}`;
        if (attempt(patch, target, issues, () => mergeFilter(filter, make()))) changed = true;
      }
      continue;
    }
    const placed = placeInList(listener.listenerFilters, { operation, matches, make });
    if (placed === listener.listenerFilters) continue;
    listener.listenerFilters = placed;
    changed = true;
  }
  return changed;
}

interface Inside extends ChainPatches {
  readonly chains: readonly Patch[];
}

function patchChains(listener: Listener, inside: Inside, issues: Issue[]): boolean {
  let changed = false;
  const keep = (chain: FilterChain): boolean => {
    const outcome = patchChain(listener, chain, inside, issues);
    if (outcome !== 'same') changed = true;
    return outcome !== 'removed';
  };
  listener.filterChains = listener.filterChains.filter(keep);
  if (listener.defaultFilterChain !== undefined && !keep(listener.defaultFilterChain)) {
    delete listener.defaultFilterChain;
  }
  for (const { operation, value } of inside.chains) {
    if (operation !== 'ADD') continue;
    listener.filterChains.push(clone(FilterChainSchema, value as FilterChain));
    changed = true;
  }
  return changed;
}

function patchChain(
  listener: Listener,
  chain: FilterChain,
  inside: Inside,
  issues: Issue[],
): 'same' | 'changed' | 'removed' {
  const matching = (patches: readonly Patch[]): readonly Patch[] =>
    patches.filter((patch) => matchesChain(listener, chain, patch));
  const target = `listener ${listener.name}`;
  let changed = false;
  for (const patch of matching(inside.chains)) {
    if (patch.operation === 'REMOVE') return 'removed';
    if (!isMerge(patch)) continue;
    if (attempt(patch, target, issues, () => mergeChain(chain, patch))) changed = true;
  }
  const filters: ChainPatches = {
    network: matching(inside.network),
    http: matching(inside.http),
    routes: inside.routes,
  };
  if (patchNetworkFilters(chain, filters, target, issues)) changed = true;
  return changed ? 'changed' : 'same';
}

function mergeChain(chain: FilterChain, { value, operation }: Patch): boolean {
  const from = value as FilterChain;
  if (mergeChainSocket(chain, from)) return true;
  mergeMessage(FilterChainSchema, chain, from, operation === 'MERGE_AND_REPLACE_LIST');
  return true;
}

/** Requests to the workload have their routes in the listener (core/httproute.go, buildSidecarInboundHTTPRouteConfig). */
function inlineRoutePatcher({ set, context }: ListenerScope): NonNullable<ChainPatches['routes']> {
  return ({ routeSpecifier }: HttpConnectionManager, issues) => {
    if (routeSpecifier.case !== 'routeConfig') return false;
    const patched = patchRouteConfiguration(routeSpecifier.value, { set, context, publicPort: (port) => port }, issues);
    if (patched === routeSpecifier.value) return false;
    routeSpecifier.value = patched;
    return true;
  };
}
