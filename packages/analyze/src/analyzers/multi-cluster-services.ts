import type { Resource, ServicePort } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import { fullName } from '../objects.ts';

type Service = Resource<'Service'>;

function portsKey(ports: readonly ServicePort[] | undefined): string {
  return (ports ?? [])
    .map(({ name = '', port, protocol = 'TCP', targetPort = port, appProtocol }) =>
      JSON.stringify([name, port, protocol, targetPort, appProtocol]),
    )
    .sort()
    .join();
}

/** What two clusters must agree about, with how a disagreement is told. */
const ASPECTS: readonly (readonly [problem: string, aspect: (service: Service) => unknown])[] = [
  ['it is headless in some only', ({ spec }) => spec.clusterIP === 'None'],
  ['its types differ', ({ spec }) => spec.type ?? 'ClusterIP'],
  ['its ports differ', ({ spec }) => portsKey(spec.ports)],
];

/** Services of one name are one service of the mesh, whatever cluster they are in: they must look alike. */
export const multiClusterServices: Analyzer = {
  name: 'multicluster.ServiceAnalyzer',
  codes: ['IST0170'],
  analyze(objects, tell) {
    const byName = new Map<string, { readonly cluster: string; readonly service: Service }[]>();
    for (const [cluster, services] of objects.clusters) {
      for (const service of services) {
        const same = byName.get(fullName(service)) ?? [];
        byName.set(fullName(service), same);
        same.push({ cluster, service });
      }
    }
    for (const same of byName.values()) {
      const [first] = same;
      const problems = ASPECTS.filter(([, aspect]) => new Set(same.map(({ service }) => aspect(service))).size > 1);
      if (first === undefined || problems.length === 0) continue;
      const { namespace, name } = first.service.metadata;
      tell('IST0170', first.service, 'metadata.name', {
        service: name,
        namespace,
        clusters: same
          .map(({ cluster }) => cluster)
          .sort()
          .join(', '),
        problem: problems.map(([problem]) => problem).join('; '),
      });
    }
  },
};
