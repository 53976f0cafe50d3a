import type { JsonObject } from '../../json.ts';
import type { PortSelector } from '../../shared/destination/type.ts';
import type { PolicySelector, PolicyTargetReference } from '../../shared/selector/type.ts';

/**
 * A Wasm filter for some workloads.
 *
 * https://istio.io/latest/docs/reference/config/proxy_extensions/wasm-plugin/
 */
export interface WasmPluginSpec {
  readonly failStrategy?: 'FAIL_CLOSE' | 'FAIL_OPEN' | 'FAIL_RELOAD';
  readonly imagePullPolicy?: 'UNSPECIFIED_POLICY' | 'IfNotPresent' | 'Always';
  readonly imagePullSecret?: string;
  readonly match?: readonly TrafficSelector[];
  readonly phase?: 'UNSPECIFIED_PHASE' | 'AUTHN' | 'AUTHZ' | 'STATS';
  readonly pluginConfig?: JsonObject;
  readonly pluginName?: string;
  readonly priority?: number;
  readonly selector?: PolicySelector;
  readonly sha256?: string;
  readonly targetRef?: PolicyTargetReference;
  readonly targetRefs?: readonly PolicyTargetReference[];
  readonly type?: 'UNSPECIFIED_PLUGIN_TYPE' | 'HTTP' | 'NETWORK';
  readonly url?: string;
  readonly verificationKey?: string;
  readonly vmConfig?: VmConfig;
}

/** Options of the Wasm virtual machine. */
export interface VmConfig {
  readonly env?: readonly EnvVar[];
}

/** An environment variable of the module. */
export interface EnvVar {
  readonly name?: string;
  readonly value?: string;
  readonly valueFrom?: 'INLINE' | 'HOST';
}

/** Direction and ports of the traffic the filter sees. */
export interface TrafficSelector {
  readonly mode?: 'UNDEFINED' | 'CLIENT' | 'SERVER' | 'CLIENT_AND_SERVER';
  readonly ports?: readonly PortSelector[];
}
