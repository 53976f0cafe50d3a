import { trafficSelector, vmConfig } from '../../kinds/wasm-plugin/schema.ts';
import { integer, json, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { policySelector, policyTargetReference } from '../../shared/selector/schema.ts';
import type { LuaConfig, TrafficExtensionSpec, WasmConfig } from './type.ts';

export const luaConfig: Schema<LuaConfig> = object<LuaConfig>(
  {
    inlineCode: text({ min: 1, max: 65536 }),
  },
  { required: ['inlineCode'] },
);

export const wasmConfig: Schema<WasmConfig> = object<WasmConfig>(
  {
    failStrategy: oneOf('FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD'),
    imagePullPolicy: oneOf('UNSPECIFIED_POLICY', 'IfNotPresent', 'Always'),
    imagePullSecret: text({ min: 1, max: 253 }),
    pluginConfig: json(),
    pluginName: text({ min: 1, max: 256 }),
    sha256: text({ pattern: /(^$|^[a-f0-9]{64}$)/ }),
    type: oneOf('UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK'),
    url: text({ min: 1 }),
    verificationKey: text(),
    vmConfig: vmConfig,
  },
  { required: ['url'] },
);

export const trafficExtensionSpec: Schema<TrafficExtensionSpec> = object<TrafficExtensionSpec>(
  {
    lua: luaConfig,
    match: list(trafficSelector),
    phase: oneOf('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
    priority: integer(),
    selector: policySelector,
    targetRefs: list(policyTargetReference, { max: 16 }),
    wasm: wasmConfig,
  },
  { exclusive: [{ fields: ['wasm', 'lua'], required: false }] },
);
