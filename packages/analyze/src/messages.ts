import type { Severity } from '@weft/base';

export interface MessageRow {
  /** Istio's name. */
  readonly name: string;
  readonly level: Severity;
  /** `{name}` stands for an argument of the message. */
  readonly text: string;
  readonly hint?: string;
}

/**
 * What analysis can say. Codes, names and levels are those of Istio (https://istio.io/latest/docs/reference/config/analysis/), so
 * that what people know, search for and suppress stays true; the words are ours.
 */
export const MESSAGES = {
  IST0001: { name: 'InternalError', level: 'error', text: 'the analysis itself failed: {detail}' },
  IST0002: { name: 'Deprecated', level: 'warning', text: '{detail}' },
  IST0101: { name: 'ReferencedResourceNotFound', level: 'error', text: 'there is no {kind} "{value}"' },
  IST0102: {
    name: 'NamespaceNotInjected',
    level: 'info',
    text: 'sidecars are neither enabled nor refused for namespace {namespace}',
    hint: 'label it istio-injection=enabled, or istio-injection=disabled if it needs none',
  },
  IST0103: {
    name: 'PodMissingProxy',
    level: 'warning',
    text: 'pod {pod} has no sidecar although its namespace asks for one',
    hint: 'restart the workload: sidecars are added when a pod is made',
  },
  IST0106: { name: 'SchemaValidationError', level: 'error', text: '{problem}' },
  IST0107: { name: 'MisplacedAnnotation', level: 'warning', text: '{annotation} belongs on {kinds}' },
  IST0108: { name: 'UnknownAnnotation', level: 'warning', text: 'Istio knows no annotation {annotation}' },
  IST0109: {
    name: 'ConflictingMeshGatewayVirtualServiceHosts',
    level: 'error',
    text: 'virtual services {names} all route {host} inside the mesh; only one of them can win',
    hint: 'merge them into one',
  },
  IST0110: {
    name: 'ConflictingSidecarWorkloadSelectors',
    level: 'error',
    text: 'Sidecars {names} in namespace {namespace} all select the workload {workload}; only one of them can win',
  },
  IST0111: {
    name: 'MultipleSidecarsWithoutWorkloadSelectors',
    level: 'error',
    text: 'Sidecars {names} in namespace {namespace} have no selector; only one of them can be the default',
  },
  IST0112: {
    name: 'VirtualServiceDestinationPortSelectorRequired',
    level: 'error',
    text: 'the destination {host} has the ports {ports} and the route names none',
    hint: 'set destination.port.number',
  },
  IST0116: {
    name: 'DeploymentAssociatedToMultipleServices',
    level: 'warning',
    text: 'pods of {deployment} belong to services that use port {port} with different protocols: {services}',
  },
  IST0118: {
    name: 'PortNameIsNotUnderNamingConvention',
    level: 'info',
    text: 'the name of port "{name}" ({port}, target {target}) does not say its protocol, which is guessed from traffic',
    hint: 'name it <protocol>-<suffix>, such as http-web, or set appProtocol',
  },
  IST0123: {
    name: 'NamespaceMultipleInjectionLabels',
    level: 'warning',
    text: 'the namespace has several labels that decide about sidecars: {labels}',
    hint: 'keep one of them',
  },
  IST0125: { name: 'InvalidAnnotation', level: 'warning', text: 'the value of {annotation} is invalid: {problem}' },
  IST0126: {
    name: 'UnknownMeshNetworksServiceRegistry',
    level: 'error',
    text: 'network {network} names the service registry {registry}, which is unknown',
  },
  IST0127: {
    name: 'NoMatchingWorkloadsFound',
    level: 'warning',
    text: 'no workload of the mesh is selected (labels: {labels})',
  },
  IST0128: {
    name: 'NoServerCertificateVerificationDestinationLevel',
    level: 'warning',
    text: 'TLS mode {mode} to {host} without caCertificates: the server certificate is not verified',
    hint: 'set tls.caCertificates',
  },
  IST0129: {
    name: 'NoServerCertificateVerificationPortLevel',
    level: 'warning',
    text: 'TLS mode {mode} to {host} port {port} without caCertificates: the server certificate is not verified',
    hint: 'set tls.caCertificates',
  },
  IST0130: { name: 'VirtualServiceUnreachableRule', level: 'warning', text: '{problem}' },
  IST0131: { name: 'VirtualServiceIneffectiveMatch', level: 'info', text: '{problem}' },
  IST0132: {
    name: 'VirtualServiceHostNotFoundInGateway',
    level: 'warning',
    text: 'gateway {gateway} serves none of the hosts {hosts}',
  },
  IST0133: { name: 'SchemaWarning', level: 'warning', text: '{problem}' },
  IST0134: {
    name: 'ServiceEntryAddressesRequired',
    level: 'warning',
    text: 'a TCP port without addresses: the hosts of this entry cannot be told apart from others on the port',
    hint: 'set addresses, or let the mesh allocate them',
  },
  IST0135: { name: 'DeprecatedAnnotation', level: 'info', text: 'the annotation {annotation} is deprecated{extra}' },
  IST0136: { name: 'AlphaAnnotation', level: 'info', text: 'the annotation {annotation} belongs to an alpha feature' },
  IST0137: {
    name: 'DeploymentConflictingPorts',
    level: 'warning',
    text: 'pods of {deployment} belong to services {services} that reach target port {target} by different ports: {ports}',
  },
  IST0138: {
    name: 'GatewayDuplicateCertificate',
    level: 'warning',
    text: 'gateways {gateways} serve the same certificate: a browser that reuses an HTTP/2 connection between them gets 404',
  },
  IST0139: { name: 'InvalidWebhook', level: 'error', text: '{problem}' },
  IST0140: {
    name: 'IngressRouteRulesNotAffected',
    level: 'warning',
    text: 'subsets of virtual service {subsets} do not apply to requests through the gateways of {routes}',
  },
  IST0141: {
    name: 'InsufficientPermissions',
    level: 'error',
    text: 'creating {resource} is not permitted: {problem}',
  },
  IST0142: {
    name: 'UnsupportedKubernetesVersion',
    level: 'error',
    text: 'Kubernetes {version} is older than the oldest supported, {minimum}',
  },
  IST0143: {
    name: 'LocalhostListener',
    level: 'error',
    text: 'port {port} of the service is only listened to on localhost, other pods cannot reach it',
  },
  IST0144: {
    name: 'InvalidApplicationUID',
    level: 'warning',
    text: 'user 1337 is the sidecar: traffic of an application that runs as this user is not intercepted',
  },
  IST0145: {
    name: 'ConflictingGateways',
    level: 'error',
    text: 'gateways {gateways} serve the same hosts {hosts} on port {port} of the same workloads ({selector})',
  },
  IST0146: {
    name: 'ImageAutoWithoutInjectionWarning',
    level: 'warning',
    text: '{kind} {name} has a container with image "auto", and no sidecar injector will replace it',
  },
  IST0147: {
    name: 'ImageAutoWithoutInjectionError',
    level: 'error',
    text: '{kind} {name} has a container with image "auto", and no sidecar injector has replaced it',
  },
  IST0148: {
    name: 'NamespaceInjectionEnabledByDefault',
    level: 'info',
    text: 'pods get a sidecar, because the injector is set to enableNamespacesByDefault',
  },
  IST0149: {
    name: 'JwtClaimBasedRoutingWithoutRequestAuthN',
    level: 'error',
    text: 'routes by the claim {key}, but no RequestAuthentication verifies tokens at pod {pod} of gateway {gateway}',
  },
  IST0150: {
    name: 'ExternalNameServiceTypeInvalidPortName',
    level: 'warning',
    text: 'the port of an ExternalName service does not name a protocol: its traffic may not be forwarded',
    hint: 'name it <protocol>-<suffix>, such as https-api',
  },
  IST0151: {
    name: 'EnvoyFilterUsesRelativeOperation',
    level: 'warning',
    text: 'the patch is relative to others and the EnvoyFilter has no priority: it may be applied before what it refers to',
    hint: 'set priority, or use INSERT_FIRST or ADD',
  },
  IST0152: {
    name: 'EnvoyFilterUsesReplaceOperationIncorrectly',
    level: 'error',
    text: 'REPLACE applies to HTTP_FILTER, NETWORK_FILTER and VIRTUAL_HOST only',
  },
  IST0153: {
    name: 'EnvoyFilterUsesAddOperationIncorrectly',
    level: 'error',
    text: 'ADD has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE',
  },
  IST0154: {
    name: 'EnvoyFilterUsesRemoveOperationIncorrectly',
    level: 'error',
    text: 'REMOVE has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE',
  },
  IST0155: {
    name: 'EnvoyFilterUsesRelativeOperationWithProxyVersion',
    level: 'warning',
    text: 'the patch is relative to one bound to a proxyVersion and has no priority: it may not be applied during an upgrade',
    hint: 'set priority, or use INSERT_FIRST or ADD',
  },
  IST0156: {
    name: 'UnsupportedGatewayAPIVersion',
    level: 'error',
    text: 'the Gateway API definitions have version {version}, older than {minimum}',
  },
  IST0157: {
    name: 'InvalidTelemetryProvider',
    level: 'warning',
    text: 'access logging names no provider and the mesh has no default: nothing is logged',
    hint: 'name a provider, or set defaultProviders.accessLogging',
  },
  IST0158: {
    name: 'PodsIstioProxyImageMismatchInNamespace',
    level: 'warning',
    text: 'the sidecars of pods {pods} have another image than the injector would give them',
    hint: 'restart the pods: often the control plane was upgraded since',
  },
  IST0159: {
    name: 'ConflictingTelemetryWorkloadSelectors',
    level: 'error',
    text: 'Telemetries {names} in namespace {namespace} all select the workload {workload}; only one of them can win',
  },
  IST0160: {
    name: 'MultipleTelemetriesWithoutWorkloadSelectors',
    level: 'error',
    text: 'Telemetries {names} in namespace {namespace} have no selector; only one of them can be the default',
  },
  IST0161: {
    name: 'InvalidGatewayCredential',
    level: 'error',
    text: 'the secret {secret} in namespace {namespace} holds no certificate that can be served: {problem}',
  },
  IST0162: {
    name: 'GatewayPortNotDefinedOnService',
    level: 'warning',
    text: 'no service in front of the gateway pods ({selector}) has the port {port}',
  },
  IST0163: {
    name: 'InvalidExternalControlPlaneConfig',
    level: 'warning',
    text: 'webhook {webhook} cannot reach its control plane at "{url}": {problem}',
  },
  IST0164: {
    name: 'ExternalControlPlaneAddressIsNotAHostname',
    level: 'info',
    text: 'webhook {webhook} reaches its control plane by an IP address ({url}), which may change',
    hint: 'give it a host name',
  },
  IST0165: {
    name: 'ReferencedInternalGateway',
    level: 'warning',
    text: 'gateway {gateway} is made by the implementation for a Kubernetes Gateway: its name may change',
    hint: 'refer to the Kubernetes Gateway',
  },
  IST0166: {
    name: 'IneffectiveSelector',
    level: 'warning',
    text: 'a selector has no effect on the Kubernetes Gateway {gateway}',
    hint: 'use targetRefs',
  },
  IST0167: { name: 'IneffectivePolicy', level: 'warning', text: 'the object has no effect: {reason}' },
  IST0168: {
    name: 'UnknownUpgradeCompatibility',
    level: 'warning',
    text: '{field} changed in release {release} ({change}); whether that matters here is not known',
    hint: 'compatibilityVersion={compatibility} keeps the old behaviour',
  },
  IST0169: {
    name: 'UpdateIncompatibility',
    level: 'warning',
    text: '{field} changed in release {release}: {change}',
    hint: 'compatibilityVersion={compatibility} keeps the old behaviour',
  },
  IST0170: {
    name: 'MultiClusterInconsistentService',
    level: 'warning',
    text: 'service {service} in namespace {namespace} differs between the clusters {clusters}: {problem}',
  },
  IST0171: {
    name: 'NegativeConditionStatus',
    level: 'warning',
    text: 'condition {type} is not met: {reason} ({message})',
  },
  IST0172: {
    name: 'FutureUnsupportedGatewayAPIVersion',
    level: 'warning',
    text: 'the Gateway API definitions have version {version}; soon {minimum} will be needed',
  },
  IST0173: {
    name: 'DestinationRuleSubsetNotSelectPods',
    level: 'error',
    text: 'subset {subset} selects no workload: requests to it are answered with 503',
  },
  IST0174: {
    name: 'UnknownDestinationRuleHost',
    level: 'warning',
    text: 'no service of the mesh has the host {host}',
  },
  IST0175: {
    name: 'JwksUriFetchUnrestricted',
    level: 'warning',
    text: 'istiod fetches JWKS from anywhere for {count} RequestAuthentication(s) ({names})',
    hint: 'set BLOCKED_CIDRS_IN_JWKS_URIS to the networks it must not reach',
  },
  IST0176: {
    name: 'GatewayAPICRDVersionBelowMinimum',
    level: 'warning',
    text: '{crd} has version {version}, at least {minimum} is needed: objects of this kind are not processed',
    hint: 'upgrade the Gateway API definitions',
  },
  IST0177: {
    name: 'ConflictingServiceEntryProtocol',
    level: 'warning',
    text: 'service entries {names} give host {host} port {port} different protocols: {protocols}',
  },
} as const;

export type Code = keyof typeof MESSAGES;

type NamesIn<T extends string> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;
type TextsOf<R> = R extends { readonly hint: infer H extends string; readonly text: infer T extends string }
  ? NamesIn<T> | NamesIn<H>
  : R extends { readonly text: infer T extends string }
    ? NamesIn<T>
    : never;

/** The arguments that the texts of a code name. */
export type MessageArgs<C extends Code> = Readonly<Record<TextsOf<(typeof MESSAGES)[C]>, string | number>>;

/** A row by its code, with the fields that not every row has. */
export function messageOf(code: Code): MessageRow {
  return MESSAGES[code];
}

/** Puts arguments into a text. */
export function fillIn(text: string, args: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{([a-z]+)\}/gi, (whole, name: string) => String(args[name] ?? whole));
}

export function isCode(text: string): text is Code {
  return Object.hasOwn(MESSAGES, text);
}
