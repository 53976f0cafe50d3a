import { integer, json, list, map, object, oneOf, type Schema, text } from '../../schema/index.ts';
import { policyTargetReference, workloadSelector } from '../../shared/selector/schema.ts';
import type {
  ClusterMatch,
  EnvoyConfigMatch,
  EnvoyConfigPatch,
  EnvoyFilterSpec,
  EnvoyPatch,
  FilterChainMatch,
  FilterMatch,
  ListenerMatch,
  ProxyMatch,
  RouteConfigurationMatch,
  RouteMatch,
  SubFilterMatch,
  VirtualHostMatch,
  WaypointMatch,
  WaypointRouteMatch,
} from './type.ts';

export const clusterMatch: Schema<ClusterMatch> = object<ClusterMatch>({
  name: text(),
  portNumber: integer({ min: 0 }),
  service: text(),
  subset: text(),
});

export const subFilterMatch: Schema<SubFilterMatch> = object<SubFilterMatch>({
  name: text(),
});

export const filterMatch: Schema<FilterMatch> = object<FilterMatch>({
  name: text(),
  subFilter: subFilterMatch,
});

export const filterChainMatch: Schema<FilterChainMatch> = object<FilterChainMatch>({
  applicationProtocols: text(),
  destinationPort: integer({ min: 0 }),
  filter: filterMatch,
  name: text(),
  sni: text(),
  transportProtocol: text(),
});

export const listenerMatch: Schema<ListenerMatch> = object<ListenerMatch>({
  filterChain: filterChainMatch,
  listenerFilter: text(),
  name: text(),
  portName: text(),
  portNumber: integer({ min: 0 }),
});

export const proxyMatch: Schema<ProxyMatch> = object<ProxyMatch>({
  metadata: map(text()),
  proxyVersion: text(),
});

export const routeMatch: Schema<RouteMatch> = object<RouteMatch>({
  action: oneOf('ANY', 'ROUTE', 'REDIRECT', 'DIRECT_RESPONSE'),
  name: text(),
});

export const virtualHostMatch: Schema<VirtualHostMatch> = object<VirtualHostMatch>({
  domainName: text(),
  name: text(),
  route: routeMatch,
});

export const routeConfigurationMatch: Schema<RouteConfigurationMatch> = object<RouteConfigurationMatch>({
  gateway: text(),
  name: text(),
  portName: text(),
  portNumber: integer({ min: 0 }),
  vhost: virtualHostMatch,
});

export const waypointRouteMatch: Schema<WaypointRouteMatch> = object<WaypointRouteMatch>({
  name: text(),
});

export const waypointMatch: Schema<WaypointMatch> = object<WaypointMatch>({
  filter: filterMatch,
  portNumber: integer({ min: 0 }),
  route: waypointRouteMatch,
});

export const envoyConfigMatch: Schema<EnvoyConfigMatch> = object<EnvoyConfigMatch>(
  {
    cluster: clusterMatch,
    context: oneOf('ANY', 'SIDECAR_INBOUND', 'SIDECAR_OUTBOUND', 'GATEWAY', 'WAYPOINT'),
    listener: listenerMatch,
    proxy: proxyMatch,
    routeConfiguration: routeConfigurationMatch,
    waypoint: waypointMatch,
  },
  { exclusive: [{ fields: ['listener', 'routeConfiguration', 'cluster', 'waypoint'], required: false }] },
);

export const envoyPatch: Schema<EnvoyPatch> = object<EnvoyPatch>({
  filterClass: oneOf('UNSPECIFIED', 'AUTHN', 'AUTHZ', 'STATS'),
  operation: oneOf(
    'INVALID',
    'MERGE',
    'ADD',
    'REMOVE',
    'INSERT_BEFORE',
    'INSERT_AFTER',
    'INSERT_FIRST',
    'REPLACE',
    'MERGE_AND_REPLACE_LIST',
  ),
  value: json(),
});

export const envoyConfigPatch: Schema<EnvoyConfigPatch> = object<EnvoyConfigPatch>({
  applyTo: oneOf(
    'INVALID',
    'LISTENER',
    'FILTER_CHAIN',
    'NETWORK_FILTER',
    'HTTP_FILTER',
    'ROUTE_CONFIGURATION',
    'VIRTUAL_HOST',
    'HTTP_ROUTE',
    'CLUSTER',
    'EXTENSION_CONFIG',
    'BOOTSTRAP',
    'LISTENER_FILTER',
  ),
  match: envoyConfigMatch,
  patch: envoyPatch,
});

export const envoyFilterSpec: Schema<EnvoyFilterSpec> = object<EnvoyFilterSpec>({
  configPatches: list(envoyConfigPatch),
  priority: integer(),
  targetRefs: list(policyTargetReference, { max: 16 }),
  workloadSelector: workloadSelector,
});
