import type { ParentReference, Resource } from '@weft/config';
import { isSubsetOf, overlaps } from '../host.ts';
import { compareText } from '../object-ref.ts';
import type { GatewayResult, ListenerResult } from './gateways.ts';
import type { Lookup } from './inputs.ts';
import { CONTROLLER, GATEWAY_GROUP, WAYPOINT_CONTROLLER } from './names.ts';
import type { Problem } from './problem.ts';

export type RouteResource = Resource<'HTTPRoute'> | Resource<'GRPCRoute'> | Resource<'TCPRoute'> | Resource<'TLSRoute'>;

/** One thing that a route attaches to, or fails to: a parentRef without a section stands for each listener of its Gateway. */
export interface RouteParent {
  readonly ref: ParentReference;
  /** `mesh`, or `<namespace>/<name>` of the Gateway resource of a listener. */
  readonly gateway: string;
  readonly listener: ListenerResult | undefined;
  /** For the mesh: the hosts whose traffic is meant. */
  readonly meshHosts: readonly string[];
  readonly denied: Problem | undefined;
  /** Hostnames of the other listeners of the same port, which take what is more specific. */
  readonly others: readonly string[];
}

const ISTIO_GROUP = 'networking.istio.io';

/** The listeners of all Gateways, by who has them: `Gateway <namespace>/<name>`. */
export type ListenersByOwner = ReadonlyMap<string, readonly ListenerResult[]>;

export function listenersByOwner(gateways: readonly GatewayResult[]): ListenersByOwner {
  return Map.groupBy(
    // One that lost its place, or has nothing to listen with, cannot be attached to. A set's listeners count while they are valid.
    gateways.flatMap(({ listeners }) =>
      listeners.filter((each) => each.internalName !== undefined && (each.valid || each.owner.type !== 'ListenerSet')),
    ),
    ({ owner }) => ownerKey(owner.kind, owner.metadata.namespace, owner.metadata.name),
  );
}

export function ownerKey(kind: string, namespace: string, name: string): string {
  return `${kind} ${namespace}/${name}`;
}

/** Identifies a parentRef, with what it leaves out filled in. */
export function parentKey(ref: ParentReference, namespace: string): string {
  const { group = GATEWAY_GROUP, kind = 'Gateway', name = '', sectionName = '', port = 0 } = ref;
  return `${group}/${kind}/${name}/${sectionName}/${port}.${ref.namespace ?? namespace}`;
}

/** Everything the parentRefs of a route mean, in the order of their keys. References to what others implement are left out. */
export function parentsOf(route: RouteResource, listeners: ListenersByOwner, lookup: Lookup): readonly RouteParent[] {
  const { namespace } = route.metadata;
  const refs = [...(route.spec.parentRefs ?? [])].sort((a, b) =>
    compareText(parentKey(a, namespace), parentKey(b, namespace)),
  );
  return refs.flatMap((ref): readonly RouteParent[] => {
    const { group = GATEWAY_GROUP, kind = 'Gateway', name = '' } = ref;
    if (group === GATEWAY_GROUP && (kind === 'Gateway' || kind === 'ListenerSet')) {
      const found = listeners.get(ownerKey(kind, ref.namespace ?? namespace, name)) ?? [];
      return found.map((listener) => listenerParent(ref, listener, found, route));
    }
    const isMesh = (group === '' && kind === 'Service') || (group === ISTIO_GROUP && kind === 'ServiceEntry');
    return isMesh && !hasForeignWaypoint(ref, kind, namespace, lookup)
      ? [meshParent(ref, kind, namespace, lookup)]
      : [];
  });
}

const WAYPOINT_LABEL = 'istio.io/use-waypoint';
const WAYPOINT_NAMESPACE_LABEL = 'istio.io/use-waypoint-namespace';

/** A service behind a waypoint of another implementation has its routes from that one. */
function hasForeignWaypoint(
  { name = '', namespace: said }: ParentReference,
  kind: string,
  own: string,
  lookup: Lookup,
): boolean {
  const namespace = said ?? own;
  const parent = (kind === 'Service' ? lookup.kubernetesServices : lookup.serviceEntries).get(`${namespace}/${name}`);
  if (parent === undefined) return false;
  const { labels } = parent.metadata;
  const source = labels[WAYPOINT_LABEL] === undefined ? (lookup.namespaces.get(namespace) ?? {}) : labels;
  const waypoint = lookup.gateways.get(
    `${source[WAYPOINT_NAMESPACE_LABEL] || namespace}/${source[WAYPOINT_LABEL] ?? ''}`,
  );
  const controller = lookup.classes.get(waypoint?.spec.gatewayClassName ?? '')?.spec.controllerName;
  return controller !== undefined && controller !== CONTROLLER && controller !== WAYPOINT_CONTROLLER;
}

