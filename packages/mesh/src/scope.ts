import type { Destination, IstioEgressListener, OutboundTrafficPolicy, Resource } from '@weft/config';
import type { DestinationRule } from './destination-rule.ts';
import { EgressHosts } from './egress-host.ts';
import { HostIndex, resolveHost } from './host.ts';
import type { Labels } from './labels.ts';
import { type Origin, refOf } from './object-ref.ts';
import { withSameHost } from './same-host.ts';
import type { Service } from './service.ts';
import type { VirtualService } from './virtual-service.ts';

/** What the client proxies of one namespace (and one Sidecar) may see. */
export interface Scope {
  readonly namespace: string;
  readonly sidecar: Resource<'Sidecar'> | undefined;
  /** A place in the Sidecar. */
  sidecarOrigin(path: string): Origin | undefined;
  /** One service a host name. */
  readonly services: readonly Service[];
  readonly egress: readonly EgressListener[];
  /** What happens to traffic for unknown hosts. */
  readonly outbound: {
    readonly mode: 'ALLOW_ANY' | 'REGISTRY_ONLY' | 'ALLOW_ANY_DYNAMIC_DNS';
    /** With ALLOW_ANY, who gets that traffic instead of the address it wanted; its host is a full name. */
    readonly egressProxy: Destination | undefined;
  };
  service(hostname: string): Service | undefined;
  destinationRule(service: Service, labels: Labels): DestinationRule | undefined;
}

/** One egress listener of a Sidecar, or the only one when none is said: everything, on every port. */
export interface EgressListener {
  /** Undefined for the listener that takes every port. */
  readonly listener: IstioEgressListener | undefined;
  readonly services: readonly Service[];
  /** In the order to consider them: what only this namespace sees, what is exported to it, what everybody sees; oldest first. */
  readonly virtualServices: readonly VirtualService[];
  /** The VirtualService with the most specific host for each service host that has one. */
  virtualServiceOf(hostname: string): VirtualService | undefined;
}

/** What a scope is made from: the parts of the snapshot that the namespace can see. */
export interface ScopeInputs {
  readonly namespace: string;
  readonly sidecar: Resource<'Sidecar'> | undefined;
  readonly services: readonly Service[];
  readonly virtualServices: readonly VirtualService[];
  readonly meshMode: Scope['outbound']['mode'];
  readonly domain: string;
  servicesOf(hostname: string): readonly Service[];
  destinationRule(service: Service, labels: Labels): DestinationRule | undefined;
}

const EVERYTHING: IstioEgressListener = { hosts: ['*/*'] };

export function buildScope(inputs: ScopeInputs): Scope {
  const said = inputs.sidecar?.spec.egress;
  const listeners = (said === undefined || said.length === 0 ? [EVERYTHING] : said).map((listener) =>
    buildEgress(listener, inputs),
  );
  const byHost = new Map<string, Service>();
  for (const egress of listeners) for (const service of egress.services) add(byHost, service);
  for (const egress of listeners) addDestinations(byHost, egress, inputs);
  return {
    namespace: inputs.namespace,
    sidecar: inputs.sidecar,
    sidecarOrigin: (path) => inputs.sidecar && { ref: refOf(inputs.sidecar), path },
    services: [...byHost.values()],
    egress: listeners,
    outbound: {
      mode: modeOf(inputs.sidecar?.spec.outboundTrafficPolicy) ?? inputs.meshMode,
      egressProxy: egressProxyOf(inputs),
    },
    service: (hostname) => byHost.get(hostname),
    destinationRule: inputs.destinationRule,
  };
}

function egressProxyOf({ sidecar, domain }: ScopeInputs): Destination | undefined {
  const said = sidecar?.spec.outboundTrafficPolicy?.egressProxy;
  if (sidecar === undefined || said?.host === undefined) return undefined;
  return { ...said, host: resolveHost(said.host, sidecar.metadata.namespace, domain) };
}

