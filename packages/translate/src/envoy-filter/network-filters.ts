/** Patches of the filters of a chain, and of what is inside its connection manager (listener_patch.go, patchNetworkFilters). */
import { clone, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { Issue } from '@weft/base';
import {
  type Filter,
  type FilterChain,
  FilterSchema,
} from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import {
  type HttpConnectionManager,
  HttpConnectionManagerSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { HTTP_CONNECTION_MANAGER, TCP_PROXY_FILTER } from '../listener/filter-names.ts';
import { attempt } from './apply-patch.ts';
import { mergeFilter } from './filter-config.ts';
import { patchHttpFilters } from './http-filters.ts';
import { networkFilterMatch } from './match-listener.ts';
import type { Patch } from './patch.ts';
import { placeInList } from './place-in-list.ts';

/** The patches that match a chain. */
export interface ChainPatches {
  readonly network: readonly Patch[];
  readonly http: readonly Patch[];
  /** Changes the routes that a connection manager brings with it; false when it left them. */
  readonly routes: ((manager: HttpConnectionManager, issues: Issue[]) => boolean) | undefined;
}

export function patchNetworkFilters(
  chain: FilterChain,
  patches: ChainPatches,
  target: string,
  issues: Issue[],
): boolean {
  let changed = false;
  for (const patch of patches.network) {
    const placed = place(chain.filters, patch);
    if (placed === chain.filters) continue;
    chain.filters = placed;
    changed = true;
  }
  for (const filter of chain.filters) {
    for (const patch of patches.network) if (mergeOne(filter, patch, target, issues)) changed = true;
    if (filter.name === HTTP_CONNECTION_MANAGER && patchManager(filter, patches, target, issues)) changed = true;
  }
  return changed;
}

const TERMINAL: ReadonlySet<string> = new Set([HTTP_CONNECTION_MANAGER, TCP_PROXY_FILTER]);

/** An added filter goes before the one that takes the bytes; behind it Envoy would refuse the listener. */
function place(filters: Filter[], patch: Patch): Filter[] {
  const { operation } = patch;
  const make = (): Filter => asFilter(patch);
  const last = filters.at(-1);
  if (operation === 'ADD' && last !== undefined && TERMINAL.has(last.name) && !TERMINAL.has(make().name)) {
    return filters.toSpliced(-1, 0, make());
  }
  return placeInList(filters, { operation, matches: networkFilterMatch(patch), make });
}

function mergeOne(filter: Filter, patch: Patch, target: string, issues: Issue[]): boolean {
  if (patch.operation !== 'MERGE' || networkFilterMatch(patch)?.(filter) === false) return false;
  return attempt(patch, `${filter.name} of ${target}`, issues, () => mergeFilter(filter, asFilter(patch)));
}

function asFilter({ value }: Patch): Filter {
  return clone(FilterSchema, value as Filter);
}

const MANAGER_TYPE = `type.googleapis.com/${HttpConnectionManagerSchema.typeName}`;

function patchManager(filter: Filter, patches: ChainPatches, target: string, issues: Issue[]): boolean {
  const matching = patches.http.filter((patch) => networkFilterMatch(patch)?.(filter) !== false);
  if (matching.length === 0 && patches.routes === undefined) return false;
  const { configType } = filter;
  if (configType.case !== 'typedConfig' || configType.value.typeUrl !== MANAGER_TYPE) return false;
  const manager = fromBinary(HttpConnectionManagerSchema, configType.value.value);
  const routed = patches.routes?.(manager, issues) ?? false;
  const changed = patchHttpFilters(manager, matching, target, issues);
  if (!routed && !changed) return false;
  const value = toBinary(HttpConnectionManagerSchema, manager);
  filter.configType = { case: 'typedConfig', value: create(AnySchema, { typeUrl: MANAGER_TYPE, value }) };
  return true;
}
