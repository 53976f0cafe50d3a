import { create } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import type { EgressListener, Service, VirtualService } from '@weft/mesh';
import { formatRef, isHttp, isWildcard, overlaps, withSameHost } from '@weft/mesh';
import {
  type Route,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { Memo } from '../memo.ts';
import { hostPort } from '../names.ts';
import { originMetadata } from '../origin.ts';
import { type Domains, serviceDomains } from './domains.ts';

/** Routes that several hosts share on one port. */
export interface HostGroup {
  readonly port: number;
  readonly services: readonly Service[];
  /** Hosts of a VirtualService that no service has. */
  readonly otherHosts: readonly string[];
  readonly routes: readonly Route[];
  readonly virtualService: VirtualService | undefined;
}

/** How routes are made for a VirtualService, or for a service without one, on a port. */
export interface RouteMakers {
  ofVirtualService(virtualService: VirtualService, port: number): readonly Route[];
  ofService(service: Service, port: number): readonly Route[];
}

/**
 * Hosts and their routes on `listenPort`; 0 is every port, for the HTTP proxy listener. VirtualServices come first, in order;
 * then the services they leave over (route.go, BuildSidecarVirtualHostWrapper).
 */
export function hostGroups(egress: EgressListener, listenPort: number, makers: RouteMakers): readonly HostGroup[] {
  const byHost = new Map<string, Service>();
  for (const service of egress.services) {
    if (listenPort === 0) byHost.set(service.hostname, everyPort(byHost.get(service.hostname), service));
    else if (service.ports.some((port) => port.number === listenPort)) byHost.set(service.hostname, service);
  }
  const groups: HostGroup[] = [];
  const taken = new Set<string>();
  for (const virtualService of egress.virtualServices) {
    // Port 80 also takes hosts that no service has; on other ports a VirtualService needs one of its services there. An HTTP proxy
    // listener stands in for port 80 where nothing is captured.
    const takesAnyHost = listenPort === 80 || listenPort === 0;
    if (!takesAnyHost && !touches(virtualService, byHost)) continue;
    const { services, otherHosts } = splitHosts(virtualService, byHost, egress);
    const byPort = new Map<number, Service[]>();
    for (const service of services) {
      for (const port of servedPorts(service, listenPort)) {
        const list = byPort.get(port);
        if (list === undefined) byPort.set(port, [service]);
        else list.push(service);
      }
    }
    if (byPort.size === 0 && takesAnyHost) byPort.set(80, []);
    for (const [port, list] of byPort) {
      const routes = makers.ofVirtualService(virtualService, port);
      // Rules that are all for other callers, ports or gateways leave the service as if there were no VirtualService.
      if (routes.length === 0) continue;
      for (const service of list) taken.add(hostPort(service.hostname, port));
      groups.push({ port, services: list, otherHosts, routes, virtualService });
    }
  }
  for (const service of byHost.values()) {
    if (service.resolution === 'alias') continue;
    for (const port of servedPorts(service, listenPort)) {
      if (taken.has(hostPort(service.hostname, port))) continue;
      const routes = makers.ofService(service, port);
      groups.push({ port, services: [service], otherHosts: [], routes, virtualService: undefined });
    }
  }
  return groups;
}

/** Where every port is served, several objects of one host serve theirs together; a Kubernetes service has the host to itself. */
function everyPort(known: Service | undefined, service: Service): Service {
  if (known === undefined || known.registry !== service.registry) {
    return known?.registry === 'Kubernetes' ? known : service;
  }
  return withSameHost(known, service);
}

function servedPorts(service: Service, listenPort: number): readonly number[] {
  return service.ports
    .filter((port) => isHttp(port.protocol) || port.protocol === 'auto')
    .map((port) => port.number)
    .filter((port) => listenPort === 0 || port === listenPort);
}

function touches(virtualService: VirtualService, byHost: ReadonlyMap<string, Service>): boolean {
  return virtualService.hosts.some((host) => {
    if (byHost.has(host)) return true;
    for (const known of byHost.keys()) {
      if ((isWildcard(host) || isWildcard(known)) && overlaps(host, known)) return true;
    }
    return false;
  });
}

/** Which services a VirtualService's hosts are, and which hosts are none. A wildcard takes a service only when no other VirtualService's host is more specific. */
function splitHosts(
  virtualService: VirtualService,
  byHost: ReadonlyMap<string, Service>,
  egress: EgressListener,
): { readonly services: readonly Service[]; readonly otherHosts: readonly string[] } {
  const services = new Set<Service>();
  const otherHosts: string[] = [];
  for (const host of virtualService.hosts) {
    if (!isWildcard(host)) {
      const service = byHost.get(host);
      if (service === undefined) otherHosts.push(host);
      else services.add(service);
      continue;
    }
    let any = false;
    for (const service of byHost.values()) {
      if (!overlaps(service.hostname, host)) continue;
      any = true;
      if (egress.virtualServiceOf(service.hostname) === virtualService) services.add(service);
    }
    if (!any) otherHosts.push(host);
  }
  return { services: [...services], otherHosts };
}

/**
 * Groups → virtual hosts. A domain may stand only once in a route configuration: the first group keeps it, and a real host name
 * beats the shortened form of another (SEMANTICS row 4). What is dropped is reported.
 */
export function virtualHosts(
  groups: readonly HostGroup[],
  listenPort: number,
  client: Parameters<typeof serviceDomains>[2],
  dnsDomain: string,
  issues: Issue[],
): readonly VirtualHost[] {
  const real = new Set<string>();
  for (const group of groups) {
    for (const service of group.services) real.add(service.hostname).add(hostPort(service.hostname, group.port));
  }
  const hosts = new VirtualHostList(real, issues);
  for (const group of groups) {
    const suffix = listenPort === 0 ? group.port : 0;
    for (const host of group.otherHosts) {
      const domains = suffix === 0 ? [host] : [host, hostPort(host, suffix)];
      hosts.add(host, group, undefined, { domains, expanded: new Set() }, suffix);
    }
    for (const service of group.services) {
      const domains = serviceDomains(service, suffix, client, dnsDomain);
      hosts.add(service.hostname, group, service, domains, suffix);
    }
  }
  return hosts.list;
}

const DEFAULT_PORT = 80;

/** Virtual hosts that proxies share, by their routes. */
const made = new Memo<VirtualHost>();

class VirtualHostList {
  readonly list: VirtualHost[] = [];
  readonly #names = new Set<string>();
  readonly #domains = new Set<string>();
  readonly #real: ReadonlySet<string>;
  readonly #issues: Issue[];

  constructor(real: ReadonlySet<string>, issues: Issue[]) {
    this.#real = real;
    this.#issues = issues;
  }

  add(
    host: string,
    group: HostGroup,
    service: Service | undefined,
    { domains, expanded }: Domains,
    suffix: number,
  ): void {
    const { virtualService } = group;
    const name = hostPort(host, group.port);
    const kept = domains.filter((domain) => {
      // Where hosts carry their port, one without means port 80 (httproute.go, mergeAllVirtualHosts).
      if (suffix !== 0 && suffix !== DEFAULT_PORT && !/:\d+$/.test(domain)) return false;
      const key = domain.toLowerCase();
      if (this.#domains.has(key) || (expanded.has(domain) && this.#real.has(domain))) return false;
      this.#domains.add(key);
      return true;
    });
    if (this.#names.has(name) || kept.length === 0) {
      if (virtualService !== undefined) this.#issues.push(duplicateDomain(virtualService, host));
      return;
    }
    this.#names.add(name);
    const ref = virtualService?.origin ?? service?.origin;
    const make = (): VirtualHost =>
      create(VirtualHostSchema, {
        name,
        domains: kept,
        routes: [...group.routes],
        ...(ref && { metadata: originMetadata({ ref, path: virtualService === undefined ? '' : 'spec.hosts' }) }),
      });
    this.list.push(made.get(group.routes, [name, ...kept].join(' '), [ref], make));
  }
}

function duplicateDomain(virtualService: VirtualService, host: string): Issue {
  return {
    severity: 'warning',
    code: 'duplicate-domain',
    at: 'spec.hosts',
    message: `another VirtualService already routes ${host}, so these rules have no effect for it`,
    expected: 'one VirtualService for each host of the mesh',
    hint: 'put the rules into one VirtualService, or delegate',
    resource: formatRef(virtualService.origin),
    position: virtualService.origin.positionOf('spec.hosts'),
  };
}
