import { type GatewayListener, type KubernetesGatewaySpec, type Resource, resourcesOf } from '@weft/config';
import { refOf } from '../object-ref.ts';
import type { Condition } from './conditions.ts';
import { listenerConflicts, withPort } from './conflicts.ts';
import type { Generated } from './generated.ts';
import type { Lookup } from './inputs.ts';
import { buildListener, conflicted, routeKinds } from './listener.ts';
import {
  CONTROLLER,
  DEFAULT_CLASS,
  GATEWAY_GROUP,
  GATEWAY_NAME_LABEL,
  GATEWAY_SEMANTICS_ANNOTATION,
  gatewayNameOf,
  PARENTS_ANNOTATION,
  SERVICE_ANNOTATION,
} from './names.ts';
import { allowedNamespaces } from './namespaces.ts';
import type { Problem } from './problem.ts';

export type ListenerObject = Resource<'KubernetesGateway'> | Resource<'ListenerSet'>;

/** A listener, as routes and statuses see it. */
export interface ListenerResult {
  readonly owner: ListenerObject;
  readonly listener: GatewayListener;
  /** `<namespace>/<name>` of its Gateway resource; undefined when routes cannot attach. */
  readonly internalName: string | undefined;
  /** `<namespace>/<host>` of who may use it. */
  readonly hosts: readonly string[];
  readonly kinds: readonly string[];
  readonly valid: boolean;
  readonly conditions: readonly Condition[];
  readonly generated: Resource<'Gateway'> | undefined;
}

/** A Gateway of ours with all that attaches to it, ListenerSets too. */
export interface GatewayResult {
  readonly gateway: Resource<'KubernetesGateway'>;
  /** Hosts of the services in front of it. */
  readonly services: readonly string[];
  readonly addressProblem: Problem | undefined;
  readonly sets: readonly { readonly set: Resource<'ListenerSet'>; readonly allowed: boolean }[];
  readonly listeners: readonly ListenerResult[];
}

/** A GatewayClass is ours by its controller; the default one exists without an object. */
export function isOurs(
  className: string | undefined,
  { classes }: { readonly classes: ReadonlyMap<string, Resource<'GatewayClass'>> },
): boolean {
  const found = classes.get(className ?? '');
  return found === undefined ? className === DEFAULT_CLASS : found.spec.controllerName === CONTROLLER;
}

/** Gateways without an address of a host are deployed by whoever runs the mesh; the others stand behind services that are there. */
export function isManaged({ addresses = [] }: Pick<KubernetesGatewaySpec, 'addresses'>): boolean {
  const [first, second] = addresses;
  if (first === undefined) return true;
  return second === undefined && (first.type === undefined || first.type === 'IPAddress');
}

/** A Gateway that we serve, and the services in front of it when it names some. */
export interface ServedGateway {
  readonly gateway: Resource<'KubernetesGateway'>;
  /** The ports of its listeners and of those of its ListenerSets. */
  readonly ports: readonly number[];
  /** `<namespace>/<name>` of the Kubernetes Services in front of its proxies; undefined when proxies are to be started for it. */
  readonly services: readonly string[] | undefined;
}

/** The Gateways of ours among objects, for whoever starts their proxies. */
export function servedGateways(resources: readonly Resource[]): readonly ServedGateway[] {
  const classes = new Map(resourcesOf(resources, 'GatewayClass').map((each) => [each.metadata.name, each]));
  const sets = Map.groupBy(resourcesOf(resources, 'ListenerSet'), parentOf);
  return resourcesOf(resources, 'KubernetesGateway')
    .filter(({ spec }) => isOurs(spec.gatewayClassName, { classes }))
    .map((gateway) => {
      const { namespace, name } = gateway.metadata;
      const attached = (sets.get(`${namespace}/${name}`) ?? []).flatMap(({ spec }) => spec.listeners ?? []);
      const listeners = [...(gateway.spec.listeners ?? []), ...attached.map(withPort)];
      const services = (gateway.spec.addresses ?? []).map(({ value = '' }) => {
        const [service = '', own = namespace] = value.split('.');
        return `${own}/${service}`;
      });
      return {
        gateway,
        ports: [...new Set(listeners.flatMap(({ port }) => port ?? []))],
        services: isManaged(gateway.spec) ? undefined : services,
      };
    });
}

/** All Gateways of ours (gateway_collection.go). */
export function convertGateways(
  resources: readonly Resource[],
  lookup: Lookup,
  generated: Generated,
): readonly GatewayResult[] {
  const sets = Map.groupBy(resourcesOf(resources, 'ListenerSet'), parentOf);
  return resourcesOf(resources, 'KubernetesGateway')
    .filter(({ spec }) => isOurs(spec.gatewayClassName, lookup))
    .map((gateway) => {
      const attached = sets.get(`${gateway.metadata.namespace}/${gateway.metadata.name}`) ?? [];
      return convertGateway(gateway, attached, lookup, generated);
    });
}

function parentOf({ spec, metadata }: Resource<'ListenerSet'>): string {
  const { group = GATEWAY_GROUP, kind = 'Gateway', namespace = metadata.namespace, name = '' } = spec.parentRef ?? {};
  return group === GATEWAY_GROUP && kind === 'Gateway' ? `${namespace}/${name}` : '';
}

