/** What a patch says of routes (core/envoyfilter/rc_patch.go). */
import type { Route, VirtualHost } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import type { RouteConfiguration } from '@weft/xds/gen/envoy/config/route/v3/route_pb';
import { parseClusterName } from '../names.ts';
import type { PublicPort } from './match-listener.ts';
import type { Patch, PatchContext } from './patch.ts';

export function matchesRouteConfiguration(
  { name }: RouteConfiguration,
  { match }: Patch,
  context: PatchContext,
  publicPort: PublicPort,
): boolean {
  const wanted = match.routeConfiguration;
  if (wanted === undefined) return true;
  if (wanted.name && wanted.name !== name) return false;
  if (context !== 'GATEWAY') return !wanted.portNumber || wanted.portNumber === portOf(name);
  const { port, portName, gateway } = parseGatewayRoutes(name);
  if (wanted.portName && wanted.portName !== portName) return false;
  if (wanted.gateway && wanted.gateway !== gateway) return false;
  return !wanted.portNumber || wanted.portNumber === port || wanted.portNumber === publicPort(port);
}

/** `8080`, or `inbound|8080||`. */
function portOf(name: string): number {
  const inbound = parseClusterName(name);
  if (inbound !== undefined) return inbound.port;
  return /^\d+$/.test(name) ? Number(name) : 0;
}

/** `http.<port>` or `https.<port>.<port name>.<gateway>.<namespace>` (model/gateway.go, ParseGatewayRDSRouteName). */
function parseGatewayRoutes(name: string): {
  readonly port: number;
  readonly portName: string;
  readonly gateway: string;
} {
  const [scheme, port = '', ...rest] = name.split('.');
  if (scheme === 'https' && rest.length === 3) {
    const [portName = '', gateway = '', namespace = ''] = rest;
    return { port: Number(port), portName, gateway: `${namespace}/${gateway}` };
  }
  return { port: scheme === 'http' ? Number(port) : 0, portName: '', gateway: '' };
}

export function matchesVirtualHost(host: VirtualHost, { match }: Patch): boolean {
  const wanted = match.routeConfiguration?.vhost;
  if (wanted === undefined) return true;
  return (
    (!wanted.name || wanted.name === host.name) && (!wanted.domainName || host.domains.includes(wanted.domainName))
  );
}

export function hasRouteMatch({ match }: Patch): boolean {
  return match.routeConfiguration?.vhost?.route !== undefined;
}

const ACTIONS = { ROUTE: 'route', REDIRECT: 'redirect', DIRECT_RESPONSE: 'directResponse' } as const;

export function matchesRoute(route: Route, { match }: Patch): boolean {
  const wanted = match.routeConfiguration?.vhost?.route;
  if (wanted === undefined) return true;
  if (wanted.name && wanted.name !== route.name) return false;
  const action = wanted.action ?? 'ANY';
  if (action === 'ANY' || !Object.values<string | undefined>(ACTIONS).includes(route.action.case)) return true;
  return route.action.case === ACTIONS[action];
}
