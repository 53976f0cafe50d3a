import { duration, flag, integer, list, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { GEP_2257 } from '../../shared/gateway-api/duration.ts';
import {
  backendObjectReference,
  httpHeaderFilter,
  httpRequestMirrorFilter,
  localObjectReference,
  parentReference,
  sessionPersistence,
} from '../../shared/gateway-api/schema.ts';
import type {
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
} from './type.ts';

export const httpCorsFilter: Schema<HttpCorsFilter> = object<HttpCorsFilter>({
  allowCredentials: flag(),
  allowHeaders: list(text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }), { max: 64 }),
  allowMethods: list(oneOf('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH', '*'), {
    max: 9,
  }),
  allowOrigins: list(
    text({
      min: 1,
      max: 253,
      pattern: /(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)/,
    }),
    { max: 64 },
  ),
  exposeHeaders: list(text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }), { max: 64 }),
  maxAge: integer({ min: 1 }),
});

export const forwardBody: Schema<ForwardBody> = object<ForwardBody>({
  maxSize: integer({ min: 0 }),
});

export const grpcAuthConfig: Schema<GrpcAuthConfig> = object<GrpcAuthConfig>({
  allowedHeaders: list(text(), { max: 64 }),
});

export const httpAuthConfig: Schema<HttpAuthConfig> = object<HttpAuthConfig>({
  allowedHeaders: list(text(), { max: 64 }),
  allowedResponseHeaders: list(text(), { max: 64 }),
  path: text({ max: 1024, pattern: /^(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|[%][0-9a-fA-F]{2})+$/ }),
});

export const httpExternalAuthFilter: Schema<HttpExternalAuthFilter> = object<HttpExternalAuthFilter>(
  {
    backendRef: backendObjectReference,
    forwardBody: forwardBody,
    grpc: grpcAuthConfig,
    http: httpAuthConfig,
    protocol: oneOf('HTTP', 'GRPC'),
  },
  { required: ['backendRef', 'protocol'] },
);

export const httpPathModifier: Schema<HttpPathModifier> = object<HttpPathModifier>(
  {
    replaceFullPath: text({ max: 1024 }),
    replacePrefixMatch: text({ max: 1024 }),
    type: oneOf('ReplaceFullPath', 'ReplacePrefixMatch'),
  },
  { required: ['type'] },
);

export const httpRequestRedirectFilter: Schema<HttpRequestRedirectFilter> = object<HttpRequestRedirectFilter>({
  hostname: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  path: httpPathModifier,
  port: integer({ min: 1, max: 65535 }),
  scheme: oneOf('http', 'https'),
  statusCode: integer(),
});

export const httpUrlRewriteFilter: Schema<HttpUrlRewriteFilter> = object<HttpUrlRewriteFilter>({
  hostname: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  path: httpPathModifier,
});

export const httpRouteFilter: Schema<HttpRouteFilter> = object<HttpRouteFilter>(
  {
    cors: httpCorsFilter,
    extensionRef: localObjectReference,
    externalAuth: httpExternalAuthFilter,
    requestHeaderModifier: httpHeaderFilter,
    requestMirror: httpRequestMirrorFilter,
    requestRedirect: httpRequestRedirectFilter,
    responseHeaderModifier: httpHeaderFilter,
    type: oneOf(
      'RequestHeaderModifier',
      'ResponseHeaderModifier',
      'RequestMirror',
      'RequestRedirect',
      'URLRewrite',
      'ExtensionRef',
      'CORS',
      'ExternalAuth',
    ),
    urlRewrite: httpUrlRewriteFilter,
  },
  { required: ['type'] },
);

export const httpBackendRef: Schema<HttpBackendRef> = object<HttpBackendRef>(
  {
    filters: list(httpRouteFilter, { max: 16 }),
    group: text({ max: 253, pattern: /^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    kind: text({ min: 1, max: 63, pattern: /^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$/ }),
    name: text({ min: 1, max: 253 }),
    namespace: text({ min: 1, max: 63, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/ }),
    port: integer({ min: 1, max: 65535 }),
    weight: integer({ min: 0, max: 1000000 }),
  },
  { required: ['name'] },
);

export const httpHeaderMatch: Schema<HttpHeaderMatch> = object<HttpHeaderMatch>(
  {
    name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
    type: oneOf('Exact', 'RegularExpression'),
    value: text({ min: 1, max: 4096, pattern: /^[!-~]+([\t ]?[!-~]+)*$/ }),
  },
  { required: ['name', 'value'] },
);

export const httpPathMatch: Schema<HttpPathMatch> = object<HttpPathMatch>({
  type: oneOf('Exact', 'PathPrefix', 'RegularExpression'),
  value: text({ max: 1024 }),
});

export const httpQueryParamMatch: Schema<HttpQueryParamMatch> = object<HttpQueryParamMatch>(
  {
    name: text({ min: 1, max: 256, pattern: /^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$/ }),
    type: oneOf('Exact', 'RegularExpression'),
    value: text({ min: 1, max: 1024 }),
  },
  { required: ['name', 'value'] },
);

export const httpRouteMatch: Schema<HttpRouteMatch> = object<HttpRouteMatch>({
  headers: list(httpHeaderMatch, { max: 16, key: 'name' }),
  method: oneOf('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'),
  path: httpPathMatch,
  queryParams: list(httpQueryParamMatch, { max: 16, key: 'name' }),
});

export const httpRouteRetry: Schema<HttpRouteRetry> = object<HttpRouteRetry>({
  attempts: integer({ min: 1 }),
  backoff: duration(GEP_2257),
  codes: list(integer({ min: 400, max: 599 })),
});

export const httpRouteTimeouts: Schema<HttpRouteTimeouts> = object<HttpRouteTimeouts>({
  backendRequest: duration(GEP_2257),
  request: duration(GEP_2257),
});

export const httpRouteRule: Schema<HttpRouteRule> = object<HttpRouteRule>({
  backendRefs: list(httpBackendRef, { max: 16 }),
  filters: list(httpRouteFilter, { max: 16 }),
  matches: list(httpRouteMatch, { max: 64 }),
  name: text({ min: 1, max: 253, pattern: /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
  retry: httpRouteRetry,
  sessionPersistence: sessionPersistence,
  timeouts: httpRouteTimeouts,
});

export const httpRouteSpec: Schema<HttpRouteSpec> = object<HttpRouteSpec>({
  hostnames: list(
    text({ min: 1, max: 253, pattern: /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/ }),
    { max: 16 },
  ),
  parentRefs: list(parentReference, { max: 32 }),
  rules: list(httpRouteRule, { min: 1, max: 16 }),
  useDefaultGateways: oneOf('All', 'None'),
});
