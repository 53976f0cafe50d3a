import type {
  BackendObjectReference,
  HttpHeaderFilter,
  HttpRequestMirrorFilter,
  LocalObjectReference,
  ParentReference,
  SessionPersistence,
} from '../../shared/gateway-api/type.ts';

/**
 * Routing of HTTP requests.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#httproute
 */
export interface HttpRouteSpec {
  readonly hostnames?: readonly string[];
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly HttpRouteRule[];
  readonly useDefaultGateways?: 'All' | 'None';
}

/** Matches, filters and backends. */
export interface HttpRouteRule {
  readonly backendRefs?: readonly HttpBackendRef[];
  readonly filters?: readonly HttpRouteFilter[];
  readonly matches?: readonly HttpRouteMatch[];
  readonly name?: string;
  readonly retry?: HttpRouteRetry;
  readonly sessionPersistence?: SessionPersistence;
  readonly timeouts?: HttpRouteTimeouts;
}

/** Timeouts of a rule; 0 switches one off. */
export interface HttpRouteTimeouts {
  readonly backendRequestMs?: number;
  readonly requestMs?: number;
}

/** Retries. */
export interface HttpRouteRetry {
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly codes?: readonly number[];
}

/** Conditions that must all hold. */
export interface HttpRouteMatch {
  readonly headers?: readonly HttpHeaderMatch[];
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE' | 'CONNECT' | 'OPTIONS' | 'TRACE' | 'PATCH';
  readonly path?: HttpPathMatch;
  readonly queryParams?: readonly HttpQueryParamMatch[];
}

/** A condition on a query parameter. */
export interface HttpQueryParamMatch {
  readonly name?: string;
  readonly type?: 'Exact' | 'RegularExpression';
  readonly value?: string;
}

/** A condition on the path; `PathPrefix` works on whole segments. */
export interface HttpPathMatch {
  readonly type?: 'Exact' | 'PathPrefix' | 'RegularExpression';
  readonly value?: string;
}

/** A condition on a header. */
export interface HttpHeaderMatch {
  readonly name?: string;
  readonly type?: 'Exact' | 'RegularExpression';
  readonly value?: string;
}

/** A backend with its share of requests. */
export interface HttpBackendRef {
  readonly filters?: readonly HttpRouteFilter[];
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
}

/** One step of processing; `type` names the field that is set. */
export interface HttpRouteFilter {
  readonly cors?: HttpCorsFilter;
  readonly extensionRef?: LocalObjectReference;
  readonly externalAuth?: HttpExternalAuthFilter;
  readonly requestHeaderModifier?: HttpHeaderFilter;
  readonly requestMirror?: HttpRequestMirrorFilter;
  readonly requestRedirect?: HttpRequestRedirectFilter;
  readonly responseHeaderModifier?: HttpHeaderFilter;
  readonly type?:
    | 'RequestHeaderModifier'
    | 'ResponseHeaderModifier'
    | 'RequestMirror'
    | 'RequestRedirect'
    | 'URLRewrite'
    | 'ExtensionRef'
    | 'CORS'
    | 'ExternalAuth';
  readonly urlRewrite?: HttpUrlRewriteFilter;
}

/** Rewrite of host and path. */
export interface HttpUrlRewriteFilter {
  readonly hostname?: string;
  readonly path?: HttpPathModifier;
}

/** Answer with a redirect. */
export interface HttpRequestRedirectFilter {
  readonly hostname?: string;
  readonly path?: HttpPathModifier;
  readonly port?: number;
  readonly scheme?: 'http' | 'https';
  readonly statusCode?: number;
}

/** A new path, or a new prefix. */
export interface HttpPathModifier {
  readonly replaceFullPath?: string;
  readonly replacePrefixMatch?: string;
  readonly type?: 'ReplaceFullPath' | 'ReplacePrefixMatch';
}

/** External authorization. */
export interface HttpExternalAuthFilter {
  readonly backendRef?: BackendObjectReference;
  readonly forwardBody?: ForwardBody;
  readonly grpc?: GrpcAuthConfig;
  readonly http?: HttpAuthConfig;
  readonly protocol?: 'HTTP' | 'GRPC';
}

/** Authorization over HTTP. */
export interface HttpAuthConfig {
  readonly allowedHeaders?: readonly string[];
  readonly allowedResponseHeaders?: readonly string[];
  readonly path?: string;
}

/** Authorization over gRPC. */
export interface GrpcAuthConfig {
  readonly allowedHeaders?: readonly string[];
}

/** How much of the body is sent along. */
export interface ForwardBody {
  readonly maxSize?: number;
}

/** Cross-origin resource sharing. */
export interface HttpCorsFilter {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly (
    | 'GET'
    | 'HEAD'
    | 'POST'
    | 'PUT'
    | 'DELETE'
    | 'CONNECT'
    | 'OPTIONS'
    | 'TRACE'
    | 'PATCH'
    | '*'
  )[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAge?: number;
}
