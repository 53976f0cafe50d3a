/** Patches of the filters inside a connection manager (listener_patch.go, patchHTTPFilters). */

import { clone } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import {
  type HttpConnectionManager,
  type HttpFilter,
  HttpFilterSchema,
} from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import { GRPC_STATS_FILTER, ROUTER_FILTER } from '../listener/filter-names.ts';
import { attempt } from './apply-patch.ts';
import { mergeFilter } from './filter-config.ts';
import { httpFilterMatch } from './match-listener.ts';
import type { FilterClass, Patch } from './patch.ts';
import { placeInList } from './place-in-list.ts';

/** Applies patches that match the listener, the chain and the connection manager. Each sees what those before it made. */
export function patchHttpFilters(
  manager: HttpConnectionManager,
  patches: readonly Patch[],
  target: string,
  issues: Issue[],
): boolean {
  let changed = false;
  for (const patch of patches) {
    const placed = place(manager.httpFilters, patch);
    if (placed === manager.httpFilters) continue;
    manager.httpFilters = placed;
    changed = true;
  }
  for (const filter of manager.httpFilters) {
    for (const patch of patches) {
      if (mergeOne(filter, patch, target, issues)) changed = true;
    }
  }
  return changed;
}

function mergeOne(filter: HttpFilter, patch: Patch, target: string, issues: Issue[]): boolean {
  const { value, operation } = patch;
  if (operation !== 'MERGE' || value === undefined) return false;
  if (httpFilterMatch(patch)?.(filter) === false) return false;
  return attempt(patch, `${filter.name} of ${target}`, issues, () => mergeFilter(filter, asFilter(value)));
}

function asFilter(value: NonNullable<Patch['value']>): HttpFilter {
  return clone(HttpFilterSchema, value as HttpFilter);
}

function place(filters: HttpFilter[], patch: Patch): HttpFilter[] {
  const { value, operation } = patch;
  const make = (): HttpFilter => asFilter(value as HttpFilter);
  if (operation === 'ADD') return filters.toSpliced(additionAt(filters, patch, make()), 0, make());
  return placeInList(filters, { operation, matches: httpFilterMatch(patch), make });
}

const AUTHENTICATION: ReadonlySet<string> = new Set([
  'istio.peer_metadata',
  'envoy.filters.http.jwt_authn',
  'istio_authn',
]);
const AUTHORIZATION: ReadonlySet<string> = new Set(['envoy.filters.http.ext_authz', 'envoy.filters.http.rbac']);
const STATISTICS: ReadonlySet<string> = new Set(['istio.stats', GRPC_STATS_FILTER]);

/**
 * Where ADD puts a filter: by its `filterClass` (networking/v1alpha3/envoy_filter.proto, FilterClass), else before the router. Behind the
 * router, where Istio appends it, Envoy would refuse the whole listener.
 */
function additionAt(filters: readonly HttpFilter[], { filterClass }: Patch, added: HttpFilter): number {
  const last = filters.at(-1);
  const end = last?.name === ROUTER_FILTER && added.name !== ROUTER_FILTER ? filters.length - 1 : filters.length;
  const after = CLASS_FOLLOWS[filterClass];
  if (after !== undefined) return filters.findLastIndex(({ name }) => after.has(name)) + 1;
  if (filterClass !== 'STATS') return end;
  const at = filters.findIndex(({ name }) => STATISTICS.has(name));
  return at < 0 ? end : at;
}

const CLASS_FOLLOWS: Readonly<Partial<Record<FilterClass, ReadonlySet<string>>>> = {
  AUTHN: AUTHENTICATION,
  AUTHZ: AUTHENTICATION.union(AUTHORIZATION),
};
