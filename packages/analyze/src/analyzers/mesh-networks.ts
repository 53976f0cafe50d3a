import { isJsonObject } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import type { Objects } from '../objects.ts';

/** Registries that exist without being declared. */
const BUILT_IN = ['Mock', 'Kubernetes', 'External'];

/** A remote cluster is declared by a secret that carries its credentials, under the cluster's name. */
function registries(objects: Objects): ReadonlySet<string> {
  const remote = objects
    .of('Secret')
    .filter(({ metadata }) => metadata.labels['istio/multiCluster'] === 'true')
    .flatMap(({ spec }) => [...Object.keys(spec.data ?? {}), ...Object.keys(spec.stringData ?? {})]);
  return new Set([...BUILT_IN, ...remote]);
}

/** Networks of the mesh that name a registry nobody has declared. */
export const meshNetworks: Analyzer = {
  name: 'multicluster.MeshNetworksAnalyzer',
  codes: ['IST0126'],
  analyze(objects, tell) {
    const declared = objects.meshNetworks;
    if (declared === undefined) return;
    const known = registries(objects);
    for (const [network, value] of Object.entries(declared.networks)) {
      const endpoints: unknown = isJsonObject(value) ? value['endpoints'] : undefined;
      if (!Array.isArray(endpoints)) continue;
      for (const [i, endpoint] of endpoints.entries()) {
        const registry: unknown = isJsonObject(endpoint) ? endpoint['fromRegistry'] : undefined;
        if (typeof registry !== 'string' || known.has(registry)) continue;
        tell('IST0126', declared.subject, `${declared.at}.${network}.endpoints[${i}]`, { network, registry });
      }
    }
  },
};