function meshParent(ref: ParentReference, kind: string, own: string, lookup: Lookup): RouteParent {
  const { name = '', namespace = own } = ref;
  const hostname = lookup.hostOf(name, namespace);
  const entry = lookup.serviceEntries.get(`${namespace}/${name}`);
  const hosts = kind === 'Service' ? [hostname] : (entry?.spec.hosts ?? []);
  const known = kind === 'Service' ? lookup.service(hostname, namespace) !== undefined : entry !== undefined;
  const message = `there is no ${kind} ${namespace}/${name}`;
  return {
    ref,
    gateway: 'mesh',
    listener: undefined,
    meshHosts: hosts,
    denied: known ? undefined : { reason: 'NoMatchingParent', message },
    others: [],
  };
}

function listenerParent(
  ref: ParentReference,
  listener: ListenerResult,
  siblings: readonly ListenerResult[],
  route: RouteResource,
): RouteParent {
  const own = listener.listener;
  const others = siblings.flatMap(({ listener: each }) =>
    each !== own && each.port === own.port && each.protocol === own.protocol && each.hostname !== own.hostname
      ? [each.hostname ?? '']
      : [],
  );
  return {
    ref,
    gateway: listener.internalName ?? '',
    listener,
    meshHosts: [],
    denied: refusal(ref, listener, route),
    others,
  };
}

/** Why a route may not attach to a listener (conversion.go, referenceAllowed). */
function refusal(
  ref: ParentReference,
  { listener, hosts, kinds }: ListenerResult,
  route: RouteResource,
): Problem | undefined {
  const noMatch = (message: string): Problem => ({ reason: 'NoMatchingParent', message });
  if (ref.port !== undefined && ref.port !== listener.port) return noMatch(`the Gateway has no port ${ref.port}`);
  if (ref.sectionName !== undefined && ref.sectionName !== '' && ref.sectionName !== listener.name) {
    return noMatch(`the Gateway has no listener ${ref.sectionName}`);
  }
  const problem = hostRefusal(listener.hostname, hosts, route);
  if (problem !== undefined) return problem;
  if (kinds.includes(route.kind)) return undefined;
  return { reason: 'NotAllowedByListeners', message: `listener ${listener.name ?? ''} takes no ${route.kind}` };
}

/** The hostnames of a route; TCPRoutes have none. */
export function hostnamesOf(route: RouteResource): readonly string[] {
  const said = route.type === 'TCPRoute' ? undefined : route.spec.hostnames;
  return said === undefined || said.length === 0 ? ['*'] : said;
}

function hostRefusal(
  hostname: string | undefined,
  hosts: readonly string[],
  route: RouteResource,
): Problem | undefined {
  const { namespace } = route.metadata;
  let hostMatched = false;
  for (const routeHost of hostnamesOf(route)) {
    for (const each of hosts) {
      const slash = each.indexOf('/');
      if (!overlaps(each.slice(slash + 1), routeHost)) continue;
      const owner = each.slice(0, slash);
      if (owner === '*' || owner === namespace) return undefined;
      hostMatched = true;
    }
  }
  if (hostMatched) {
    return { reason: 'NotAllowedByListeners', message: `the listener takes no routes of namespace ${namespace}` };
  }
  return {
    reason: 'NoMatchingListenerHostname',
    message: `none of its hostnames is one of the listener's, ${hostname ?? '*'}`,
  };
}

/**
 * Whether a listener's hostname lets a route have this host: a listener with a more specific hostname on the same port takes it else
 * (https://gateway-api.sigs.k8s.io/reference/spec/#listener, listener isolation).
 */
export function isIsolated({ listener, others }: RouteParent, host: string): boolean {
  const own = listener?.listener.hostname ?? '';
  if (own !== '' && !own.startsWith('*')) return false;
  if (own !== '' && !overlaps(host, own)) return true;
  return others.some((other) => own.length <= other.length && isSubsetOf(host, other));
}
