import type { Resource } from '@weft/config';
import type { Labels } from '@weft/mesh';
import type { Analyzer } from '../analyzer.ts';
import { namesOf, selectionOf } from '../selected-workloads.ts';
import { formatLabels, labelPath } from '../selector.ts';

function selectorOf({ spec }: Resource<'Telemetry'>): Labels {
  return spec.selector?.matchLabels ?? {};
}

/** Telemetries that select nothing, or contend for the same workloads. */
export const telemetrySelectors: Analyzer = {
  name: 'telemetry.SelectorAnalyzer',
  codes: ['IST0101', 'IST0159'],
  analyze(objects, tell) {
    const telemetries = objects.of('Telemetry').filter((one) => Object.keys(selectorOf(one)).length > 0);
    const { idle, byWorkload } = selectionOf(telemetries, selectorOf, objects);
    for (const telemetry of idle) {
      const selector = selectorOf(telemetry);
      const args = { kind: 'workload with the labels', value: formatLabels(selector) };
      tell('IST0101', telemetry, labelPath('spec.selector.matchLabels', selector), args);
    }
    for (const [{ namespace, name }, rivals] of byWorkload) {
      if (rivals.length < 2) continue;
      for (const telemetry of rivals) {
        tell('IST0159', telemetry, 'metadata.name', { names: namesOf(rivals), namespace, workload: name });
      }
    }
  },
};
