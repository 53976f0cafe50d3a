import type { Resource } from '@weft/config';
import type { Analyzer } from '../analyzer.ts';
import { findAnnotation, isIstioAnnotation, SET_BY_ISTIO } from '../annotations/table.ts';

/** Set by installations with Istio's CNI plugin, not by people. */
const SET_WITH_CNI: ReadonlySet<string> = new Set([
  'sidecar.istio.io/interceptionMode',
  'traffic.sidecar.istio.io/includeInboundPorts',
  'traffic.sidecar.istio.io/excludeInboundPorts',
  'traffic.sidecar.istio.io/includeOutboundIPRanges',
]);

function hasInitContainer(resource: Resource): boolean {
  return (
    resource.type !== 'Pod' || (resource.spec.initContainers ?? []).some((container) => container.name === 'istio-init')
  );
}

/** Annotations of alpha features. Optional: installations set many of them. */
export const alphaAnnotations: Analyzer = {
  name: 'maturity.AlphaAnalyzer',
  codes: ['IST0136'],
  optional: true,
  analyze(objects, tell) {
    for (const type of ['Namespace', 'Service', 'Pod', 'Deployment'] as const) {
      for (const resource of objects.of(type)) {
        for (const annotation of Object.keys(resource.metadata.annotations)) {
          if (!isIstioAnnotation(annotation) || SET_BY_ISTIO.has(annotation)) continue;
          if (findAnnotation(annotation)?.alpha !== true) continue;
          if (SET_WITH_CNI.has(annotation) && !hasInitContainer(resource)) continue;
          tell('IST0136', resource, `metadata.annotations.${annotation}`, { annotation });
        }
      }
    }
  },
};
