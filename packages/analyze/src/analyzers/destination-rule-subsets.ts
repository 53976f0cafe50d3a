import type { Resource } from '@weft/config';
import { type Labels, selects } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { DeclaredHosts } from '../destination-host.ts';
import type { Objects } from '../objects.ts';

const REGION = 'topology.kubernetes.io/region';
const ZONE = 'topology.kubernetes.io/zone';
const SUBZONE = 'topology.istio.io/subzone';

function withoutEmpty(labels: Readonly<Record<string, string | undefined>>): Labels {
  return Object.fromEntries(Object.entries(labels).flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** Labels of a pod as its endpoints have them: those of its node's place are added. */
function podLabels({ metadata, spec }: Resource<'Pod'>, objects: Objects): Labels {
  const { nodeName = '' } = spec;
  const node = objects.find('Node', '', nodeName)?.metadata.labels ?? {};
  const place = {
    [REGION]: node[REGION],
    [ZONE]: node[ZONE],
    [SUBZONE]: node[SUBZONE],
    'kubernetes.io/hostname': nodeName,
  };
  return { ...metadata.labels, ...withoutEmpty(place) };
}

/** An endpoint that is not a pod: a WorkloadEntry, on its own or inside a ServiceEntry. */
function entryLabels(labels: Labels, locality: string | undefined): Labels {
  const [region, zone, subzone] = (locality ?? '').split('/');
  return { ...labels, ...withoutEmpty({ [REGION]: region, [ZONE]: zone, [SUBZONE]: subzone }) };
}

function endpointLabels(objects: Objects): readonly Labels[] {
  return [
    ...objects.of('Pod').map((pod) => podLabels(pod, objects)),
    ...objects.of('WorkloadEntry').map(({ spec }) => entryLabels(spec.labels ?? {}, spec.locality)),
    ...objects
      .of('ServiceEntry')
      .flatMap(({ spec }) => spec.endpoints ?? [])
      .map((endpoint) => entryLabels(endpoint.labels ?? {}, endpoint.locality)),
  ];
}

/** Destination rules for hosts that nobody declares, and subsets without endpoints. */
export const destinationRuleSubsets: Analyzer = {
  name: 'destinationrule.PodNotSelectedAnalyzer',
  codes: ['IST0173', 'IST0174'],
  analyze(objects, tell) {
    const hosts = new DeclaredHosts(objects);
    const endpoints = endpointLabels(objects);
    for (const rule of objects.of('DestinationRule')) {
      const { host = '', exportTo, subsets = [] } = rule.spec;
      const declared = hosts.find(host, rule.metadata.namespace, exportTo);
      if (declared === undefined) {
        tell('IST0174', rule, 'spec.host', { host });
        continue;
      }
      if (!objects.workloadsKnown) continue;
      for (const [i, { name = '', labels = {} }] of subsets.entries()) {
        const selector = { ...declared.selector, ...labels };
        if (endpoints.some((endpoint) => selects(selector, endpoint))) continue;
        tell('IST0173', rule, `spec.subsets[${i}]`, { subset: name });
      }
    }
  },
};