function convertGateway(
  gateway: Resource<'KubernetesGateway'>,
  attached: readonly Resource<'ListenerSet'>[],
  lookup: Lookup,
  generated: Generated,
): GatewayResult {
  const { services, problem } = servicesOf(gateway, lookup);
  const sets = attached.map((set) => ({ set, allowed: mayAttach(set, gateway, lookup) }));
  const allowed = sets.flatMap((each) => (each.allowed ? [each.set] : []));
  const conflicts = listenerConflicts(gateway, allowed);
  const input = { gateway, services, lookup, generated };
  const listeners =
    services.length === 0
      ? []
      : [gateway, ...allowed].flatMap((owner) =>
          (owner.spec.listeners ?? []).map((listener, i) =>
            convertListener(owner, listener, i, conflicts.get(owner)?.get(i), input),
          ),
        );
  return { gateway, services, addressProblem: problem, sets, listeners };
}

function mayAttach(
  set: Resource<'ListenerSet'>,
  { spec, metadata }: Resource<'KubernetesGateway'>,
  lookup: Lookup,
): boolean {
  const namespaces = spec.allowedListeners?.namespaces;
  if (namespaces === undefined) return false;
  const allowed = allowedNamespaces(namespaces, metadata.namespace, lookup);
  return allowed.includes('*') || allowed.includes(set.metadata.namespace);
}

const NAME_OVERRIDE = 'gateway.istio.io/name-override';

/** The hosts of the services in front of a Gateway's proxies (conversion.go, extractGatewayServices). */
function servicesOf(
  { spec, metadata }: Resource<'KubernetesGateway'>,
  lookup: Lookup,
): { readonly services: readonly string[]; readonly problem: Problem | undefined } {
  const { name, namespace, annotations } = metadata;
  if (isManaged(spec)) {
    const service = annotations[NAME_OVERRIDE] ?? `${name}-${spec.gatewayClassName ?? DEFAULT_CLASS}`;
    return { services: [lookup.hostOf(service, namespace)], problem: undefined };
  }
  const addresses = spec.addresses ?? [];
  const isHost = ({ type = 'Hostname' }: { readonly type?: string }): boolean => type === 'Hostname';
  const services = addresses
    .filter(isHost)
    .map(({ value = '' }) => (value.includes('.') ? value : lookup.hostOf(value, namespace)));
  const others = addresses.filter((each) => !isHost(each)).map(({ value = '' }) => value);
  const message = `only addresses of type Hostname are supported, so ${others.join(', ')} counts for nothing`;
  return { services, problem: others.length === 0 ? undefined : { reason: 'UnsupportedAddress', message } };
}

interface ListenerInput {
  readonly gateway: Resource<'KubernetesGateway'>;
  readonly services: readonly string[];
  readonly lookup: Lookup;
  readonly generated: Generated;
}

function convertListener(
  owner: ListenerObject,
  written: GatewayListener,
  index: number,
  conflict: string | undefined,
  { gateway, services, lookup, generated }: ListenerInput,
): ListenerResult {
  const listener = owner.type === 'ListenerSet' ? withPort(written) : written;
  const { namespace, name, labels } = owner.metadata;
  if (conflict !== undefined) {
    const { kinds } = routeKinds(listener);
    const none = { internalName: undefined, hosts: [], valid: false, generated: undefined };
    return { owner, listener, ...none, kinds, conditions: conflicted(conflict) };
  }
  const kind = owner.type === 'ListenerSet' ? 'ListenerSet' : 'Gateway';
  const built = buildListener(listener, gateway.spec, { kind, namespace, name, labels }, lookup);
  const section = listener.name ?? '';
  const internal = gatewayNameOf(name, section);
  const { server, valid, kinds, conditions } = built;
  return {
    owner,
    listener,
    internalName: server === undefined ? undefined : `${namespace}/${internal}`,
    hosts: server?.hosts ?? [],
    kinds,
    valid,
    conditions,
    generated:
      server === undefined || !valid
        ? undefined
        : generated.gateway({
            name: internal,
            namespace,
            labels: workloadLabels(gateway, services, lookup),
            annotations: {
              [GATEWAY_SEMANTICS_ANNOTATION]: 'gateway',
              [SERVICE_ANNOTATION]: services.join(),
              [PARENTS_ANNOTATION]: `${kind}/${name}/${section}.${namespace}`,
            },
            spec: { servers: [server] },
            from: owner,
            origin: (path) =>
              path.startsWith('spec.servers[0]') ? { ref: refOf(owner), path: `spec.listeners[${index}]` } : undefined,
          }),
  };
}

/** Proxies started for a Gateway carry its name, and serve it where nobody made a service for them. */
function workloadLabels(
  { spec, metadata }: Resource<'KubernetesGateway'>,
  services: readonly string[],
  lookup: Lookup,
): Readonly<Record<string, string>> {
  const served = services.some((host) => lookup.servicesOf(host).length > 0);
  return isManaged(spec) && !served ? { [GATEWAY_NAME_LABEL]: metadata.name } : {};
}
