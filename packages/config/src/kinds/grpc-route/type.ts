import type {
  HttpHeaderFilter,
  HttpRequestMirrorFilter,
  LocalObjectReference,
  ParentReference,
  SessionPersistence,
} from '../../shared/gateway-api/type.ts';

/**
 * Routing of gRPC calls.
 *
 * https://gateway-api.sigs.k8s.io/reference/spec/#grpcroute
 */
export interface GrpcRouteSpec {
  readonly hostnames?: readonly string[];
  readonly parentRefs?: readonly ParentReference[];
  readonly rules?: readonly GrpcRouteRule[];
  readonly useDefaultGateways?: 'All' | 'None';
}

/** Matches, filters and backends. */
export interface GrpcRouteRule {
  readonly backendRefs?: readonly GrpcBackendRef[];
  readonly filters?: readonly GrpcRouteFilter[];
  readonly matches?: readonly GrpcRouteMatch[];
  readonly name?: string;
  readonly sessionPersistence?: SessionPersistence;
}

/** Conditions that must all hold. */
export interface GrpcRouteMatch {
  readonly headers?: readonly GrpcHeaderMatch[];
  readonly method?: GrpcMethodMatch;
}

/** A condition on service and method. */
export interface GrpcMethodMatch {
  readonly method?: string;
  readonly service?: string;
  readonly type?: 'Exact' | 'RegularExpression';
}

/** A condition on metadata. */
export interface GrpcHeaderMatch {
  readonly name?: string;
  readonly type?: 'Exact' | 'RegularExpression';
  readonly value?: string;
}

/** A backend with its share of calls. */
export interface GrpcBackendRef {
  readonly filters?: readonly GrpcRouteFilter[];
  readonly group?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly port?: number;
  readonly weight?: number;
}

/** One step of processing; `type` names the field that is set. */
export interface GrpcRouteFilter {
  readonly extensionRef?: LocalObjectReference;
  readonly requestHeaderModifier?: HttpHeaderFilter;
  readonly requestMirror?: HttpRequestMirrorFilter;
  readonly responseHeaderModifier?: HttpHeaderFilter;
  readonly type?: 'ResponseHeaderModifier' | 'RequestHeaderModifier' | 'RequestMirror' | 'ExtensionRef';
}
