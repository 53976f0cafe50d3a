import type { Resource } from '@weft/config';
import type { Labels } from '@weft/mesh';
import type { Analyzer, Tell } from '../analyzer.ts';
import type { Objects } from '../objects.ts';
import { byNamespace, namesOf, selectionOf } from '../selected-workloads.ts';
import { formatLabels, labelPath } from '../selector.ts';
import { isAmbientNamespace } from '../workload.ts';

type Sidecar = Resource<'Sidecar'>;

function selectorOf({ spec }: Sidecar): Labels {
  return spec.workloadSelector?.labels ?? {};
}

function hasSelector(sidecar: Sidecar): boolean {
  return Object.keys(selectorOf(sidecar)).length > 0;
}

function checkSelected(sidecars: readonly Sidecar[], objects: Objects, tell: Tell): void {
  const { idle, byWorkload } = selectionOf(sidecars, selectorOf, objects);
  for (const sidecar of idle) {
    const selector = selectorOf(sidecar);
    const args = { kind: 'workload with the labels', value: formatLabels(selector) };
    tell('IST0101', sidecar, labelPath('spec.workloadSelector.labels', selector), args);
  }
  for (const [workload, rivals] of byWorkload) {
    for (const sidecar of rivals) {
      if (workload.ambient) {
        tell('IST0167', sidecar, 'spec.workloadSelector', { reason: 'the workload it selects is in ambient mode' });
      } else if (rivals.length > 1) {
        const { namespace, name } = workload;
        tell('IST0110', sidecar, 'metadata.name', { names: namesOf(rivals), namespace, workload: name });
      }
    }
  }
}

function checkDefaults(sidecars: readonly Sidecar[], objects: Objects, tell: Tell): void {
  for (const [namespace, rivals] of byNamespace(sidecars)) {
    const declared = objects.find('Namespace', '', namespace);
    const ambient = declared !== undefined && isAmbientNamespace(declared);
    for (const sidecar of rivals) {
      if (ambient) tell('IST0167', sidecar, '', { reason: 'its namespace is in ambient mode' });
      else if (rivals.length > 1) tell('IST0111', sidecar, 'metadata.name', { names: namesOf(rivals), namespace });
    }
  }
}

/** Sidecars that select nothing, contend for the same workloads, or are the default of a namespace more than once. */
export const sidecarSelectors: Analyzer = {
  name: 'sidecar.SelectorAnalyzer',
  codes: ['IST0101', 'IST0110', 'IST0111', 'IST0167'],
  analyze(objects, tell) {
    const sidecars = objects.of('Sidecar');
    checkSelected(sidecars.filter(hasSelector), objects, tell);
    checkDefaults(
      sidecars.filter((sidecar) => !hasSelector(sidecar)),
      objects,
      tell,
    );
  },
};