function modeOf(policy: OutboundTrafficPolicy | undefined): Scope['outbound']['mode'] | undefined {
  // The zero value of the API's enum is REGISTRY_ONLY (networking/v1alpha3/sidecar.proto), so a policy without a mode means it.
  return policy === undefined ? undefined : (policy.mode ?? 'REGISTRY_ONLY');
}

function buildEgress(listener: IstioEgressListener, inputs: ScopeInputs): EgressListener {
  const hosts = new EgressHosts(listener.hosts ?? [], inputs.namespace);
  const port = needsPortMatch(listener) ? listener.port?.number : undefined;
  const imported: Service[] = [];
  for (const service of inputs.services) {
    if (!hosts.importsService(service.namespace, service.hostname)) continue;
    const narrowed = port === undefined ? service : withPort(service, port);
    if (narrowed !== undefined) imported.push(narrowed);
  }
  const services = onePerHost(imported, inputs.namespace);
  const virtualServices = inputs.virtualServices.filter((each) =>
    each.hosts.some((host) => hosts.importsHost(each.namespace, host)),
  );
  const index = new HostIndex<VirtualService>();
  for (const each of virtualServices) {
    for (const host of each.hosts) if (index.get(host) === undefined) index.set(host, each);
  }
  return {
    listener: listener.port === undefined && listener.bind === undefined ? undefined : listener,
    services,
    virtualServices,
    virtualServiceOf: (hostname) => index.find(hostname),
  };
}

function needsPortMatch(listener: IstioEgressListener): boolean {
  return !!listener.port?.number && listener.port.protocol?.toUpperCase() !== 'HTTP_PROXY';
}

const narrowings = new WeakMap<Service, Map<number, Service>>();

/** The service with one of its ports only; the same object each time. */
function withPort(service: Service, number: number): Service | undefined {
  const port = service.ports.find((each) => each.number === number);
  if (port === undefined || service.ports.length === 1) return port === undefined ? undefined : service;
  const known = narrowings.get(service) ?? new Map<number, Service>();
  narrowings.set(service, known);
  const narrowed = known.get(number) ?? { ...service, ports: [port] };
  known.set(number, narrowed);
  return narrowed;
}

/** One host in several namespaces: the client's own namespace wins, then a Kubernetes service, then the oldest. */
function onePerHost(services: readonly Service[], namespace: string): readonly Service[] {
  const owner = new Map<string, Service>();
  for (const service of services) {
    const known = owner.get(service.hostname);
    if (known === undefined || rank(service, namespace) > rank(known, namespace)) owner.set(service.hostname, service);
  }
  return services.filter((service) => owner.get(service.hostname)?.namespace === service.namespace);
}

function rank(service: Service, namespace: string): number {
  if (service.namespace === namespace) return 2;
  return service.registry === 'Kubernetes' ? 1 : 0;
}

/**
 * Kubernetes beats other registries; what several objects of a namespace declare for one host belongs together, and so do ports of one service that
 * several listeners import.
 */
function add(byHost: Map<string, Service>, service: Service): void {
  const known = byHost.get(service.hostname);
  if (known === undefined) {
    byHost.set(service.hostname, service);
    return;
  }
  const sameObject = known.origin === service.origin;
  const [first, second] =
    known.registry !== 'Kubernetes' && service.registry === 'Kubernetes' ? [service, known] : [known, service];
  if (!sameObject) {
    byHost.set(service.hostname, first.namespace === second.namespace ? withSameHost(first, second) : first);
    return;
  }
  const more = service.ports.filter((port) => !known.ports.some((each) => each.number === port.number));
  if (more.length > 0) byHost.set(service.hostname, { ...known, ports: [...known.ports, ...more] });
}

/** A VirtualService may send traffic to services that the listener's hosts do not name; they are needed too. */
function addDestinations(byHost: Map<string, Service>, egress: EgressListener, inputs: ScopeInputs): void {
  for (const virtualService of egress.virtualServices) {
    for (const hostname of virtualService.destinations.keys()) {
      if (byHost.has(hostname)) continue;
      const candidates = inputs.servicesOf(hostname);
      const [found] = onePerHost(candidates, inputs.namespace);
      if (found !== undefined) byHost.set(hostname, found);
    }
  }
}
