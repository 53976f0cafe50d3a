import type { RouteDestination } from '@weft/config';
import type { EgressListener, MeshProxy, Service, ServicePort, Snapshot, VirtualService } from '@weft/mesh';
import { addressesFor, isTls, isWildcard, overlaps } from '@weft/mesh';
import { WILDCARD_ADDRESS } from '../names.ts';
import { originMetadata } from '../origin.ts';
import { shortForms } from '../route/domains.ts';
import { canonicalBlock } from '../wire/cidr.ts';
import type { ChainInit } from './listener.ts';
import { chainFor, l4Matches } from './outbound-l4.ts';

/** A filter chain of an outbound listener that is still being put together. */
export interface ChainDraft {
  readonly serverNames: readonly string[];
  /** CIDR blocks, in their canonical form, one of which the connection wanted to go to; empty is any. */
  readonly destinations: readonly string[];
  readonly alpn: readonly string[];
  readonly transport: '' | 'raw_buffer';
  readonly content: ChainInit;
}

export interface CapturedL4Input {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
  readonly egress: EgressListener;
  readonly service: Service;
  readonly port: ServicePort;
  /** The listener's address. */
  readonly bind: string;
  /** The service's CIDR blocks, when its listener takes every address. */
  readonly blocks: readonly string[];
}

/** What is not HTTP on a captured port: TLS told apart by server name, bytes by address (core/tls.go). */
export function capturedL4(input: CapturedL4Input): readonly ChainDraft[] {
  return isTls(input.port.protocol) ? tlsChains(input) : tcpChains(input);
}

/** Few VirtualServices route what is not HTTP; every service asks for those that do. */
const l4Rules = new WeakMap<EgressListener, readonly VirtualService[]>();

/** The VirtualServices with a host that covers the service, in their order. */
function rulesFor({ egress, service }: CapturedL4Input): readonly VirtualService[] {
  const known = l4Rules.get(egress) ?? egress.virtualServices.filter(({ tcp, tls }) => tcp.length + tls.length > 0);
  l4Rules.set(egress, known);
  return known.filter(({ hosts }) => hosts.some((host) => covers(host, service.hostname)));
}

function covers(host: string, hostname: string): boolean {
  return host === hostname || ((isWildcard(host) || isWildcard(hostname)) && overlaps(host, hostname));
}

function tlsChains(input: CapturedL4Input): readonly ChainDraft[] {
  const { service, bind, blocks, port } = input;
  const drafts: ChainDraft[] = [];
  const seen = new Set<string>();
  let destinations = blocks;
  for (const { tls } of rulesFor(input)) {
    for (const { rule, origin } of tls) {
      for (const match of rule.match ?? []) {
        if (rule.route === undefined || rule.route.length === 0) continue;
        if (!l4Matches(match, { ...input, number: port.number })) continue;
        if (match.destinationSubnets !== undefined && match.destinationSubnets.length > 0) {
          destinations = match.destinationSubnets;
        }
        const serverNames = match.sniHosts ?? [];
        const key = `${serverNames.join()}|${(match.destinationSubnets ?? []).join()}`;
        if (seen.has(key)) continue;
        seen.add(key);
        drafts.push({
          ...draft(rule.route, destinations, input, originMetadata(origin)),
          serverNames,
        });
      }
    }
  }
  if (drafts.length > 0) return drafts;
  // A listener with an address of the service's own needs no server name to know whose connections they are.
  const shared =
    blocks.length > 0 || (bind === WILDCARD_ADDRESS && addressesFor(service, input.proxy.node).length === 0);
  const serverNames = shared ? [service.hostname, ...aliasNames(input)] : [];
  return [{ ...draft(toService(input), blocks, input, undefined), serverNames }];
}

/** What clients may call the services that stand for this one. */
function aliasNames({ service, proxy, snapshot }: CapturedL4Input): readonly string[] {
  return service.aliases.flatMap((alias) => [alias, ...shortForms(alias, proxy.node.namespace, snapshot.domain)]);
}

/** The first rule without `destinationSubnets` takes every address that is left; those before it only theirs. */
function tcpChains(input: CapturedL4Input): readonly ChainDraft[] {
  const { blocks, port } = input;
  const drafts: ChainDraft[] = [];
  for (const { tcp } of rulesFor(input)) {
    for (const { rule, origin } of tcp) {
      if (rule.route === undefined || rule.route.length === 0) continue;
      const metadata = originMetadata(origin);
      const said = rule.match ?? [];
      const matches = said.filter((match) => l4Matches(match, { ...input, number: port.number }));
      const everywhere = matches.findIndex((match) => (match.destinationSubnets ?? []).length === 0);
      if (said.length === 0 || everywhere >= 0) {
        drafts.push(draft(rule.route, blocks, input, metadata));
        return drafts;
      }
      const subnets = matches.flatMap((match) => match.destinationSubnets ?? []);
      if (subnets.length > 0) drafts.push(draft(rule.route, subnets, input, metadata));
    }
  }
  const known = drafts.some(({ destinations }) => sameSet(destinations, blocks.map(canonicalBlock)));
  if (!known) drafts.push(draft(toService(input), blocks, input, undefined));
  return drafts;
}

function draft(
  route: readonly RouteDestination[],
  destinations: readonly string[],
  input: CapturedL4Input,
  metadata: ChainInit['metadata'],
): ChainDraft {
  const content = { ...chainFor(route, { ...input, number: input.port.number }), ...(metadata && { metadata }) };
  const blocks = [...new Set(destinations.map(canonicalBlock))].sort();
  return { serverNames: [], destinations: blocks, alpn: [], transport: '', content };
}

/** A listener of a Sidecar may have another port than the only one of the service. */
function toService({ service, port }: CapturedL4Input): readonly RouteDestination[] {
  const [only, second] = service.ports;
  const number = only !== undefined && second === undefined ? only.number : port.number;
  return [{ destination: { host: service.hostname, port: { number } } }];
}

/** Two chains with the same match: Envoy would refuse the listener. */
export function sameMatch(a: ChainDraft, b: ChainDraft): boolean {
  return (
    a.transport === b.transport &&
    a.alpn.join() === b.alpn.join() &&
    sameSet(named(a.serverNames), named(b.serverNames)) &&
    sameSet(a.destinations, b.destinations)
  );
}

function named(serverNames: readonly string[]): readonly string[] {
  return serverNames.filter((name) => name !== '*');
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return [...new Set(a)].sort().join() === [...new Set(b)].sort().join();
}
