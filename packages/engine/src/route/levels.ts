import type { Any } from '@bufbuild/protobuf/wkt';
import type { Decoded } from '@weft/base';
import type { HeaderValueOption } from '@weft/xds/gen/envoy/config/core/v3/base_pb';
import type { RouteAction_RequestMirrorPolicy } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { Issues } from '../decode/issues.ts';
import { compileHeaderOps, type HeaderOp } from '../format/header-ops.ts';
import type { RetryPolicy } from '../retry/policy.ts';
import type { FilterOverrides } from './route.ts';

/** Decodes an entry of `typed_per_filter_config`. `at` is its path. */
export type DecodeFilterConfig = (filterName: string, config: Any, at: string) => Decoded<unknown>;

/** What a level inherits from those above it: route configuration → virtual host → route → weighted cluster. */
export interface Levels {
  /** Header operations per level, most specific first. */
  readonly headers: readonly HeaderLevel[];
  /** `most_specific_header_mutations_wins`: the most specific level is applied last. */
  readonly specificWins: boolean;
  readonly filters: FilterOverrides;
  readonly decodeFilter: DecodeFilterConfig;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: { readonly policies: readonly RouteAction_RequestMirrorPolicy[]; readonly at: string };
  readonly bufferLimit: number | undefined;
  readonly maxBodyBytes: number;
}

export interface HeaderLevel {
  readonly request: readonly HeaderOp[];
  readonly response: readonly HeaderOp[];
}

interface HasHeaderEdits {
  readonly requestHeadersToAdd: readonly HeaderValueOption[];
  readonly requestHeadersToRemove: readonly string[];
  readonly responseHeadersToAdd: readonly HeaderValueOption[];
  readonly responseHeadersToRemove: readonly string[];
}

export function headerLevel(message: HasHeaderEdits, at: string, issues: Issues): HeaderLevel {
  return {
    request: compileHeaderOps(message.requestHeadersToAdd, message.requestHeadersToRemove, at, 'request', issues),
    response: compileHeaderOps(message.responseHeadersToAdd, message.responseHeadersToRemove, at, 'response', issues),
  };
}

/**
 * The levels in the order to apply them: from most to least specific, so that the least specific has the last word, unless
 * `most_specific_header_mutations_wins` turns it round (RouteConfiguration).
 */
export function levelOps(levels: Levels, which: 'request' | 'response'): readonly (readonly HeaderOp[])[] {
  const ops = levels.headers.map((level) => level[which]);
  return levels.specificWins ? ops.reverse() : ops;
}

/** `levels.filters` with one more specific level in front. The map is shared when the level says nothing. */
export function narrowFilters(
  levels: Levels,
  configs: { readonly [name: string]: Any },
  at: string,
  issues: Issues,
): FilterOverrides {
  const names = Object.keys(configs);
  if (names.length === 0) return levels.filters;
  const merged = new Map(levels.filters);
  for (const name of names) {
    const config = configs[name];
    if (config === undefined) continue;
    const decoded = levels.decodeFilter(name, config, `${at === '' ? '' : `${at}.`}typed_per_filter_config["${name}"]`);
    issues.adopt(decoded.issues);
    if (decoded.ok) merged.set(name, [decoded.value, ...(levels.filters.get(name) ?? [])]);
  }
  return merged;
}
