import { integer, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import {
  httpHeaderFilter,
  httpRequestMirrorFilter,
  localObjectReference,
  parentReference,
  sessionPersistence,
} from '../../shared/gateway-api/schema.ts';
import type {
  GrpcBackendRef,
  GrpcHeaderMatch,
  GrpcMethodMatch,
  GrpcRouteFilter,
  GrpcRouteMatch,
  GrpcRouteRule,
  GrpcRouteSpec,
} from './type.ts';

export const grpcRouteFilter: Schema<GrpcRouteFilter> = object<GrpcRouteFilter>(
  {
    extensionRef: localObjectReference,
    requestHeaderModifier: httpHeaderFilter,
    requestMirror: httpRequestMirrorFilter,
    responseHeaderModifier: httpHeaderFilter,
    type: oneOf('ResponseHeaderModifier', 'RequestHeaderModifier', 'RequestMirror', 'ExtensionRef'),
  },
  { required: ['type'] },
);

export const grpcBackendRef: Schema<GrpcBackendRef> = object<GrpcBackendRef>(
  {
    filters: list(grpcRouteFilter, { max: 16 }),
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
    port: integer({ min: 1, max: 65535 }),
    weight: integer({ min: 0, max: 1000000 }),
  },
  { required: ['name'] },
);

export const grpcHeaderMatch: Schema<GrpcHeaderMatch> = object<GrpcHeaderMatch>(
  {
    name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
    type: oneOf('Exact', 'RegularExpression'),
    value: text({ min: 1, max: 4096 }),
  },
  { required: ['name', 'value'] },
);

export const grpcMethodMatch: Schema<GrpcMethodMatch> = object<GrpcMethodMatch>({
  method: text({ max: 1024 }),
  service: text({ max: 1024 }),
  type: oneOf('Exact', 'RegularExpression'),
});

export const grpcRouteMatch: Schema<GrpcRouteMatch> = object<GrpcRouteMatch>({
  headers: list(grpcHeaderMatch, { max: 16, key: 'name' }),
  method: grpcMethodMatch,
});

export const grpcRouteRule: Schema<GrpcRouteRule> = object<GrpcRouteRule>({
  backendRefs: list(grpcBackendRef, { max: 16 }),
  filters: list(grpcRouteFilter, { max: 16 }),
  matches: list(grpcRouteMatch, { max: 64 }),
  name: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  sessionPersistence: sessionPersistence,
});

export const grpcRouteSpec: Schema<GrpcRouteSpec> = object<GrpcRouteSpec>({
  hostnames: list(
    text({ min: 1, max: 253, pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    { max: 16 },
  ),
  parentRefs: list(parentReference, { max: 32 }),
  rules: list(grpcRouteRule, { max: 16 }),
  useDefaultGateways: oneOf('All', 'None'),
});
