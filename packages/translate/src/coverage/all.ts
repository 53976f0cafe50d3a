import type { KindId } from '@weft/config';
import { DESTINATION_RULE } from './destination-rule.ts';
import { ENVOY_FILTER } from './envoy-filter.ts';
import { GATEWAY } from './gateway.ts';
import {
  GATEWAY_CLASS,
  GRPC_ROUTE,
  HTTP_ROUTE,
  KUBERNETES_GATEWAY,
  L4_ROUTE,
  LISTENER_SET,
  REFERENCE_GRANT,
  UDP_ROUTE,
} from './gateway-api.ts';
import { ISTIO_OPERATOR } from './istio-operator.ts';
import type { KindCoverage } from './kind-coverage.ts';
import { MESH_CONFIG_MAP } from './mesh-config.ts';
import { PROXY_CONFIG } from './proxy-config.ts';
import { SERVICE, SERVICE_ENTRY, SIDECAR, WORKLOAD_ENTRY, WORKLOAD_GROUP } from './registry-kinds.ts';
import { TELEMETRY } from './telemetry.ts';
import { VIRTUAL_SERVICE } from './virtual-service.ts';
import {
  AUTHORIZATION_POLICY,
  BACKEND_TLS_POLICY,
  PEER_AUTHENTICATION,
  REQUEST_AUTHENTICATION,
  WASM_PLUGIN,
} from './without-effect.ts';

const DATA: KindCoverage = { effect: 'data' };

/** A kind that config learns to read does not compile until somebody says here what becomes of it. */
export const COVERAGE: Readonly<Record<KindId, KindCoverage>> = {
  VirtualService: VIRTUAL_SERVICE,
  DestinationRule: DESTINATION_RULE,
  Gateway: GATEWAY,
  ServiceEntry: SERVICE_ENTRY,
  WorkloadEntry: WORKLOAD_ENTRY,
  WorkloadGroup: WORKLOAD_GROUP,
  Sidecar: SIDECAR,
  EnvoyFilter: ENVOY_FILTER,
  ProxyConfig: PROXY_CONFIG,
  PeerAuthentication: PEER_AUTHENTICATION,
  RequestAuthentication: REQUEST_AUTHENTICATION,
  AuthorizationPolicy: AUTHORIZATION_POLICY,
  Telemetry: TELEMETRY,
  WasmPlugin: WASM_PLUGIN,
  TrafficExtension: WASM_PLUGIN,
  IstioOperator: ISTIO_OPERATOR,
  GatewayClass: GATEWAY_CLASS,
  KubernetesGateway: KUBERNETES_GATEWAY,
  HTTPRoute: HTTP_ROUTE,
  GRPCRoute: GRPC_ROUTE,
  TCPRoute: L4_ROUTE,
  TLSRoute: L4_ROUTE,
  UDPRoute: UDP_ROUTE,
  ReferenceGrant: REFERENCE_GRANT,
  BackendTLSPolicy: BACKEND_TLS_POLICY,
  ListenerSet: LISTENER_SET,
  Service: SERVICE,
  Pod: DATA,
  Endpoints: DATA,
  EndpointSlice: DATA,
  Namespace: DATA,
  ServiceAccount: DATA,
  Secret: DATA,
  ConfigMap: MESH_CONFIG_MAP,
  Node: DATA,
  Deployment: DATA,
  CustomResourceDefinition: DATA,
  MutatingWebhookConfiguration: DATA,
  ValidatingWebhookConfiguration: DATA,
};
