export { negativeDurationProblem } from './checks/duration.ts';
export { checkExportTo } from './checks/export-to.ts';
export { headerValueProblem, matchHeaderNameProblem, strictHeaderNameProblem } from './checks/header.ts';
export { occursIn } from './checks/regex.ts';
export { isCipherSuite } from './checks/server-tls.ts';
export { type DecodeOptions, decodeObject, type Inspected, inspectObject } from './decode.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { isJsonObject } from './json.ts';
export { KINDS } from './kinds/all.ts';
export type {
  AuthorizationExtensionProvider,
  AuthorizationPolicySpec,
  AuthorizationRule,
  RuleCondition,
  RuleFrom,
  RuleOperation,
  RuleSource,
  RuleTo,
} from './kinds/authorization-policy/type.ts';
export type {
  BackendTlsPolicySpec,
  BackendTlsTargetReference,
  BackendTlsValidation,
  SubjectAltName,
} from './kinds/backend-tls-policy/type.ts';
export type { ConfigMapSpec } from './kinds/config-map/type.ts';
export type { CustomResourceDefinitionSpec } from './kinds/custom-resource-definition/type.ts';
export type { DeploymentSpec, PodTemplate } from './kinds/deployment/type.ts';
export { LOAD_BALANCER_ANNOTATION } from './kinds/destination-rule/load-balancer-annotation.ts';
export type {
  ClientTlsSettings,
  ConsistentHashLb,
  CookieAttribute,
  DestinationRuleSpec,
  HttpCookieHash,
  LoadBalancerSettings,
  LocalityDistribute,
  LocalityFailover,
  LocalityLbSetting,
  MaglevSettings,
  OutlierDetection,
  PortTrafficPolicy,
  ProxyProtocolSettings,
  RetryBudget,
  RingHashSettings,
  Subset,
  TrafficPolicy,
  TunnelSettings,
  WarmupConfiguration,
  ZoneAwareLbSetting,
} from './kinds/destination-rule/type.ts';
export type { EndpointConditions, EndpointSliceSpec, SliceEndpoint, ZoneHint } from './kinds/endpoint-slice/type.ts';
export type {
  EndpointAddress,
  EndpointPort,
  EndpointSubset,
  EndpointsSpec,
  ObjectReference,
} from './kinds/endpoints/type.ts';
export type {
  ClusterMatch,
  EnvoyConfigMatch,
  EnvoyConfigPatch,
  EnvoyFilterSpec,
  EnvoyPatch,
  FilterChainMatch,
  FilterMatch,
  ListenerMatch,
  ProxyMatch,
  RouteConfigurationMatch,
  RouteMatch,
  SubFilterMatch,
  VirtualHostMatch,
  WaypointMatch,
  WaypointRouteMatch,
} from './kinds/envoy-filter/type.ts';
export { findKind, kindOf, kindsNamed, parseApiVersion, restPath } from './kinds/find.ts';
export type { GatewayPort, GatewayServer, GatewaySpec } from './kinds/gateway/type.ts';
export type { GatewayClassSpec, ParametersReference } from './kinds/gateway-class/type.ts';
export type {
  GrpcBackendRef,
  GrpcHeaderMatch,
  GrpcMethodMatch,
  GrpcRouteFilter,
  GrpcRouteMatch,
  GrpcRouteRule,
  GrpcRouteSpec,
} from './kinds/grpc-route/type.ts';
export type {
  ForwardBody,
  GrpcAuthConfig,
  HttpAuthConfig,
  HttpBackendRef,
  HttpCorsFilter,
  HttpExternalAuthFilter,
  HttpHeaderMatch,
  HttpPathMatch,
  HttpPathModifier,
  HttpQueryParamMatch,
  HttpRequestRedirectFilter,
  HttpRouteFilter,
  HttpRouteMatch,
  HttpRouteRetry,
  HttpRouteRule,
  HttpRouteSpec,
  HttpRouteTimeouts,
  HttpUrlRewriteFilter,
} from './kinds/http-route/type.ts';
export type { IstioOperatorSpec } from './kinds/istio-operator/type.ts';
export type { KindNames, KindRow } from './kinds/kind.ts';
export type {
  AllowedListeners,
  FrontendTls,
  FrontendTlsConfig,
  FrontendTlsPort,
  FrontendValidation,
  GatewayAddress,
  GatewayBackendTls,
  GatewayInfrastructure,
  GatewayTls,
  KubernetesGatewaySpec,
  LocalParametersReference,
} from './kinds/kubernetes-gateway/type.ts';
export type { ListenerSetSpec, ParentGatewayReference } from './kinds/listener-set/type.ts';
export { decodeMeshConfig, decodeProxyConfig, meshConfigOf, operatorMeshConfig } from './kinds/mesh-config/decode.ts';
export type {
  ExtAuthzGrpcProvider,
  ExtAuthzHttpProvider,
  ExtAuthzRequestBody,
  ExtensionProvider,
  FileAccessLogProvider,
  GrpcAccessLogProvider,
  LogFormat,
  OpenTelemetryProvider,
  OtelAccessLogProvider,
  ProviderHeader,
  ProviderService,
  TracingProvider,
  ZipkinProvider,
} from './kinds/mesh-config/extension-provider.ts';
export type {
  ConnectionSettings,
  DefaultProxyConfig,
  GatewayTopology,
  ProxyStatsMatcher,
} from './kinds/mesh-config/proxy-config.ts';
export type {
  DefaultProviders,
  LabelSelector,
  LabelSelectorRequirement,
  MeshCaCertificate,
  MeshConfig,
  MeshOutboundTrafficPolicy,
  MeshTlsConfig,
  ServiceSettings,
} from './kinds/mesh-config/type.ts';
export type { NamespaceSpec } from './kinds/namespace/type.ts';
export type { NodeSpec } from './kinds/node/type.ts';
export type { MutualTls, PeerAuthenticationSpec } from './kinds/peer-authentication/type.ts';
export type {
  Container,
  ContainerEnvVar,
  ContainerPort,
  PodCondition,
  PodSpec,
  PodStatus,
  SecurityContext,
} from './kinds/pod/type.ts';
export type { ProxyConfigSpec, ProxyImage } from './kinds/proxy-config/type.ts';
export type { ReferenceGrantFrom, ReferenceGrantSpec, ReferenceGrantTo } from './kinds/reference-grant/type.ts';
export type {
  ClaimToHeader,
  JwtHeader,
  JwtRule,
  RequestAuthenticationSpec,
} from './kinds/request-authentication/type.ts';
export type { SecretSpec } from './kinds/secret/type.ts';
export type { LoadBalancerIngress, ServicePort, ServiceSpec, ServiceStatus } from './kinds/service/type.ts';
export type { ServiceAccountSpec } from './kinds/service-account/type.ts';
export type { ServiceEntryPort, ServiceEntrySpec, ServiceEntryStatus } from './kinds/service-entry/type.ts';
export type {
  IstioEgressListener,
  IstioIngressListener,
  OutboundTrafficPolicy,
  SidecarPort,
  SidecarSpec,
} from './kinds/sidecar/type.ts';
export type { SpecByKind, StatusByKind } from './kinds/spec-by-kind.ts';
export type { TcpRouteRule, TcpRouteSpec } from './kinds/tcp-route/type.ts';
export type {
  AccessLogging,
  AccessLoggingFilter,
  CustomTag,
  EnvironmentTag,
  FormatterTag,
  HeaderTag,
  LiteralTag,
  MetricSelector,
  Metrics,
  MetricsOverride,
  ProviderRef,
  TagOverride,
  TelemetrySpec,
  Tracing,
  WorkloadModeMatch,
} from './kinds/telemetry/type.ts';
export type { TlsRouteRule, TlsRouteSpec } from './kinds/tls-route/type.ts';
export type { LuaConfig, TrafficExtensionSpec, WasmConfig } from './kinds/traffic-extension/type.ts';
export type { UdpRouteRule, UdpRouteSpec } from './kinds/udp-route/type.ts';
export type {
  CorsPolicy,
  Delegate,
  FaultAbort,
  FaultDelay,
  HeaderOperations,
  Headers,
  HttpBody,
  HttpDirectResponse,
  HttpFaultInjection,
  HttpMatchRequest,
  HttpMirrorPolicy,
  HttpRedirect,
  HttpRetry,
  HttpRewrite,
  HttpRoute,
  HttpRouteDestination,
  L4MatchAttributes,
  Percent,
  RegexRewrite,
  RouteDestination,
  TcpRoute,
  TlsMatchAttributes,
  TlsRoute,
  VirtualServiceSpec,
} from './kinds/virtual-service/type.ts';
export type { EnvVar, TrafficSelector, VmConfig, WasmPluginSpec } from './kinds/wasm-plugin/type.ts';
export type { Webhook, WebhookClientConfig, WebhookConfigurationSpec } from './kinds/webhook-configuration/type.ts';
export type { WorkloadEntrySpec } from './kinds/workload-entry/type.ts';
export type {
  ExecHealthCheck,
  GrpcHealthCheck,
  HttpHeader,
  HttpHealthCheck,
  ReadinessProbe,
  TcpHealthCheck,
  WorkloadGroupMetadata,
  WorkloadGroupSpec,
} from './kinds/workload-group/type.ts';
export { type InputText, type Loaded, loadText, loadTexts } from './load.ts';
export { readConfigPaths } from './read.ts';
export type { KindId, ObjectMeta, Resource, Source } from './resource.ts';
export { groupByKind, resourcesOf } from './resource.ts';
export { resourceKey, resourceTitle } from './resource-key.ts';
export { Report } from './schema/index.ts';
export type {
  ConnectionPoolSettings,
  Http2KeepAlive,
  HttpPoolSettings,
  TcpKeepalive,
  TcpPoolSettings,
} from './shared/connection-pool/type.ts';
export type { Destination, PortSelector } from './shared/destination/type.ts';
export type {
  AllowedRoutes,
  BackendObjectReference,
  BackendRef,
  Fraction,
  GatewayListener,
  HttpHeaderFilter,
  HttpHeaderValue,
  HttpRequestMirrorFilter,
  ListenerTls,
  LocalObjectReference,
  NamespaceRequirement,
  NamespaceSelector,
  ParentReference,
  RouteGroupKind,
  RouteNamespaces,
  SecretReference,
  SessionCookie,
  SessionHeader,
  SessionPersistence,
} from './shared/gateway-api/type.ts';
export type { PolicySelector, PolicyTargetReference, WorkloadSelector } from './shared/selector/type.ts';
export type { ServerTlsSettings, TlsCertificateFiles } from './shared/server-tls/type.ts';
export type { StringMatch } from './shared/string-match/type.ts';
export { MAX_TEXT_BYTES, type ParsedDocument, type ParsedText, parseDocuments } from './yaml/parse.ts';
export { plainSource } from './yaml/source.ts';
