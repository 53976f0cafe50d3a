import type { Any } from '@bufbuild/protobuf/wkt';
import { mergeAny } from './merge-any.ts';

/** The part that filters of every level have in common. */
export interface ConfiguredFilter {
  name: string;
  configType: { case: 'typedConfig'; value: Any } | { case: 'configDiscovery'; value: unknown } | { case: undefined };
}

/**
 * Merges a filter: its name is replaced, its configuration merged by type. A filter without a configuration of its own, one that is asked for
 * by name say, stays as it is (listener_patch.go, patchNetworkFilter). Throws PatchFailure.
 */
export function mergeFilter(into: ConfiguredFilter, from: ConfiguredFilter): boolean {
  if (into.configType.case !== 'typedConfig') return false;
  if (from.configType.case === 'typedConfig') {
    into.configType = { case: 'typedConfig', value: mergeAny(into.configType.value, from.configType.value) };
  }
  if (from.name !== '') into.name = from.name;
  return true;
}
