import { decimal, duration, flag, integer, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { destination } from '../../shared/destination/schema.ts';
import { stringMatch } from '../../shared/string-match/schema.ts';
import type {
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
} from './type.ts';

export const corsPolicy: Schema<CorsPolicy> = object<CorsPolicy>({
  allowCredentials: flag(),
  allowHeaders: list(text()),
  allowMethods: list(text()),
  allowOrigin: list(text()),
  allowOrigins: list(stringMatch),
  exposeHeaders: list(text()),
  maxAge: duration({ minMs: 1 }),
  unmatchedPreflights: oneOf('UNSPECIFIED', 'FORWARD', 'IGNORE'),
});

export const delegate: Schema<Delegate> = object<Delegate>({
  name: text(),
  namespace: text(),
});

export const httpBody: Schema<HttpBody> = object<HttpBody>(
  {
    bytes: text(),
    string: text(),
  },
  { exclusive: [{ fields: ['string', 'bytes'], required: false }] },
);

export const httpDirectResponse: Schema<HttpDirectResponse> = object<HttpDirectResponse>(
  {
    body: httpBody,
    status: integer({ min: 0 }),
  },
  { required: ['status'] },
);

export const percent: Schema<Percent> = object<Percent>({
  value: decimal(),
});

export const faultAbort: Schema<FaultAbort> = object<FaultAbort>(
  {
    grpcStatus: text(),
    http2Error: text(),
    httpStatus: integer(),
    percentage: percent,
  },
  { exclusive: [{ fields: ['httpStatus', 'grpcStatus', 'http2Error'], required: false }] },
);

export const faultDelay: Schema<FaultDelay> = object<FaultDelay>(
  {
    exponentialDelay: duration({ minMs: 1 }),
    fixedDelay: duration({ minMs: 1 }),
    percent: integer(),
    percentage: percent,
  },
  { exclusive: [{ fields: ['fixedDelay', 'exponentialDelay'], required: false }] },
);

export const httpFaultInjection: Schema<HttpFaultInjection> = object<HttpFaultInjection>({
  abort: faultAbort,
  delay: faultDelay,
});

export const headerOperations: Schema<HeaderOperations> = object<HeaderOperations>({
  add: map(text()),
  remove: list(text()),
  set: map(text()),
});

export const headers: Schema<Headers> = object<Headers>({
  request: headerOperations,
  response: headerOperations,
});

export const httpMatchRequest: Schema<HttpMatchRequest> = object<HttpMatchRequest>({
  authority: stringMatch,
  gateways: list(text()),
  headers: map(stringMatch),
  ignoreUriCase: flag(),
  method: stringMatch,
  name: text(),
  port: integer({ min: 0 }),
  queryParams: map(stringMatch),
  scheme: stringMatch,
  sourceLabels: map(text()),
  sourceNamespace: text(),
  statPrefix: text(),
  uri: stringMatch,
  withoutHeaders: map(stringMatch),
});

export const httpMirrorPolicy: Schema<HttpMirrorPolicy> = object<HttpMirrorPolicy>(
  {
    destination: destination,
    percentage: percent,
  },
  { required: ['destination'] },
);

export const httpRedirect: Schema<HttpRedirect> = object<HttpRedirect>(
  {
    authority: text(),
    derivePort: oneOf('FROM_PROTOCOL_DEFAULT', 'FROM_REQUEST_PORT'),
    port: integer({ min: 0 }),
    prefixRewrite: text(),
    redirectCode: integer({ min: 0 }),
    scheme: text(),
    uri: text(),
  },
  { exclusive: [{ fields: ['port', 'derivePort'], required: false }] },
);

export const httpRetry: Schema<HttpRetry> = object<HttpRetry>({
  attempts: integer(),
  backoff: duration({ minMs: 1 }),
  perTryTimeout: duration({ minMs: 1 }),
  retryIgnorePreviousHosts: flag(),
  retryOn: text(),
  retryRemoteLocalities: flag(),
});

export const regexRewrite: Schema<RegexRewrite> = object<RegexRewrite>({
  match: text(),
  rewrite: text(),
});

export const httpRewrite: Schema<HttpRewrite> = object<HttpRewrite>({
  authority: text(),
  uri: text(),
  uriRegexRewrite: regexRewrite,
});

export const httpRouteDestination: Schema<HttpRouteDestination> = object<HttpRouteDestination>(
  {
    destination: destination,
    headers: headers,
    weight: integer(),
  },
  { required: ['destination'] },
);

export const httpRoute: Schema<HttpRoute> = object<HttpRoute>(
  {
    corsPolicy: corsPolicy,
    delegate: delegate,
    directResponse: httpDirectResponse,
    fault: httpFaultInjection,
    headers: headers,
    match: list(httpMatchRequest, { nullItem: {} }),
    mirror: destination,
    mirrorPercent: integer({ min: 0 }),
    mirrorPercentage: percent,
    mirrors: list(httpMirrorPolicy),
    name: text(),
    redirect: httpRedirect,
    retries: httpRetry,
    rewrite: httpRewrite,
    route: list(httpRouteDestination),
    timeout: duration({ minMs: 1 }),
  },
  { aliases: { mirror_percent: 'mirrorPercent' } },
);

export const l4MatchAttributes: Schema<L4MatchAttributes> = object<L4MatchAttributes>({
  destinationSubnets: list(text()),
  gateways: list(text()),
  port: integer({ min: 0 }),
  sourceLabels: map(text()),
  sourceNamespace: text(),
  sourceSubnet: text(),
});

export const routeDestination: Schema<RouteDestination> = object<RouteDestination>(
  {
    destination: destination,
    weight: integer(),
  },
  { required: ['destination'] },
);

export const tcpRoute: Schema<TcpRoute> = object<TcpRoute>({
  match: list(l4MatchAttributes),
  route: list(routeDestination),
});

export const tlsMatchAttributes: Schema<TlsMatchAttributes> = object<TlsMatchAttributes>(
  {
    destinationSubnets: list(text()),
    gateways: list(text()),
    port: integer({ min: 0 }),
    sniHosts: list(text()),
    sourceLabels: map(text()),
    sourceNamespace: text(),
  },
  { required: ['sniHosts'] },
);

export const tlsRoute: Schema<TlsRoute> = object<TlsRoute>(
  {
    match: list(tlsMatchAttributes),
    route: list(routeDestination),
  },
  { required: ['match'] },
);

export const virtualServiceSpec: Schema<VirtualServiceSpec> = object<VirtualServiceSpec>({
  exportTo: list(text()),
  gateways: list(text()),
  hosts: list(text()),
  http: list(httpRoute),
  tcp: list(tcpRoute),
  tls: list(tlsRoute),
});
