import type { Analyzer } from '../analyzer.ts';
import { destinationsOf } from '../destinations.ts';

/** `reviews` of the namespace that mentions it, and `reviews.<namespace>.svc.cluster.local`, are the same. */
function hostKey(host: string, namespace: string): string {
  const match = /^(.+)\.(.+)\.svc\.cluster\.local$/.exec(host);
  return match === null ? `${namespace}/${host}` : `${match[2]}/${match[1]}`;
}

/** Destinations that name a subset no destination rule has. */
export const virtualServiceSubsets: Analyzer = {
  name: 'virtualservice.DestinationRuleAnalyzer',
  codes: ['IST0101'],
  analyze(objects, tell) {
    const subsets = new Set<string>();
    for (const { metadata, spec } of objects.of('DestinationRule')) {
      for (const { name = '' } of spec.subsets ?? []) {
        subsets.add(`${hostKey(spec.host ?? '', metadata.namespace)}+${name}`);
      }
    }
    for (const service of objects.of('VirtualService')) {
      for (const { destination, at, mirror } of destinationsOf(service)) {
        const { host = '', subset = '' } = destination;
        if (subset === '' || subsets.has(`${hostKey(host, service.metadata.namespace)}+${subset}`)) continue;
        const kind = `${mirror ? 'mirror host' : 'host'} and subset in a destination rule`;
        tell('IST0101', service, at, { kind, value: `${host}+${subset}` });
      }
    }
  },
};
