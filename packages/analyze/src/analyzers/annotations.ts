import type { Resource } from '@weft/config';
import type { Analyzer, Tell } from '../analyzer.ts';
import { findAnnotation, isIstioAnnotation, SET_BY_ISTIO } from '../annotations/table.ts';
import { annotationProblem } from '../annotations/values.ts';

const INJECT = 'sidecar.istio.io/inject';

/** Whether a deprecated annotation is worth a word: not where the label that replaces it is there too. */
function isDeprecatedUse(annotation: string, resource: Resource): boolean {
  return annotation !== INJECT || resource.metadata.labels[INJECT] === undefined;
}

function check(resource: Resource, annotation: string, value: string, tell: Tell): void {
  const at = `metadata.annotations.${annotation}`;
  const known = findAnnotation(annotation);
  if (known === undefined) {
    tell('IST0108', resource, at, { annotation });
    return;
  }
  if (known.deprecated && isDeprecatedUse(annotation, resource)) {
    const extra = annotation === INJECT ? ', a label of the same name replaces it' : '';
    tell('IST0135', resource, at, { annotation, extra });
  }
  if (known.kinds.includes('Any')) return;
  if (!known.kinds.includes(resource.kind)) {
    tell('IST0107', resource, at, { annotation, kinds: known.kinds.join(', ') });
    return;
  }
  const problem = annotationProblem(annotation, value);
  if (problem !== undefined) tell('IST0125', resource, at, { annotation, problem });
}

/** Annotations of Istio that are unknown, deprecated, on the wrong kind of object, or have a bad value. */
export const annotations: Analyzer = {
  name: 'annotations.K8sAnalyzer',
  codes: ['IST0107', 'IST0108', 'IST0125', 'IST0135'],
  analyze(objects, tell) {
    for (const type of ['Namespace', 'Service', 'Pod', 'Deployment'] as const) {
      for (const resource of objects.of(type)) {
        for (const [annotation, value] of Object.entries(resource.metadata.annotations)) {
          if (isIstioAnnotation(annotation) && !SET_BY_ISTIO.has(annotation)) check(resource, annotation, value, tell);
        }
      }
    }
  },
};
