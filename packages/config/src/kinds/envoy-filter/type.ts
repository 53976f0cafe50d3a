import type { JsonObject } from '../../json.ts';
import type { PolicyTargetReference, WorkloadSelector } from '../../shared/selector/type.ts';

/**
 * Patches of the generated proxy configuration.
 *
 * https://istio.io/latest/docs/reference/config/networking/envoy-filter/
 */
export interface EnvoyFilterSpec {
  readonly configPatches?: readonly EnvoyConfigPatch[];
  readonly priority?: number;
  readonly targetRefs?: readonly PolicyTargetReference[];
  readonly workloadSelector?: WorkloadSelector;
}

/** One patch: where it applies and what it does. */
export interface EnvoyConfigPatch {
  readonly applyTo?:
    | 'INVALID'
    | 'LISTENER'
    | 'FILTER_CHAIN'
    | 'NETWORK_FILTER'
    | 'HTTP_FILTER'
    | 'ROUTE_CONFIGURATION'
    | 'VIRTUAL_HOST'
    | 'HTTP_ROUTE'
    | 'CLUSTER'
    | 'EXTENSION_CONFIG'
    | 'BOOTSTRAP'
    | 'LISTENER_FILTER';
  readonly match?: EnvoyConfigMatch;
  readonly patch?: EnvoyPatch;
}

/** What is done to the selected object. */
export interface EnvoyPatch {
  readonly filterClass?: 'UNSPECIFIED' | 'AUTHN' | 'AUTHZ' | 'STATS';
  readonly operation?:
    | 'INVALID'
    | 'MERGE'
    | 'ADD'
    | 'REMOVE'
    | 'INSERT_BEFORE'
    | 'INSERT_AFTER'
    | 'INSERT_FIRST'
    | 'REPLACE'
    | 'MERGE_AND_REPLACE_LIST';
  readonly value?: JsonObject;
}

/** The proxies and the generated object a patch applies to. */
export interface EnvoyConfigMatch {
  readonly cluster?: ClusterMatch;
  readonly context?: 'ANY' | 'SIDECAR_INBOUND' | 'SIDECAR_OUTBOUND' | 'GATEWAY' | 'WAYPOINT';
  readonly listener?: ListenerMatch;
  readonly proxy?: ProxyMatch;
  readonly routeConfiguration?: RouteConfigurationMatch;
  readonly waypoint?: WaypointMatch;
}

/** Selects inside a waypoint. */
export interface WaypointMatch {
  readonly filter?: FilterMatch;
  readonly portNumber?: number;
  readonly route?: WaypointRouteMatch;
}

/** Selects a route of a waypoint. */
export interface WaypointRouteMatch {
  readonly name?: string;
}

/** Selects a route configuration. */
export interface RouteConfigurationMatch {
  readonly gateway?: string;
  readonly name?: string;
  readonly portName?: string;
  readonly portNumber?: number;
  readonly vhost?: VirtualHostMatch;
}

/** Selects a virtual host. */
export interface VirtualHostMatch {
  readonly domainName?: string;
  readonly name?: string;
  readonly route?: RouteMatch;
}

/** Selects a route. */
export interface RouteMatch {
  readonly action?: 'ANY' | 'ROUTE' | 'REDIRECT' | 'DIRECT_RESPONSE';
  readonly name?: string;
}

/** Selects proxies. */
export interface ProxyMatch {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly proxyVersion?: string;
}

/** Selects a listener and what is inside it. */
export interface ListenerMatch {
  readonly filterChain?: FilterChainMatch;
  readonly listenerFilter?: string;
  readonly name?: string;
  readonly portName?: string;
  readonly portNumber?: number;
}

/** Selects a filter chain. */
export interface FilterChainMatch {
  readonly applicationProtocols?: string;
  readonly destinationPort?: number;
  readonly filter?: FilterMatch;
  readonly name?: string;
  readonly sni?: string;
  readonly transportProtocol?: string;
}

/** Selects a network filter. */
export interface FilterMatch {
  readonly name?: string;
  readonly subFilter?: SubFilterMatch;
}

/** Selects a filter inside a network filter. */
export interface SubFilterMatch {
  readonly name?: string;
}

/** Selects a cluster. */
export interface ClusterMatch {
  readonly name?: string;
  readonly portNumber?: number;
  readonly service?: string;
  readonly subset?: string;
}
