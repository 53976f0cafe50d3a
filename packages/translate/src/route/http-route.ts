import { create } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import type { HttpMatchRequest, HttpRoute } from '@weft/config';
import type { HttpRule, Origin, VirtualService } from '@weft/mesh';
import { selects } from '@weft/mesh';
import { type Route, type RouteMatch, RouteSchema } from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { CorsPolicySchema } from '@weft/xds/gen/envoy/extensions/filters/http/cors/v3/cors_pb';
import { HTTPFaultSchema } from '@weft/xds/gen/envoy/extensions/filters/http/fault/v3/fault_pb';
import { CORS_FILTER, FAULT_FILTER } from '../listener/filter-names.ts';
import { parseClusterName } from '../names.ts';
import { originMetadata } from '../origin.ts';
import { any } from '../wire/any.ts';
import type { Init } from '../wire/init.ts';
import type { RouteContext } from './context.ts';
import { corsPolicy } from './cors.ts';
import { directResponse } from './direct-response.ts';
import { httpFault } from './fault.ts';
import { forwardAction } from './forward.ts';
import { byGatewayApi } from './gateway-api-action.ts';
import { headerOperations } from './header-operations.ts';
import { isCatchAll, routeMatch } from './match.ts';
import { redirectAction } from './redirect.ts';

/**
 * The `http` rules of a VirtualService → routes, in order. Each match of a rule becomes a route of its own; a rule that takes
 * everything ends the list (route.go, BuildHTTPRoutesForVirtualService).
 */
export function httpRoutes(virtualService: VirtualService, context: RouteContext): Route[] {
  const routes: Route[] = [];
  for (const rule of virtualService.http) {
    if (rule.matches.length === 0) {
      routes.push(httpRoute(virtualService, rule, undefined, rule.origin, context));
      return routes;
    }
    for (const { match, origin } of rule.matches) {
      if (!appliesTo(match, context)) continue;
      const route = httpRoute(virtualService, rule, match, origin, context);
      routes.push(route);
      if (route.match !== undefined && isCatchAll(route.match)) return routes;
    }
  }
  return routes;
}

/** Port, gateways and source are decided here, per proxy; with `gateways` the source is not looked at (SEMANTICS row 13). */
function appliesTo(match: HttpMatchRequest, context: RouteContext): boolean {
  if (match.port && match.port !== context.listenPort) return false;
  if (match.gateways !== undefined && match.gateways.length > 0) {
    return match.gateways.some((gateway) => context.gateways.has(gateway));
  }
  const { node } = context;
  if (match.sourceNamespace && match.sourceNamespace !== node.namespace) return false;
  return selects(match.sourceLabels ?? {}, node.labels);
}

function httpRoute(
  virtualService: VirtualService,
  { rule }: HttpRule,
  match: HttpMatchRequest | undefined,
  origin: Origin,
  context: RouteContext,
): Route {
  const operations = headerOperations(rule.headers);
  const compiled = routeMatch(match, virtualService.gatewayApi);
  const action = routeAction(virtualService, rule, compiled, operations, context);
  const name = match?.name ? `${rule.name ?? ''}.${match.name}` : (rule.name ?? '');
  return create(RouteSchema, {
    name,
    match: compiled,
    metadata: originMetadata(origin),
    ...operations,
    ...action,
    ...(match?.statPrefix && { statPrefix: match.statPrefix }),
    decorator: { operation: operationName(compiled, action, virtualService.name, context.listenPort) },
    typedPerFilterConfig: filterConfig(rule),
  });
}

type Action = Pick<Init<typeof RouteSchema>, 'action'>;

function routeAction(
  { gatewayApi }: VirtualService,
  rule: HttpRoute,
  match: RouteMatch,
  operations: ReturnType<typeof headerOperations>,
  context: RouteContext,
): Action {
  if (rule.redirect !== undefined) {
    return { action: { case: 'redirect', value: redirectAction(rule.redirect, context.listenPort, context.isTls) } };
  }
  if (rule.directResponse !== undefined) {
    return { action: { case: 'directResponse', value: directResponse(rule.directResponse) } };
  }
  const value = forwardAction(rule, operations, context);
  return { action: { case: 'route', value: gatewayApi ? byGatewayApi(value, match) : value } };
}

/** Faults and CORS of the rule, read by the filters of the same name. */
function filterConfig(rule: HttpRoute): Record<string, Any> {
  const configs: Record<string, Any> = {};
  const fault = rule.fault === undefined ? undefined : httpFault(rule.fault);
  if (fault !== undefined) configs[FAULT_FILTER] = any(HTTPFaultSchema, fault);
  if (rule.corsPolicy !== undefined) configs[CORS_FILTER] = any(CorsPolicySchema, corsPolicy(rule.corsPolicy));
  return configs;
}

/** The name of the route's spans: `host:port/path*`, with the VirtualService's name when several hosts share the traffic. */
function operationName(match: RouteMatch, { action }: Action, virtualService: string, port: number): string {
  const path = match.pathSpecifier;
  let text = '/*';
  if (path.case === 'prefix' || path.case === 'pathSeparatedPrefix') text = `${path.value}*`;
  else if (path.case === 'path') text = path.value;
  else if (path.case === 'safeRegex') text = path.value.regex;
  const specifier = action?.case === 'route' ? action.value.clusterSpecifier : undefined;
  const cluster = specifier?.case === 'cluster' ? parseClusterName(String(specifier.value)) : undefined;
  if (cluster !== undefined) return `${cluster.host}:${cluster.port}${text}`;
  return `${virtualService}:${port}${text}`;
}
