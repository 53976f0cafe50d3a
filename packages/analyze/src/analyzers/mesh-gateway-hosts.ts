import type { Resource } from '@weft/config';
import { overlaps } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { EVERYWHERE, exportScopes, fullHost } from '../destination-host.ts';
import { fullName, type Objects } from '../objects.ts';

type VirtualService = Resource<'VirtualService'>;

interface Claim {
  /** The namespace that sees the host, or `*`. */
  readonly scope: string;
  readonly host: string;
  readonly services: Set<VirtualService>;
}

function appliesInMesh({ spec }: VirtualService): boolean {
  const gateways = spec.gateways ?? [];
  return gateways.length === 0 || gateways.includes('mesh');
}

/** What virtual services claim inside the mesh, by host and by who sees it. */
function claims(objects: Objects): readonly Claim[] {
  const found = new Map<string, Claim>();
  for (const service of objects.of('VirtualService').filter(appliesInMesh)) {
    const { namespace } = service.metadata;
    for (const scope of exportScopes(service.spec.exportTo, namespace)) {
      for (const written of service.spec.hosts ?? []) {
        const host = fullHost(written, namespace);
        const claim = found.get(`${scope}/${host}`) ?? { scope, host, services: new Set() };
        found.set(`${scope}/${host}`, claim);
        claim.services.add(service);
      }
    }
  }
  return [...found.values()];
}

/** Everyone who claims the host where it is seen: a namespace also sees what is exported to all. */
function rivalsOf(claim: Claim, all: readonly Claim[]): ReadonlySet<VirtualService> {
  if (claim.scope === EVERYWHERE) return claim.services;
  const open = all.filter(({ scope, host }) => scope === EVERYWHERE && overlaps(claim.host, host));
  return new Set([...claim.services, ...open.flatMap(({ services }) => [...services])]);
}

/** Virtual services that route the same host inside the mesh: one of them wins, the others do nothing. */
export const meshGatewayHosts: Analyzer = {
  name: 'virtualservice.ConflictingMeshGatewayHostsAnalyzer',
  codes: ['IST0109'],
  analyze(objects, tell) {
    const all = claims(objects);
    const told = new Set<VirtualService>();
    for (const claim of all) {
      const rivals = rivalsOf(claim, all);
      if (rivals.size < 2) continue;
      const names = [...rivals].map(fullName).sort().join(', ');
      for (const service of rivals) {
        if (told.has(service)) continue;
        told.add(service);
        tell('IST0109', service, 'metadata.name', { names, host: claim.host });
      }
    }
  },
};
