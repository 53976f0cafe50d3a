import { authorizationPolicySpec } from './authorization-policy/schema.ts';
import { validateAuthorizationPolicy } from './authorization-policy/validate.ts';
import { destinationRuleSpec } from './destination-rule/schema.ts';
import { validateDestinationRule } from './destination-rule/validate.ts';
import { envoyFilterSpec } from './envoy-filter/schema.ts';
import { validateEnvoyFilter } from './envoy-filter/validate.ts';
import { gatewaySpec } from './gateway/schema.ts';
import { validateGateway } from './gateway/validate.ts';
import { istioOperatorSpec } from './istio-operator/schema.ts';
import { validateIstioOperator } from './istio-operator/validate.ts';
import { declareKind, type KindRow } from './kind.ts';
import { peerAuthenticationSpec } from './peer-authentication/schema.ts';
import { validatePeerAuthentication } from './peer-authentication/validate.ts';
import { proxyConfigSpec } from './proxy-config/schema.ts';
import { validateProxyConfig } from './proxy-config/validate.ts';
import { requestAuthenticationSpec } from './request-authentication/schema.ts';
import { validateRequestAuthentication } from './request-authentication/validate.ts';
import { serviceEntrySpec } from './service-entry/schema.ts';
import { serviceEntryStatus } from './service-entry/status.ts';
import { validateServiceEntry } from './service-entry/validate.ts';
import { sidecarSpec } from './sidecar/schema.ts';
import { validateSidecar } from './sidecar/validate.ts';
import { telemetrySpec } from './telemetry/schema.ts';
import { validateTelemetry } from './telemetry/validate.ts';
import { trafficExtensionSpec } from './traffic-extension/schema.ts';
import { validateTrafficExtension } from './traffic-extension/validate.ts';
import { virtualServiceSpec } from './virtual-service/schema.ts';
import { validateVirtualService } from './virtual-service/validate.ts';
import { wasmPluginSpec } from './wasm-plugin/schema.ts';
import { validateWasmPlugin } from './wasm-plugin/validate.ts';
import { workloadEntrySpec } from './workload-entry/schema.ts';
import { validateWorkloadEntry } from './workload-entry/validate.ts';
import { workloadGroupSpec } from './workload-group/schema.ts';
import { validateWorkloadGroup } from './workload-group/validate.ts';

