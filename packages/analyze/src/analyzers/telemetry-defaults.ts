import type { Analyzer } from '../analyzer.ts';
import { byNamespace, namesOf } from '../selected-workloads.ts';

/** Several Telemetries that are the default of one namespace. */
export const telemetryDefaults: Analyzer = {
  name: 'telemetry.DefaultSelectorAnalyzer',
  codes: ['IST0160'],
  analyze(objects, tell) {
    const defaults = objects.of('Telemetry').filter(({ spec }) => spec.selector === undefined);
    for (const [namespace, rivals] of byNamespace(defaults)) {
      if (rivals.length < 2) continue;
      for (const telemetry of rivals)
        tell('IST0160', telemetry, 'metadata.name', { names: namesOf(rivals), namespace });
    }
  },
};
