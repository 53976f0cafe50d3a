import type {
  Destination,
  L4MatchAttributes,
  RouteDestination,
  TlsMatchAttributes,
  TunnelSettings,
} from '@weft/config';
import type { EgressListener, MeshProxy, Service, Snapshot, VirtualService } from '@weft/mesh';
import { isTls, selects } from '@weft/mesh';
import { effectivePolicy } from '../cluster/traffic-policy.ts';
import { outboundCluster } from '../names.ts';
import { accessLogs } from './access-log.ts';
import type { ChainInit } from './listener.ts';
import type { PortService } from './outbound.ts';
import { tcpProxy, type WeightedName } from './tcp.ts';

/** Who connects to which port. */
export interface L4Scope {
  readonly snapshot: Snapshot;
  readonly proxy: MeshProxy;
  readonly number: number;
}

export interface L4Input extends L4Scope {
  readonly egress: EgressListener;
  /** What is not HTTP on the port, oldest first. */
  readonly served: readonly PortService[];
}

export interface L4Chains {
  readonly byServerName: readonly ChainInit[];
  /** The chain for everything else. */
  readonly fallback: ChainInit | undefined;
}

/** TLS ports are told apart by server name, by `tls` rules first; the first plain TCP service takes the rest (core/networkfilter.go, tls.go). */
export function l4Chains(input: L4Input): L4Chains {
  const seen = new Set<string>();
  const byServerName: ChainInit[] = [];
  const add = (names: readonly string[], chain: ChainInit): void => {
    const fresh = names.filter((name) => !seen.has(name));
    if (fresh.length === 0) return;
    for (const name of fresh) seen.add(name);
    const { filterChainMatch, ...rest } = chain;
    const serverNames = fresh.includes('*') ? [] : fresh;
    byServerName.push({ ...rest, filterChainMatch: { ...filterChainMatch, serverNames, transportProtocol: 'tls' } });
  };
  let fallback: ChainInit | undefined;
  for (const each of input.served) {
    const virtualService = input.egress.virtualServiceOf(each.service.hostname);
    if (isTls(each.port.protocol)) {
      for (const { names, route } of tlsRules(virtualService, input)) add(names, chainFor(route, input));
      add([each.service.hostname], chainTo(each.service, input));
    } else {
      fallback ??= tcpChain(each, virtualService, input);
    }
  }
  return { byServerName, fallback };
}

interface ServerNameRoute {
  readonly names: readonly string[];
  readonly route: readonly RouteDestination[];
}

function tlsRules(virtualService: VirtualService | undefined, input: L4Input): readonly ServerNameRoute[] {
  return (virtualService?.tls ?? []).flatMap(({ rule }) =>
    (rule.match ?? [])
      .filter((match) => l4Matches(match, input))
      .map((match) => ({ names: match.sniHosts ?? [], route: rule.route ?? [] })),
  );
}

/** Port, gateways and source labels are decided here, per proxy. */
export function l4Matches(match: L4MatchAttributes | TlsMatchAttributes, { number, proxy }: L4Scope): boolean {
  // Without interception connections come to the proxy's own address: what they wanted before is unknown.
  const subnets = match.destinationSubnets ?? [];
  if (subnets.length > 0 && proxy.node.interception === 'NONE') return false;
  if (match.port && match.port !== number) return false;
  if (match.gateways !== undefined && match.gateways.length > 0 && !match.gateways.includes('mesh')) return false;
  if (match.sourceNamespace && match.sourceNamespace !== proxy.node.namespace) return false;
  return selects(match.sourceLabels ?? {}, proxy.node.labels);
}

function tcpChain(each: PortService, virtualService: VirtualService | undefined, input: L4Input): ChainInit {
  for (const { rule } of virtualService?.tcp ?? []) {
    const matches = rule.match ?? [];
    if (matches.length > 0 && !matches.some((match) => l4Matches(match, input))) continue;
    return chainFor(rule.route ?? [], input);
  }
  return chainTo(each.service, input);
}

function chainTo(service: Service, input: L4Input): ChainInit {
  return chainFor([{ destination: { host: service.hostname, port: { number: input.number } } }], input);
}

export function chainFor(route: readonly RouteDestination[], input: L4Scope): ChainInit {
  const { snapshot, proxy, number } = input;
  const clusters = weightedClusters(route, number, (host) => proxy.scope.service(host));
  const service = proxy.scope.service(route[0]?.destination?.host ?? '');
  const rule = service && proxy.scope.destinationRule(service, proxy.node.labels);
  const pool = effectivePolicy(snapshot.mesh, rule, undefined, number).connectionPool;
  const tunnel = tunnelOf(route, proxy);
  return {
    filters: [
      tcpProxy({
        statPrefix: clusters[0]?.cluster ?? '',
        clusters,
        logs: accessLogs(snapshot, proxy.node, 'outbound'),
        pool,
        tunnel,
      }),
    ],
  };
}

/**
 * How bytes on this route are tunnelled. It is the listener that tunnels: of several destinations the rule of the first counts, and only
 * a single one has its subset's (core/tunnelingconfig). A subset does not inherit it.
 */
export function tunnelOf(route: readonly RouteDestination[], proxy: MeshProxy): TunnelSettings | undefined {
  const [first, second] = route;
  const service = proxy.scope.service(first?.destination?.host ?? '');
  const rule = service && proxy.scope.destinationRule(service, proxy.node.labels);
  const name = second === undefined ? (first?.destination?.subset ?? '') : '';
  if (name === '') return rule?.trafficPolicy?.tunnel;
  return rule?.subsets.find(({ subset }) => subset.name === name)?.subset.trafficPolicy?.tunnel;
}

/** One destination takes everything; of several, those of weight 0 take nothing. */
export function weightedClusters(
  route: readonly RouteDestination[],
  port: number,
  service: (host: string) => Service | undefined,
): readonly WeightedName[] {
  const named = route.map(({ destination, weight }) => ({
    cluster: clusterOf(destination ?? {}, port, service),
    weight: weight ?? 0,
  }));
  return named.length === 1 ? named : named.filter(({ weight }) => weight > 0);
}

function clusterOf(destination: Destination, port: number, service: (host: string) => Service | undefined): string {
  const found = service(destination.host ?? '');
  const [only, second] = found?.ports ?? [];
  const number = destination.port?.number ?? (only !== undefined && second === undefined ? only.number : port);
  return outboundCluster(number, destination.subset ?? '', found?.externalName ?? destination.host ?? '');
}