/** Istio's kinds: networking, security, telemetry, extensions, installation. One row each: a new kind is a folder beside this file and a row here. */
export const ISTIO_KINDS: readonly KindRow[] = [
  declareKind({
    type: 'VirtualService',
    kind: 'VirtualService',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'virtualservices',
    singular: 'virtualservice',
    shortNames: ['vs'],
    namespaced: true,
    body: 'spec',
    schema: virtualServiceSpec,
    validate: validateVirtualService,
  }),
  declareKind({
    type: 'DestinationRule',
    kind: 'DestinationRule',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'destinationrules',
    singular: 'destinationrule',
    shortNames: ['dr'],
    namespaced: true,
    body: 'spec',
    schema: destinationRuleSpec,
    validate: validateDestinationRule,
  }),
  declareKind({
    type: 'Gateway',
    kind: 'Gateway',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'gateways',
    singular: 'gateway',
    shortNames: ['gw'],
    namespaced: true,
    body: 'spec',
    schema: gatewaySpec,
    validate: validateGateway,
  }),
  declareKind({
    type: 'ServiceEntry',
    kind: 'ServiceEntry',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'serviceentries',
    singular: 'serviceentry',
    shortNames: ['se'],
    namespaced: true,
    body: 'spec',
    schema: serviceEntrySpec,
    specRequired: true,
    validate: validateServiceEntry,
    status: serviceEntryStatus,
  }),
  declareKind({
    type: 'WorkloadEntry',
    kind: 'WorkloadEntry',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'workloadentries',
    singular: 'workloadentry',
    shortNames: ['we'],
    namespaced: true,
    body: 'spec',
    schema: workloadEntrySpec,
    specRequired: true,
    validate: validateWorkloadEntry,
  }),
  declareKind({
    type: 'WorkloadGroup',
    kind: 'WorkloadGroup',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'workloadgroups',
    singular: 'workloadgroup',
    shortNames: ['wg'],
    namespaced: true,
    body: 'spec',
    schema: workloadGroupSpec,
    specRequired: true,
    validate: validateWorkloadGroup,
  }),
  declareKind({
    type: 'Sidecar',
    kind: 'Sidecar',
    group: 'networking.istio.io',
    versions: ['v1', 'v1beta1', 'v1alpha3'],
    plural: 'sidecars',
    singular: 'sidecar',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: sidecarSpec,
    validate: validateSidecar,
  }),
  declareKind({
    type: 'EnvoyFilter',
    kind: 'EnvoyFilter',
    group: 'networking.istio.io',
    versions: ['v1alpha3'],
    plural: 'envoyfilters',
    singular: 'envoyfilter',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: envoyFilterSpec,
    validate: validateEnvoyFilter,
  }),
  declareKind({
    type: 'ProxyConfig',
    kind: 'ProxyConfig',
    group: 'networking.istio.io',
    versions: ['v1beta1'],
    plural: 'proxyconfigs',
    singular: 'proxyconfig',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: proxyConfigSpec,
    validate: validateProxyConfig,
  }),
  declareKind({
    type: 'PeerAuthentication',
    kind: 'PeerAuthentication',
    group: 'security.istio.io',
    versions: ['v1', 'v1beta1'],
    plural: 'peerauthentications',
    singular: 'peerauthentication',
    shortNames: ['pa'],
    namespaced: true,
    body: 'spec',
    schema: peerAuthenticationSpec,
    validate: validatePeerAuthentication,
  }),
  declareKind({
    type: 'RequestAuthentication',
    kind: 'RequestAuthentication',
    group: 'security.istio.io',
    versions: ['v1', 'v1beta1'],
    plural: 'requestauthentications',
    singular: 'requestauthentication',
    shortNames: ['ra'],
    namespaced: true,
    body: 'spec',
    schema: requestAuthenticationSpec,
    validate: validateRequestAuthentication,
  }),
  declareKind({
    type: 'AuthorizationPolicy',
    kind: 'AuthorizationPolicy',
    group: 'security.istio.io',
    versions: ['v1', 'v1beta1'],
    plural: 'authorizationpolicies',
    singular: 'authorizationpolicy',
    shortNames: ['ap'],
    namespaced: true,
    body: 'spec',
    schema: authorizationPolicySpec,
    validate: validateAuthorizationPolicy,
  }),
  declareKind({
    type: 'Telemetry',
    kind: 'Telemetry',
    group: 'telemetry.istio.io',
    versions: ['v1', 'v1alpha1'],
    plural: 'telemetries',
    singular: 'telemetry',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: telemetrySpec,
    validate: validateTelemetry,
  }),
  declareKind({
    type: 'WasmPlugin',
    kind: 'WasmPlugin',
    group: 'extensions.istio.io',
    versions: ['v1alpha1'],
    plural: 'wasmplugins',
    singular: 'wasmplugin',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: wasmPluginSpec,
    specRequired: true,
    validate: validateWasmPlugin,
  }),
  declareKind({
    type: 'TrafficExtension',
    kind: 'TrafficExtension',
    group: 'extensions.istio.io',
    versions: ['v1alpha1'],
    plural: 'trafficextensions',
    singular: 'trafficextension',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: trafficExtensionSpec,
    specRequired: true,
    validate: validateTrafficExtension,
  }),
  declareKind({
    type: 'IstioOperator',
    kind: 'IstioOperator',
    group: 'install.istio.io',
    versions: ['v1alpha1'],
    plural: 'istiooperators',
    singular: 'istiooperator',
    shortNames: ['iop'],
    namespaced: true,
    body: 'spec',
    schema: istioOperatorSpec,
    validate: validateIstioOperator,
  }),
];
