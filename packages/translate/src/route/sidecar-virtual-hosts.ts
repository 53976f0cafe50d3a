import { create } from '@bufbuild/protobuf';
import type { Issue } from '@weft/base';
import type { EgressListener, MeshProxy, Service, VirtualService } from '@weft/mesh';
import { formatRef, isHttp, isWildcard, overlaps } from '@weft/mesh';
import {
  type Route,
  type VirtualHost,
  VirtualHostSchema,
} from '@weft/xds/gen/envoy/config/route/v3/route_components_pb';
import { hostPort } from '../names.ts';
import { serviceDomains } from './domains.ts';

/** Routes that several hosts share on one port. */
export interface HostGroup {
  readonly port: number;
  readonly services: readonly Service[];
  /** Hosts of a VirtualService that no service has. */
  readonly otherHosts: readonly string[];
  readonly routes: readonly Route[];
  readonly virtualService: VirtualService | undefined;
}

/** A virtual host with the port it belongs to, which the HTTP proxy listener needs to tell ports apart. */
export interface PortVirtualHost {
  readonly port: number;
  readonly virtualHost: VirtualHost;
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
    if (listenPort === 0 || service.ports.some((port) => port.number === listenPort))
      byHost.set(service.hostname, service);
  }
  const groups: HostGroup[] = [];
  const taken = new Set<string>();
  for (const virtualService of egress.virtualServices) {
    // Port 80 also takes hosts that no service has; on other ports a VirtualService needs one of its services there.
    if (listenPort !== 80 && !touches(virtualService, byHost)) continue;
    const { services, otherHosts } = splitHosts(virtualService, byHost, egress);
    const byPort = new Map<number, Service[]>();
    for (const service of services) {
      for (const port of servedPorts(service, listenPort)) {
        const list = byPort.get(port);
        if (list === undefined) byPort.set(port, [service]);
        else list.push(service);
      }
    }
    if (byPort.size === 0 && listenPort === 80) byPort.set(80, []);
    for (const [port, list] of byPort) {
      const routes = makers.ofVirtualService(virtualService, port);
      for (const service of list) taken.add(service.hostname);
      if (routes.length > 0) groups.push({ port, services: list, otherHosts, routes, virtualService });
    }
  }
  for (const service of byHost.values()) {
    if (taken.has(service.hostname) || service.resolution === 'alias') continue;
    for (const port of servedPorts(service, listenPort)) {
      const routes = makers.ofService(service, port);
      groups.push({ port, services: [service], otherHosts: [], routes, virtualService: undefined });
    }
  }
  return groups;
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
  proxy: MeshProxy,
  dnsDomain: string,
  issues: Issue[],
): readonly PortVirtualHost[] {
  const known = new Set<string>();
  for (const group of groups) {
    for (const service of group.services) known.add(service.hostname).add(hostPort(service.hostname, group.port));
  }
  const names = new Set<string>();
  const seen = new Set<string>();
  const found: PortVirtualHost[] = [];
  const add = (host: string, group: HostGroup, domains: readonly string[], expanded: ReadonlySet<string>): void => {
    const name = hostPort(host, group.port);
    const kept = domains.filter((domain) => {
      const key = domain.toLowerCase();
      if (seen.has(key) || (expanded.has(domain) && known.has(domain))) return false;
      seen.add(key);
      return true;
    });
    if (names.has(name) || kept.length === 0) {
      if (group.virtualService !== undefined) issues.push(duplicateDomain(group.virtualService, host));
      return;
    }
    names.add(name);
    found.push({
      port: group.port,
      virtualHost: create(VirtualHostSchema, { name, domains: kept, routes: [...group.routes] }),
    });
  };
  for (const group of groups) {
    const suffix = listenPort === 0 ? group.port : 0;
    for (const host of group.otherHosts) {
      add(host, group, suffix === 0 ? [host] : [host, hostPort(host, suffix)], new Set());
    }
    for (const service of group.services) {
      const { domains, expanded } = serviceDomains(service, suffix, proxy.node.namespace, dnsDomain);
      add(service.hostname, group, domains, expanded);
    }
  }
  return found;
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
