import type { GatewayServer, Resource } from '@weft/config';
import { type Labels, selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { fullName, type Objects } from '../objects.ts';
import { formatLabels, labelPath } from '../selector.ts';

type Gateway = Resource<'Gateway'>;

/** Same selector; or one narrows the other and there is a pod that both select. */
function sharesWorkloads(a: Labels, b: Labels, objects: Objects): boolean {
  const narrows = selects(a, b);
  const widens = selects(b, a);
  if (narrows && widens) return true;
  if (!narrows && !widens) return false;
  return objects.of('Pod').some(({ metadata }) => selects(a, metadata.labels) && selects(b, metadata.labels));
}

function claimsSameHost(server: GatewayServer, other: GatewayServer): boolean {
  if ((server.port?.number ?? 0) !== (other.port?.number ?? 0)) return false;
  if ((server.bind ?? '') !== (other.bind ?? '')) return false;
  return (server.hosts ?? []).some((host) => (other.hosts ?? []).includes(host));
}

function neighbours(gateway: Gateway, objects: Objects): readonly Gateway[] {
  const selector = gateway.spec.selector ?? {};
  return objects.of('Gateway').filter((other) => {
    return other !== gateway && sharesWorkloads(selector, other.spec.selector ?? {}, objects);
  });
}

/** Gateways of the same workloads that serve the same host on the same port. */
export const conflictingGateways: Analyzer = {
  name: 'gateway.ConflictingGatewayAnalyzer',
  codes: ['IST0101', 'IST0145'],
  analyze(objects, tell) {
    for (const gateway of objects.of('Gateway')) {
      const { selector = {}, servers = [] } = gateway.spec;
      const others = neighbours(gateway, objects);
      const served = servers.length > 0 || others.some(({ spec }) => (spec.servers ?? []).length > 0);
      if (!served && Object.keys(selector).length > 0) {
        const args = { kind: 'server for the labels', value: formatLabels(selector) };
        tell('IST0101', gateway, labelPath('spec.selector', selector), args);
      }
      for (const [i, server] of servers.entries()) {
        const rivals = others.filter(({ spec }) => (spec.servers ?? []).some((other) => claimsSameHost(server, other)));
        if (rivals.length === 0) continue;
        tell('IST0145', gateway, `spec.servers[${i}]`, {
          gateways: rivals.map(fullName).sort().join(', '),
          selector: formatLabels(selector),
          port: server.port?.number ?? 0,
          hosts: (server.hosts ?? []).join(', '),
        });
      }
    }
  },
};
