import { create } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import type { Destination } from '@weft/config';
import type { EgressListener, MeshProxy, Scope, Service, Snapshot, VirtualService } from '@weft/mesh';
import { compareText } from '@weft/mesh';
import {
  type Route,
  RouteSchema,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { type RouteConfiguration, RouteConfigurationSchema } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { Memo } from '../memo.ts';
import {
  ALLOW_ANY,
  ALLOW_ANY_DYNAMIC_DNS,
  ALLOW_ANY_DYNAMIC_DNS_CLUSTER,
  BLOCK_ALL,
  outboundCluster,
  unknownTrafficCluster,
} from '../names.ts';
import { weftOrigin } from '../origin.ts';
import type { Init } from '../wire/init.ts';
import type { RouteContext } from './context.ts';
import { consistentHashOf, hashPolicy } from './hash-policy.ts';
import { routeMatch } from './match.ts';
import { retryPolicy } from './retry.ts';
import { sameConfiguration, sharedHttpRoutes } from './shared-routes.ts';
import { hostGroups, type RouteMakers, virtualHosts } from './sidecar-virtual-hosts.ts';
import { timeouts } from './timeout.ts';
import { routingView } from './view.ts';

/** Envoy keeps direct responses to 4 KiB unless told otherwise; Istio allows 1 MiB. */
const MAX_DIRECT_RESPONSE_BYTES = 1024 * 1024;
const MESH: ReadonlySet<string> = new Set(['mesh']);

export interface SidecarRouteInput {
  readonly name: string;
  /** 0 for the HTTP proxy listener, which serves every port. */
  readonly listenPort: number;
  readonly egress: EgressListener;
  readonly proxy: MeshProxy;
  readonly snapshot: Snapshot;
  /** The only service behind the listener, which takes every host then. */
  readonly host?: string | undefined;
}

/** Route configurations with the conflicts found in them; shared by all proxies that see the same services and rules. */
const memo = new Memo<{ readonly configuration: RouteConfiguration; readonly issues: readonly Issue[] }>();

/** The routes of services without a VirtualService. */
const defaults = new Memo<readonly Route[]>();

/** One outbound route configuration of a sidecar (core/httproute.go, BuildSidecarOutboundVirtualHosts). */
export function sidecarRoutes(asked: SidecarRouteInput, issues: Issue[]): RouteConfiguration {
  const input = isHttpProxy(asked.egress) ? { ...asked, listenPort: 0 } : asked;
  const { name, proxy, snapshot } = input;
  const view = routingView(snapshot, proxy);
  const egress = proxy.scope.egress.indexOf(input.egress);
  const made = memo.get(view, `${name} ${egress}`, [], () => build(input));
  issues.push(...made.issues);
  return made.configuration;
}

/** A Sidecar's listener of protocol HTTP_PROXY serves every port, whatever its own (core/httproute.go, BuildSidecarOutboundVirtualHosts). */
function isHttpProxy({ listener }: EgressListener): boolean {
  return listener?.port?.protocol?.toUpperCase() === 'HTTP_PROXY';
}

function build(input: SidecarRouteInput): {
  readonly configuration: RouteConfiguration;
  readonly issues: readonly Issue[];
} {
  const { listenPort, egress, proxy, snapshot } = input;
  const issues: Issue[] = [];
  const groups = hostGroups(egress, listenPort, routeMakers(input));
  const hosts = [...virtualHosts(groups, listenPort, proxy.node, snapshot.domain, issues)];
  if (input.host !== undefined) {
    const own = hosts.filter(({ domains }) => domains.includes(input.host ?? ''));
    return { configuration: routeConfiguration(input.name, own.map(forEveryHost), true), issues };
  }
  const sorted = [...hosts.sort((a, b) => compareText(a.name, b.name)), catchAll(proxy)];
  // The HTTP proxy listener tells services apart by the port in the host.
  return { configuration: sameConfiguration(routeConfiguration(input.name, sorted, listenPort !== 0)), issues };
}

/** Who reached the service's own address means the service, whatever host the request names (getVirtualHostsForSniffedServicePort). */
function forEveryHost(host: VirtualHost): VirtualHost {
  return create(VirtualHostSchema, { ...host, domains: ['*'] });
}

function routeMakers(input: SidecarRouteInput): RouteMakers {
  const { listenPort, egress, proxy, snapshot } = input;
  const services = new Map(egress.services.map((service) => [service.hostname, service]));
  const hashOf = (destination: Destination): ReturnType<RouteContext['hash']> => {
    const service = proxy.scope.service(destination.host ?? '');
    const rule = service && proxy.scope.destinationRule(service, proxy.node.labels);
    return consistentHashOf(rule, destination, destination.port?.number);
  };
  return {
    ofVirtualService: (virtualService: VirtualService, port: number) =>
      sharedHttpRoutes(virtualService, {
        node: proxy.node,
        listenPort: port,
        gateways: MESH,
        isTls: false,
        mesh: snapshot.mesh,
        service: (hostname) => destinationService(services.get(hostname), listenPort),
        hash: hashOf,
      }),
    ofService: (service: Service, port: number) => {
      const rule = proxy.scope.destinationRule(service, proxy.node.labels);
      const hash = consistentHashOf(rule, {}, port);
      return defaults.get(service.definition, String(port), [snapshot.mesh, hash], () => [
        defaultRoute(service, port, snapshot, hash),
      ]);
    },
  };
}

/** On a port of its own, a listener knows a destination by that port only; the HTTP proxy listener knows all of them. */
function destinationService(service: Service | undefined, listenPort: number): Service | undefined {
  if (service === undefined || listenPort === 0) return service;
  const port = service.ports.find((each) => each.number === listenPort);
  return port === undefined ? undefined : { ...service, ports: [port] };
}

/** These routes are shared by all proxies, so nothing that only one data plane has is in them. */
const ANY_DATA_PLANE = { dataPlane: 'weft' } as const;

/** The route of a service that no VirtualService routes. */
function defaultRoute(
  { hostname: host, origin }: Service,
  port: number,
  snapshot: Snapshot,
  hash: ReturnType<typeof consistentHashOf>,
): Route {
  const policy = hashPolicy(hash);
  const retry = retryPolicy(snapshot.mesh.defaultHttpRetryPolicy, false, ANY_DATA_PLANE);
  return create(RouteSchema, {
    name: 'default',
    match: routeMatch(undefined),
    metadata: { filterMetadata: { weft: weftOrigin({ ref: origin, path: '' }) } },
    decorator: { operation: `${host}:${port}/*` },
    action: {
      case: 'route',
      value: {
        clusterSpecifier: { case: 'cluster', value: outboundCluster(port, '', host) },
        ...timeouts(undefined),
        ...(retry && { retryPolicy: retry }),
        hashPolicy: policy === undefined ? [] : [policy],
      },
    },
  });
}

/** Requests for hosts nobody declared: out as they are, or 502 (SEMANTICS row 29). */
export function catchAll({ scope, node }: MeshProxy): VirtualHost {
  const { mode, egressProxy } = scope.outbound;
  const looksUp = mode === 'ALLOW_ANY_DYNAMIC_DNS' && node.interception !== 'NONE';
  const cluster = looksUp ? ALLOW_ANY_DYNAMIC_DNS_CLUSTER : unknownTrafficCluster(egressProxy);
  if (egressProxy !== undefined) return makeCatchAll(mode, looksUp, cluster);
  const key = `${mode} ${looksUp}`;
  const known = catchAlls.get(key) ?? makeCatchAll(mode, looksUp, cluster);
  catchAlls.set(key, known);
  return known;
}

const catchAlls = new Map<string, VirtualHost>();

function makeCatchAll(mode: Scope['outbound']['mode'], looksUp: boolean, cluster: string): VirtualHost {
  const name = mode === 'REGISTRY_ONLY' ? BLOCK_ALL : looksUp ? ALLOW_ANY_DYNAMIC_DNS : ALLOW_ANY;
  const action: Init<typeof RouteSchema>['action'] =
    mode === 'REGISTRY_ONLY'
      ? { case: 'directResponse', value: { status: 502 } }
      : { case: 'route', value: { clusterSpecifier: { case: 'cluster', value: cluster }, ...timeouts(undefined) } };
  return create(VirtualHostSchema, {
    name,
    domains: ['*'],
    routes: [{ name, match: { pathSpecifier: { case: 'prefix', value: '/' } }, action }],
  });
}

export function routeConfiguration(
  name: string,
  hosts: readonly VirtualHost[],
  ignorePortInHostMatching: boolean,
): RouteConfiguration {
  return create(RouteConfigurationSchema, {
    name,
    virtualHosts: [...hosts],
    validateClusters: false,
    ignorePortInHostMatching,
    maxDirectResponseBodySizeBytes: MAX_DIRECT_RESPONSE_BYTES,
  });
}
