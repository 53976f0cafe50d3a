import type { JsonObject } from '../../json.ts';
import type { TrafficSelector, VmConfig } from '../../kinds/wasm-plugin/type.ts';
import type { PolicySelector, PolicyTargetReference } from '../../shared/selector/type.ts';

/**
 * A Wasm or Lua filter for some workloads.
 *
 * https://istio.io/latest/docs/reference/config/proxy_extensions/
 */
export interface TrafficExtensionSpec {
  readonly lua?: LuaConfig;
  readonly match?: readonly TrafficSelector[];
  readonly phase?: 'UNSPECIFIED' | 'AUTHN' | 'AUTHZ' | 'STATS';
  readonly priority?: number;
  readonly selector?: PolicySelector;
  readonly targetRefs?: readonly PolicyTargetReference[];
  readonly wasm?: WasmConfig;
}

/** A Wasm filter. */
export interface WasmConfig {
  readonly failStrategy?: 'FAIL_CLOSE' | 'FAIL_OPEN' | 'FAIL_RELOAD';
  readonly imagePullPolicy?: 'UNSPECIFIED_POLICY' | 'IfNotPresent' | 'Always';
  readonly imagePullSecret?: string;
  readonly pluginConfig?: JsonObject;
  readonly pluginName?: string;
  readonly sha256?: string;
  readonly type?: 'UNSPECIFIED_PLUGIN_TYPE' | 'HTTP' | 'NETWORK';
  readonly url?: string;
  readonly verificationKey?: string;
  readonly vmConfig?: VmConfig;
}

/** A Lua filter. */
export interface LuaConfig {
  readonly inlineCode?: string;
}
