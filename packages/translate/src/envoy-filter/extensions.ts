/** Extension configurations that a filter asks for by name (core/envoyfilter/extension_configuration_patch.go). */
import { clone, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { AnySchema } from '@bufbuild/protobuf/wkt';
import type { TypedExtensionConfig } from '@weft/xds/gen/envoy/config/core/v3/extension_pb';
import type { Filter } from '@weft/xds/gen/envoy/config/listener/v3/listener_components_pb';
import { type Listener, ListenerSchema } from '@weft/xds/gen/envoy/config/listener/v3/listener_pb';
import { HttpConnectionManagerSchema } from '@weft/xds/gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb';
import type { PatchSet } from './patch-set.ts';

/** Those that patches add, by name. Any context will do: only who names them asks for them. */
export function extensionConfigs(set: PatchSet): ReadonlyMap<string, TypedExtensionConfig> {
  const added = set.all('EXTENSION_CONFIG').filter(({ operation }) => operation === 'ADD');
  return new Map(
    added.map(({ value }) => {
      const config = value as TypedExtensionConfig;
      return [config.name, config];
    }),
  );
}

const MANAGER_TYPE = `type.googleapis.com/${HttpConnectionManagerSchema.typeName}`;

/** The listener with each extension where it is named; the same object when it names none. */
export function inlineExtensions(listener: Listener, extensions: ReadonlyMap<string, TypedExtensionConfig>): Listener {
  const copy = clone(ListenerSchema, listener);
  let changed = false;
  const chains = [...copy.filterChains, ...(copy.defaultFilterChain === undefined ? [] : [copy.defaultFilterChain])];
  for (const filter of chains.flatMap((chain) => chain.filters)) {
    if (inlineHttpFilters(filter, extensions)) changed = true;
  }
  return changed ? copy : listener;
}

function inlineHttpFilters(filter: Filter, extensions: ReadonlyMap<string, TypedExtensionConfig>): boolean {
  const { configType } = filter;
  if (configType.case !== 'typedConfig' || configType.value.typeUrl !== MANAGER_TYPE) return false;
  const manager = fromBinary(HttpConnectionManagerSchema, configType.value.value);
  let changed = false;
  for (const each of manager.httpFilters) {
    const config = each.configType.case === 'configDiscovery' ? extensions.get(each.name)?.typedConfig : undefined;
    if (config === undefined) continue;
    each.configType = { case: 'typedConfig', value: config };
    changed = true;
  }
  if (!changed) return false;
  const value = toBinary(HttpConnectionManagerSchema, manager);
  filter.configType = { case: 'typedConfig', value: create(AnySchema, { typeUrl: MANAGER_TYPE, value }) };
  return true;
}
