import type { AuthorizationPolicySpec } from './authorization-policy/type.ts';
import type { BackendTlsPolicySpec } from './backend-tls-policy/type.ts';
import type { ConfigMapSpec } from './config-map/type.ts';
import type { CustomResourceDefinitionSpec } from './custom-resource-definition/type.ts';
import type { DeploymentSpec } from './deployment/type.ts';
import type { DestinationRuleSpec } from './destination-rule/type.ts';
import type { EndpointSliceSpec } from './endpoint-slice/type.ts';
import type { EndpointsSpec } from './endpoints/type.ts';
import type { EnvoyFilterSpec } from './envoy-filter/type.ts';
import type { GatewaySpec } from './gateway/type.ts';
import type { GatewayClassSpec } from './gateway-class/type.ts';
import type { GrpcRouteSpec } from './grpc-route/type.ts';
import type { HttpRouteSpec } from './http-route/type.ts';
import type { IstioOperatorSpec } from './istio-operator/type.ts';
import type { KubernetesGatewaySpec } from './kubernetes-gateway/type.ts';
import type { ListenerSetSpec } from './listener-set/type.ts';
import type { NamespaceSpec } from './namespace/type.ts';
import type { NodeSpec } from './node/type.ts';
import type { PeerAuthenticationSpec } from './peer-authentication/type.ts';
import type { PodSpec, PodStatus } from './pod/type.ts';
import type { ProxyConfigSpec } from './proxy-config/type.ts';
import type { ReferenceGrantSpec } from './reference-grant/type.ts';
import type { RequestAuthenticationSpec } from './request-authentication/type.ts';
import type { SecretSpec } from './secret/type.ts';
import type { ServiceSpec, ServiceStatus } from './service/type.ts';
import type { ServiceAccountSpec } from './service-account/type.ts';
import type { ServiceEntrySpec, ServiceEntryStatus } from './service-entry/type.ts';
import type { SidecarSpec } from './sidecar/type.ts';
import type { TcpRouteSpec } from './tcp-route/type.ts';
import type { TelemetrySpec } from './telemetry/type.ts';
import type { TlsRouteSpec } from './tls-route/type.ts';
import type { TrafficExtensionSpec } from './traffic-extension/type.ts';
import type { UdpRouteSpec } from './udp-route/type.ts';
import type { VirtualServiceSpec } from './virtual-service/type.ts';
import type { WasmPluginSpec } from './wasm-plugin/type.ts';
import type { WebhookConfigurationSpec } from './webhook-configuration/type.ts';
import type { WorkloadEntrySpec } from './workload-entry/type.ts';
import type { WorkloadGroupSpec } from './workload-group/type.ts';

/** The decoded body of every kind that is read. */
export interface SpecByKind {
  readonly VirtualService: VirtualServiceSpec;
  readonly DestinationRule: DestinationRuleSpec;
  readonly Gateway: GatewaySpec;
  readonly ServiceEntry: ServiceEntrySpec;
  readonly WorkloadEntry: WorkloadEntrySpec;
  readonly WorkloadGroup: WorkloadGroupSpec;
  readonly Sidecar: SidecarSpec;
  readonly EnvoyFilter: EnvoyFilterSpec;
  readonly ProxyConfig: ProxyConfigSpec;
  readonly PeerAuthentication: PeerAuthenticationSpec;
  readonly RequestAuthentication: RequestAuthenticationSpec;
  readonly AuthorizationPolicy: AuthorizationPolicySpec;
  readonly Telemetry: TelemetrySpec;
  readonly WasmPlugin: WasmPluginSpec;
  readonly TrafficExtension: TrafficExtensionSpec;
  readonly IstioOperator: IstioOperatorSpec;
  readonly GatewayClass: GatewayClassSpec;
  readonly KubernetesGateway: KubernetesGatewaySpec;
  readonly HTTPRoute: HttpRouteSpec;
  readonly GRPCRoute: GrpcRouteSpec;
  readonly TCPRoute: TcpRouteSpec;
  readonly TLSRoute: TlsRouteSpec;
  readonly UDPRoute: UdpRouteSpec;
  readonly ReferenceGrant: ReferenceGrantSpec;
  readonly BackendTLSPolicy: BackendTlsPolicySpec;
  readonly ListenerSet: ListenerSetSpec;
  readonly Service: ServiceSpec;
  readonly Pod: PodSpec;
  readonly Endpoints: EndpointsSpec;
  readonly EndpointSlice: EndpointSliceSpec;
  readonly Namespace: NamespaceSpec;
  readonly ServiceAccount: ServiceAccountSpec;
  readonly Secret: SecretSpec;
  readonly ConfigMap: ConfigMapSpec;
  readonly Node: NodeSpec;
  readonly Deployment: DeploymentSpec;
  readonly CustomResourceDefinition: CustomResourceDefinitionSpec;
  readonly MutatingWebhookConfiguration: WebhookConfigurationSpec;
  readonly ValidatingWebhookConfiguration: WebhookConfigurationSpec;
}

/** Kinds whose status means something to the mesh. */
export interface StatusByKind {
  readonly Service: ServiceStatus;
  readonly Pod: PodStatus;
  readonly ServiceEntry: ServiceEntryStatus;
}
