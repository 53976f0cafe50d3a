import type { Origin } from '../decode/origin.ts';
import type { HeaderOps } from '../format/header-ops.ts';
import type { Fraction } from '../match/fraction.ts';
import type { Regex } from '../match/regex.ts';
import type { RouteMatch } from '../match/route-match.ts';
import type { ForwardPlan, Plan, ReplyPlan } from '../plan/plan.ts';
import type { RateLimitRule } from '../rate-limit/rate-limit.ts';
import type { RetryPolicy } from '../retry/policy.ts';
import type { HostIndex } from './host-index.ts';
import type { RouteIndex } from './route-index.ts';

/**
 * What `typed_per_filter_config` says for a place in the table, by filter name; per name the values of every level that has one,
 * most specific first (weighted cluster, route, virtual host, table). Each value is what `decodeFilterConfig` made of its Any.
 */
export type FilterOverrides = ReadonlyMap<string, readonly unknown[]>;

/** Metadata as Envoy keeps it: filter name → JSON object. */
export type MetadataValue = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One RouteConfiguration, sealed. Read it through `planRequest`. */
export interface RouteTable {
  readonly name: string;
  readonly virtualHosts: readonly VirtualHost[];
  /** Header names removed from untrusted requests (`internal_only_headers`). */
  readonly internalOnlyHeaders: readonly string[];
  readonly ignorePort: boolean;
  readonly ignorePathParameters: boolean;
  readonly validateClusters: boolean;
  readonly filterConfigs: FilterOverrides;
  readonly origin: Origin | undefined;
  /** @internal */
  readonly hosts: HostIndex<HostEntry>;
}

export interface VirtualHost {
  readonly name: string;
  readonly domains: readonly string[];
  readonly routes: readonly Route[];
  readonly requireTls: 'none' | 'external' | 'all';
  /** Set `x-envoy-attempt-count` on upstream requests. */
  readonly requestAttemptCount: boolean;
  /** Set `x-envoy-attempt-count` on responses. */
  readonly responseAttemptCount: boolean;
  /** Set `x-envoy-is-timeout-retry` on a retry that follows a timeout. */
  readonly isTimeoutRetryHeader: boolean;
  readonly rateLimits: readonly RateLimitRule[];
  readonly filterConfigs: FilterOverrides;
  readonly origin: Origin | undefined;
}

/** A virtual host with what look-ups need. @internal */
export interface HostEntry {
  readonly virtualHost: VirtualHost;
  /** By route position: the plan, when it does not depend on the request. */
  readonly plans: readonly (Plan | undefined)[];
  /** By route position, of weighted routes: the plan of each cluster. */
  readonly splits: readonly (readonly ForwardPlan[] | undefined)[];
  readonly index: RouteIndex;
  /** No route matches. */
  readonly noRoute: ReplyPlan;
}

export interface Route {
  /** Position in `virtualHost.routes`. */
  readonly index: number;
  readonly name: string;
  readonly match: RouteMatch;
  readonly action: RouteAction;
  /** Response header operations of all levels, in the order to apply them. Weighted clusters have their own. */
  readonly responseHeaders: HeaderOps;
  /** How many request bytes may be held for retries or buffering filters; undefined leaves the listener's limit. */
  readonly requestBufferLimitBytes: number | undefined;
  readonly statPrefix: string;
  /** `decorator.operation`: the span's name. */
  readonly operation: string | undefined;
  readonly propagateOperation: boolean;
  readonly tracing: RouteTracing | undefined;
  readonly metadata: MetadataValue;
  readonly filterConfigs: FilterOverrides;
  readonly origin: Origin | undefined;
}

/** Sampling of spans on a route; each a fraction of requests. */
export interface RouteTracing {
  readonly client: Fraction;
  readonly random: Fraction;
  readonly overall: Fraction;
}

export type RouteAction = ForwardAction | RedirectAction | DirectResponseAction | NonForwardingAction;

export interface NonForwardingAction {
  readonly kind: 'non-forwarding';
}

/** `direct_response`. */
export interface DirectResponseAction {
  readonly kind: 'direct-response';
  readonly status: number;
  readonly body: Uint8Array | undefined;
}

/** `redirect`. */
export interface RedirectAction {
  readonly kind: 'redirect';
  readonly status: number;
  readonly httpsRedirect: boolean;
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  readonly port: number | undefined;
  readonly path: PathRewrite;
  readonly stripQuery: boolean;
}

/** How a path becomes another. `prefix` replaces the part that the route matched. */
export type PathRewrite =
  | { readonly kind: 'none' }
  | { readonly kind: 'full'; readonly path: string; readonly hasQuery: boolean }
  | { readonly kind: 'prefix'; readonly matchedLength: number; readonly replacement: string }
  | { readonly kind: 'regex'; readonly regex: Regex; readonly substitution: string }
  | { readonly kind: 'template'; readonly template: UriTemplateRewrite };

