import type { Destination } from '../../shared/destination/type.ts';
import type { StringMatch } from '../../shared/string-match/type.ts';

/**
 * How requests to hosts are routed.
 *
 * https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export interface VirtualServiceSpec {
  readonly exportTo?: readonly string[];
  readonly gateways?: readonly string[];
  readonly hosts?: readonly string[];
  readonly http?: readonly HttpRoute[];
  readonly tcp?: readonly TcpRoute[];
  readonly tls?: readonly TlsRoute[];
}

/** A rule for passed-through TLS connections, by SNI. */
export interface TlsRoute {
  readonly match?: readonly TlsMatchAttributes[];
  readonly route?: readonly RouteDestination[];
}

/** Conditions on a TLS connection. */
export interface TlsMatchAttributes {
  readonly destinationSubnets?: readonly string[];
  readonly gateways?: readonly string[];
  readonly port?: number;
  readonly sniHosts?: readonly string[];
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
}

/** A rule for TCP connections. */
export interface TcpRoute {
  readonly match?: readonly L4MatchAttributes[];
  readonly route?: readonly RouteDestination[];
}

/** A destination and its share of the connections. */
export interface RouteDestination {
  readonly destination?: Destination;
  readonly weight?: number;
}

/** Conditions on a connection. */
export interface L4MatchAttributes {
  readonly destinationSubnets?: readonly string[];
  readonly gateways?: readonly string[];
  readonly port?: number;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
  readonly sourceSubnet?: string;
}

/** One routing rule: the first whose match holds is taken. */
export interface HttpRoute {
  readonly corsPolicy?: CorsPolicy;
  readonly delegate?: Delegate;
  readonly directResponse?: HttpDirectResponse;
  readonly fault?: HttpFaultInjection;
  readonly headers?: Headers;
  readonly match?: readonly HttpMatchRequest[];
  readonly mirror?: Destination;
  /** Deprecated form of `mirrorPercentage`, in whole percent; `mirror_percent` is decoded into it. */
  readonly mirrorPercent?: number;
  readonly mirrorPercentage?: Percent;
  readonly mirrors?: readonly HttpMirrorPolicy[];
  readonly name?: string;
  readonly redirect?: HttpRedirect;
  readonly retries?: HttpRetry;
  readonly rewrite?: HttpRewrite;
  readonly route?: readonly HttpRouteDestination[];
  readonly timeoutMs?: number;
}

/** A destination and its share of the traffic. */
export interface HttpRouteDestination {
  readonly destination?: Destination;
  readonly headers?: Headers;
  readonly weight?: number;
}

/** Rewrite of path and authority before forwarding. */
export interface HttpRewrite {
  readonly authority?: string;
  readonly uri?: string;
  readonly uriRegexRewrite?: RegexRewrite;
}

/** RE2 pattern and substitution for the path. */
export interface RegexRewrite {
  readonly match?: string;
  readonly rewrite?: string;
}

/** Retry policy; replaces the mesh default entirely. */
export interface HttpRetry {
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly perTryTimeoutMs?: number;
  readonly retryIgnorePreviousHosts?: boolean;
  readonly retryOn?: string;
  readonly retryRemoteLocalities?: boolean;
}

/** Answer with a redirect. */
export interface HttpRedirect {
  readonly authority?: string;
  readonly derivePort?: 'FROM_PROTOCOL_DEFAULT' | 'FROM_REQUEST_PORT';
  readonly port?: number;
  readonly prefixRewrite?: string;
  readonly redirectCode?: number;
  readonly scheme?: string;
  readonly uri?: string;
}

/** A destination that receives copies. */
export interface HttpMirrorPolicy {
  readonly destination?: Destination;
  readonly percentage?: Percent;
}

/** Conditions that must all hold; several matches are alternatives. */
export interface HttpMatchRequest {
  readonly authority?: StringMatch;
  readonly gateways?: readonly string[];
  readonly headers?: Readonly<Record<string, StringMatch>>;
  readonly ignoreUriCase?: boolean;
  readonly method?: StringMatch;
  readonly name?: string;
  readonly port?: number;
  readonly queryParams?: Readonly<Record<string, StringMatch>>;
  readonly scheme?: StringMatch;
  readonly sourceLabels?: Readonly<Record<string, string>>;
  readonly sourceNamespace?: string;
  readonly statPrefix?: string;
  readonly uri?: StringMatch;
  readonly withoutHeaders?: Readonly<Record<string, StringMatch>>;
}

/** Header edits for requests and responses. */
export interface Headers {
  readonly request?: HeaderOperations;
  readonly response?: HeaderOperations;
}

/** Header edits: set replaces, add appends, remove deletes. */
export interface HeaderOperations {
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
  readonly set?: Readonly<Record<string, string>>;
}

/** Faults to inject. */
export interface HttpFaultInjection {
  readonly abort?: FaultAbort;
  readonly delay?: FaultDelay;
}

/** Wait before forwarding. */
export interface FaultDelay {
  readonly exponentialDelayMs?: number;
  readonly fixedDelayMs?: number;
  readonly percent?: number;
  readonly percentage?: Percent;
}

/** Answer with an error instead of forwarding. */
export interface FaultAbort {
  readonly grpcStatus?: string;
  readonly http2Error?: string;
  readonly httpStatus?: number;
  readonly percentage?: Percent;
}

/** 0.0 to 100.0. */
export interface Percent {
  readonly value?: number;
}

/** A fixed answer. */
export interface HttpDirectResponse {
  readonly body?: HttpBody;
  readonly status?: number;
}

/** The body: text, or base64 bytes. */
export interface HttpBody {
  readonly bytes?: string;
  readonly string?: string;
}

/** The VirtualService that carries the rules for this match. */
export interface Delegate {
  readonly name?: string;
  readonly namespace?: string;
}

/** Cross-origin resource sharing. */
export interface CorsPolicy {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly allowOrigins?: readonly StringMatch[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeMs?: number;
  readonly unmatchedPreflights?: 'UNSPECIFIED' | 'FORWARD' | 'IGNORE';
}
