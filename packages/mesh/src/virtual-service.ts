import type { Destination, HttpMatchRequest, HttpRoute, Resource, TcpRoute, TlsRoute } from '@weft/config';
import { originOf } from './gateway-api/generated.ts';
import { SEMANTICS_ANNOTATION } from './gateway-api/names.ts';
import { resolveGatewayName, resolveHost } from './host.ts';
import { type ObjectRef, type Origin, refOf } from './object-ref.ts';
import { type Visibility, visibilityOf } from './visibility.ts';

/** A VirtualService with every name resolved and its delegates merged in. */
export interface VirtualService {
  readonly origin: ObjectRef;
  readonly namespace: string;
  readonly name: string;
  readonly hosts: readonly string[];
  /** `mesh` or `<namespace>/<name>`. */
  readonly gateways: readonly string[];
  readonly exportTo: Visibility;
  /** Stands for routes of the Gateway API: prefixes are of whole path segments, and what leads nowhere is answered with 500. */
  readonly gatewayApi: boolean;
  readonly http: readonly HttpRule[];
  readonly tls: readonly OriginalRule<TlsRoute>[];
  readonly tcp: readonly OriginalRule<TcpRoute>[];
  /** Hosts its rules can send traffic to, with the ports they name; 0 stands for "every port". */
  readonly destinations: ReadonlyMap<string, ReadonlySet<number>>;
}

export interface OriginalRule<T> {
  readonly rule: T;
  readonly origin: Origin;
}

/** One `http` entry. `matches` is empty when it matches everything. */
export interface HttpRule extends OriginalRule<HttpRoute> {
  readonly matches: readonly OriginalMatch[];
}

export interface OriginalMatch {
  readonly match: HttpMatchRequest;
  readonly origin: Origin;
}

/** Names resolved as ResolveVirtualServiceShortnames does; `gateways` unset means `mesh`. Delegates are merged by the caller. */
export function resolveVirtualService(
  resource: Resource<'VirtualService'>,
  domain: string,
  exportTo: readonly string[],
): VirtualService {
  const { spec } = resource;
  const ref = refOf(resource);
  const { namespace } = ref;
  const host = (name: string): string => resolveHost(name, namespace, domain);
  const origin = (path: string): Origin => originOf(resource, path);
  const http = (spec.http ?? []).map((route, i) => resolveHttp(route, `spec.http[${i}]`, namespace, host, origin));
  const tls = (spec.tls ?? []).map((rule, i) => ({
    rule: resolveL4(rule, namespace, host),
    origin: origin(`spec.tls[${i}]`),
  }));
  const tcp = (spec.tcp ?? []).map((rule, i) => ({
    rule: resolveL4(rule, namespace, host),
    origin: origin(`spec.tcp[${i}]`),
  }));
  const gateways = spec.gateways === undefined || spec.gateways.length === 0 ? ['mesh'] : spec.gateways;
  return {
    origin: ref,
    namespace,
    name: ref.name,
    hosts: (spec.hosts ?? []).map((each) => host(each).toLowerCase()),
    gateways: gateways.map((gateway) => resolveGatewayName(gateway, namespace)),
    exportTo: visibilityOf(spec.exportTo, namespace, exportTo),
    gatewayApi: resource.metadata.annotations[SEMANTICS_ANNOTATION] === 'gateway',
    http,
    tls,
    tcp,
    destinations: destinationsOf(http, [...tls, ...tcp]),
  };
}

function resolveHttp(
  route: HttpRoute,
  path: string,
  namespace: string,
  host: (name: string) => string,
  origin: (path: string) => Origin,
): HttpRule {
  const at = (destination: Destination): Destination => ({ ...destination, host: host(destination.host ?? '') });
  const rule: HttpRoute = {
    ...route,
    ...(route.route && {
      route: route.route.map((each) => ({ ...each, ...(each.destination && { destination: at(each.destination) }) })),
    }),
    ...(route.mirror && { mirror: at(route.mirror) }),
    ...(route.mirrors && {
      mirrors: route.mirrors.map((each) => ({
        ...each,
        ...(each.destination && { destination: at(each.destination) }),
      })),
    }),
  };
  const matches = (route.match ?? []).map((match, i) => ({
    match: resolveGateways(match, namespace),
    origin: origin(`${path}.match[${i}]`),
  }));
  return { rule, origin: origin(path), matches };
}

function resolveGateways<T extends { readonly gateways?: readonly string[] }>(match: T, namespace: string): T {
  if (match.gateways === undefined) return match;
  return { ...match, gateways: match.gateways.map((gateway) => resolveGatewayName(gateway, namespace)) };
}

function resolveL4<T extends TlsRoute | TcpRoute>(rule: T, namespace: string, host: (name: string) => string): T {
  return {
    ...rule,
    ...(rule.match && { match: rule.match.map((match) => resolveGateways(match, namespace)) }),
    ...(rule.route && {
      route: rule.route.map((each) => ({
        ...each,
        ...(each.destination && { destination: { ...each.destination, host: host(each.destination.host ?? '') } }),
      })),
    }),
  };
}

/** Every destination of every rule; a rule that names no port may use any. */
export function destinationsOf(
  http: readonly HttpRule[],
  l4: readonly OriginalRule<TlsRoute | TcpRoute>[],
): ReadonlyMap<string, ReadonlySet<number>> {
  const found = new Map<string, Set<number>>();
  const add = (destination: Destination | undefined): void => {
    if (destination?.host === undefined || destination.host === '') return;
    const ports = found.get(destination.host) ?? new Set();
    ports.add(destination.port?.number ?? 0);
    found.set(destination.host, ports);
  };
  for (const { rule } of http) {
    for (const each of rule.route ?? []) add(each.destination);
    for (const each of rule.mirrors ?? []) add(each.destination);
    add(rule.mirror);
  }
  for (const { rule } of l4) for (const each of rule.route ?? []) add(each.destination);
  return found;
}
