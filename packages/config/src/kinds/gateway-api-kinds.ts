import { validateL4Route } from '../checks/gateway-api/l4-route.ts';
import { backendTlsPolicySpec } from './backend-tls-policy/schema.ts';
import { validateBackendTlsPolicy } from './backend-tls-policy/validate.ts';
import { gatewayClassSpec } from './gateway-class/schema.ts';
import { grpcRouteSpec } from './grpc-route/schema.ts';
import { validateGrpcRoute } from './grpc-route/validate.ts';
import { httpRouteSpec } from './http-route/schema.ts';
import { validateHttpRoute } from './http-route/validate.ts';
import { declareKind, type KindRow } from './kind.ts';
import { kubernetesGatewaySpec } from './kubernetes-gateway/schema.ts';
import { validateKubernetesGateway } from './kubernetes-gateway/validate.ts';
import { listenerSetSpec } from './listener-set/schema.ts';
import { validateListenerSet } from './listener-set/validate.ts';
import { referenceGrantSpec } from './reference-grant/schema.ts';
import { tcpRouteSpec } from './tcp-route/schema.ts';
import { tlsRouteSpec, tlsRouteSpecV1Alpha2 } from './tls-route/schema.ts';
import { validateTlsRoute } from './tls-route/validate.ts';
import { udpRouteSpec } from './udp-route/schema.ts';

/** The kinds of the Gateway API. One row each: a new kind is a folder beside this file and a row here. */
export const GATEWAY_API_KINDS: readonly KindRow[] = [
  declareKind({
    type: 'GatewayClass',
    kind: 'GatewayClass',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1beta1'],
    plural: 'gatewayclasses',
    singular: 'gatewayclass',
    shortNames: ['gc'],
    namespaced: false,
    body: 'spec',
    schema: gatewayClassSpec,
    specRequired: true,
  }),
  declareKind({
    type: 'KubernetesGateway',
    kind: 'Gateway',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1beta1'],
    plural: 'gateways',
    singular: 'gateway',
    shortNames: ['gtw'],
    namespaced: true,
    body: 'spec',
    schema: kubernetesGatewaySpec,
    specRequired: true,
    validate: validateKubernetesGateway,
  }),
  declareKind({
    type: 'HTTPRoute',
    kind: 'HTTPRoute',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1beta1'],
    plural: 'httproutes',
    singular: 'httproute',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: httpRouteSpec,
    specRequired: true,
    validate: validateHttpRoute,
  }),
  declareKind({
    type: 'GRPCRoute',
    kind: 'GRPCRoute',
    group: 'gateway.networking.k8s.io',
    versions: ['v1'],
    plural: 'grpcroutes',
    singular: 'grpcroute',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: grpcRouteSpec,
    specRequired: true,
    validate: validateGrpcRoute,
  }),
  declareKind({
    type: 'TCPRoute',
    kind: 'TCPRoute',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1alpha2'],
    plural: 'tcproutes',
    singular: 'tcproute',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: tcpRouteSpec,
    specRequired: true,
    validate: validateL4Route,
  }),
  declareKind({
    type: 'TLSRoute',
    kind: 'TLSRoute',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1alpha3', 'v1alpha2'],
    plural: 'tlsroutes',
    singular: 'tlsroute',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: tlsRouteSpec,
    schemas: { v1alpha2: tlsRouteSpecV1Alpha2 },
    specRequired: true,
    validate: validateTlsRoute,
  }),
  declareKind({
    type: 'UDPRoute',
    kind: 'UDPRoute',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1alpha2'],
    plural: 'udproutes',
    singular: 'udproute',
    shortNames: [],
    namespaced: true,
    body: 'spec',
    schema: udpRouteSpec,
    specRequired: true,
    validate: validateL4Route,
  }),
  declareKind({
    type: 'ReferenceGrant',
    kind: 'ReferenceGrant',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1beta1'],
    plural: 'referencegrants',
    singular: 'referencegrant',
    shortNames: ['refgrant'],
    namespaced: true,
    body: 'spec',
    schema: referenceGrantSpec,
    specRequired: true,
  }),
  declareKind({
    type: 'BackendTLSPolicy',
    kind: 'BackendTLSPolicy',
    group: 'gateway.networking.k8s.io',
    versions: ['v1', 'v1alpha3'],
    plural: 'backendtlspolicies',
    singular: 'backendtlspolicy',
    shortNames: ['btlspolicy'],
    namespaced: true,
    body: 'spec',
    schema: backendTlsPolicySpec,
    specRequired: true,
    validate: validateBackendTlsPolicy,
  }),
  declareKind({
    type: 'ListenerSet',
    kind: 'ListenerSet',
    group: 'gateway.networking.k8s.io',
    versions: ['v1'],
    plural: 'listenersets',
    singular: 'listenerset',
    shortNames: ['lset'],
    namespaced: true,
    body: 'spec',
    schema: listenerSetSpec,
    specRequired: true,
    validate: validateListenerSet,
  }),
];
