import { integer, json, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { portSelector } from '../../shared/destination/schema.ts';
import { policySelector, policyTargetReference } from '../../shared/selector/schema.ts';
import type { EnvVar, TrafficSelector, VmConfig, WasmPluginSpec } from './type.ts';

export const trafficSelector: Schema<TrafficSelector> = object<TrafficSelector>({
  mode: oneOf('UNDEFINED', 'CLIENT', 'SERVER', 'CLIENT_AND_SERVER'),
  ports: list(portSelector),
});

export const envVar: Schema<EnvVar> = object<EnvVar>(
  {
    name: text({ min: 1, max: 256 }),
    value: text({ max: 2048 }),
    valueFrom: oneOf('INLINE', 'HOST'),
  },
  { required: ['name'] },
);

export const vmConfig: Schema<VmConfig> = object<VmConfig>({
  env: list(envVar, { max: 256 }),
});

export const wasmPluginSpec: Schema<WasmPluginSpec> = object<WasmPluginSpec>(
  {
    failStrategy: oneOf('FAIL_CLOSE', 'FAIL_OPEN', 'FAIL_RELOAD'),
    imagePullPolicy: oneOf('UNSPECIFIED_POLICY', 'IfNotPresent', 'Always'),
    imagePullSecret: text({ min: 1, max: 253 }),
    match: list(trafficSelector),
    phase: oneOf('UNSPECIFIED_PHASE', 'AUTHN', 'AUTHZ', 'STATS'),
    pluginConfig: json(),
    pluginName: text({ min: 1, max: 256 }),
    priority: integer(),
    selector: policySelector,
    sha256: text({ pattern: /(^$|^[a-f0-9]{64}$)/ }),
    targetRef: policyTargetReference,
    targetRefs: list(policyTargetReference, { max: 16 }),
    type: oneOf('UNSPECIFIED_PLUGIN_TYPE', 'HTTP', 'NETWORK'),
    url: text({ min: 1 }),
    verificationKey: text(),
    vmConfig: vmConfig,
  },
  { required: ['url'] },
);