/** A `uri_template` rewrite, bound to the match it takes its variables from. */
export interface UriTemplateRewrite {
  readonly match: Regex;
  /** Literal text, or the number of the capture group to put there. */
  readonly parts: readonly (string | number)[];
}

export type HostRewrite =
  | { readonly kind: 'none' }
  | { readonly kind: 'literal'; readonly host: string }
  /** Use the chosen endpoint's hostname; unchanged when it has none. */
  | { readonly kind: 'auto' }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'path-regex'; readonly regex: Regex; readonly substitution: string };

export type ClusterChoice =
  | { readonly kind: 'cluster'; readonly name: string }
  | { readonly kind: 'header'; readonly header: string }
  | {
      readonly kind: 'weighted';
      readonly clusters: readonly WeightedCluster[];
      readonly totalWeight: number;
      /** The header whose whole number decides instead of chance. */
      readonly header: string | undefined;
    };

export interface WeightedCluster {
  /** Undefined when `clusterHeader` names it. */
  readonly name: string | undefined;
  readonly clusterHeader: string | undefined;
  readonly weight: number;
  /** Sum of the weights up to and including this one. */
  readonly upTo: number;
  readonly hostRewrite: HostRewrite;
  readonly metadataMatch: MetadataMatch | undefined;
  readonly requestHeaders: HeaderOps;
  readonly responseHeaders: HeaderOps;
  readonly filterConfigs: FilterOverrides;
}

/** `metadata_match.filter_metadata["envoy.lb"]`: what subset selection looks for, sorted by key; values as JSON text. */
export type MetadataMatch = readonly (readonly [key: string, value: string])[];

export interface GrpcTimeout {
  /** 0: no upper bound. */
  readonly maxMs: number;
  /** Taken off the client's timeout, when it is longer than that. */
  readonly offsetMs: number;
}

/** `route`: everything about forwarding that does not depend on the request. Times in milliseconds. */
export interface ForwardAction {
  readonly kind: 'forward';
  readonly clusters: ClusterChoice;
  readonly clusterNotFoundStatus: number;
  readonly path: PathRewrite;
  readonly host: HostRewrite;
  readonly appendForwardedHost: boolean;
  /** The whole exchange, retries included, from the end of the request; 0 is no limit. Envoy's default of 15 s is applied. */
  readonly timeoutMs: number;
  /** Undefined leaves the connection manager's `stream_idle_timeout`; 0 is no limit. */
  readonly idleTimeoutMs: number | undefined;
  /** Undefined leaves the connection manager's; 0 is no limit. */
  readonly maxStreamDurationMs: number | undefined;
  /** How `grpc-timeout` bounds the exchange (`max_grpc_timeout`); undefined: it does not. */
  readonly grpcTimeout: GrpcTimeout | undefined;
  /** How `grpc-timeout` bounds the stream (`max_stream_duration.grpc_timeout_header_max`); undefined: it does not. */
  readonly grpcStreamDuration: GrpcTimeout | undefined;
  readonly retry: RetryPolicy | undefined;
  readonly mirrors: readonly MirrorPolicy[];
  readonly hash: readonly HashPolicy[];
  readonly priority: 'default' | 'high';
  readonly metadataMatch: MetadataMatch | undefined;
  readonly upgrades: readonly UpgradePolicy[];
  /** Operations on request headers of all levels, in the order to apply them. Weighted clusters have their own. */
  readonly requestHeaders: HeaderOps;
  readonly rateLimits: readonly RateLimitRule[];
  /** The virtual host's rate limits count as well, whatever the filter says. */
  readonly includeVirtualHostRateLimits: boolean;
}

export interface MirrorPolicy {
  readonly cluster: string | undefined;
  readonly clusterHeader: string | undefined;
  readonly fraction: Fraction;
  /** Whether the mirrored request's spans are sampled; undefined follows the original. */
  readonly traceSampled: boolean | undefined;
  /** Append `-shadow` to the mirrored request's host. */
  readonly shadowSuffix: boolean;
}

export interface UpgradePolicy {
  /** Lower-case: `websocket`, `connect`. */
  readonly type: string;
  readonly enabled: boolean;
  /** `connect_config`: this proxy ends the CONNECT and forwards the tunnel's bytes as TCP. */
  readonly terminateConnect: boolean;
  readonly allowPost: boolean;
}

export type HashPolicy =
  | {
      readonly kind: 'header';
      readonly name: string;
      readonly rewrite: { readonly regex: Regex; readonly substitution: string } | undefined;
      readonly terminal: boolean;
    }
  | {
      readonly kind: 'cookie';
      readonly name: string;
      /** Undefined: only read. 0: a session cookie is made when it is missing; more: with that Max-Age. */
      readonly ttlMs: number | undefined;
      readonly path: string;
      readonly attributes: readonly (readonly [name: string, value: string])[];
      readonly terminal: boolean;
    }
  | { readonly kind: 'source-ip'; readonly terminal: boolean }
  | { readonly kind: 'query'; readonly name: string; readonly terminal: boolean };
