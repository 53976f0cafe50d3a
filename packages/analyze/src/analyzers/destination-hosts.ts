import type { Resource } from '@weft/config';
import type { Analyzer, Subject, Tell } from '../analyzer.ts';
import { type DeclaredHost, DeclaredHosts } from '../destination-host.ts';
import { destinationsOf, type PlacedDestination } from '../destinations.ts';
import { fullName, type Objects } from '../objects.ts';

type VirtualService = Resource<'VirtualService'>;

function checkPort(
  { destination, at }: PlacedDestination,
  { ports }: DeclaredHost,
  service: Subject,
  tell: Tell,
): void {
  const { host = '', port } = destination;
  if (port === undefined) {
    if (ports.length > 1) tell('IST0112', service, at, { host, ports: ports.join(', ') });
  } else if (!ports.includes(port.number ?? 0)) {
    tell('IST0101', service, at, { kind: 'host and port', value: `${host}:${port.number ?? 0}` });
  }
}

function checkHosts(service: VirtualService, hosts: DeclaredHosts, tell: Tell): void {
  for (const placed of destinationsOf(service)) {
    const { host = '' } = placed.destination;
    const declared = hosts.find(host, service.metadata.namespace, service.spec.exportTo);
    if (declared === undefined)
      tell('IST0101', service, placed.at, { kind: placed.mirror ? 'mirror host' : 'host', value: host });
    else checkPort(placed, declared, service, tell);
  }
}

/** Virtual services that divide a host of their own into subsets, with those hosts. */
function subsetHosts(objects: Objects): readonly (readonly [VirtualService, ReadonlySet<string>])[] {
  return objects.of('VirtualService').flatMap((service) => {
    const destinations = (service.spec.http ?? []).flatMap(({ route = [] }) => route.map((one) => one.destination));
    const hosts = destinations
      .filter((destination) => (destination?.subset ?? '') !== '')
      .flatMap((destination) => (destination?.host === undefined ? [] : [destination.host]))
      .filter((host) => service.spec.hosts?.includes(host) === true);
    return hosts.length === 0 ? [] : [[service, new Set(hosts)] as const];
  });
}

/** Rules of a gateway decide alone: subsets that another virtual service gives the destination do not apply to them. */
function checkSubsets(service: VirtualService, divided: ReturnType<typeof subsetHosts>, tell: Tell): void {
  if ((service.spec.gateways ?? []).length === 0) return;
  const plain = (service.spec.http ?? [])
    .flatMap(({ route = [] }) => route.map((one) => one.destination))
    .filter((destination) => (destination?.subset ?? '') === '');
  for (const [other, hosts] of divided) {
    if (!plain.some((destination) => hosts.has(destination?.host ?? ''))) continue;
    tell('IST0140', service, 'spec.http', { subsets: fullName(other), routes: fullName(service) });
  }
}

/** Destinations that nobody declares, or that are not told apart enough. */
export const destinationHosts: Analyzer = {
  name: 'virtualservice.DestinationHostAnalyzer',
  codes: ['IST0101', 'IST0112', 'IST0140'],
  analyze(objects, tell) {
    const hosts = new DeclaredHosts(objects);
    const divided = subsetHosts(objects);
    for (const service of objects.of('VirtualService')) {
      checkHosts(service, hosts, tell);
      checkSubsets(service, divided, tell);
    }
  },
};
