import type { Analyzer } from '../analyzer.ts';

/** Access logging that nobody writes: no provider is named, and the mesh has no default. */
export const telemetryProviders: Analyzer = {
  name: 'telemetry.ProviderAnalyzer',
  codes: ['IST0157'],
  analyze(objects, tell) {
    if ((objects.meshConfig.defaultProviders?.accessLogging ?? []).length > 0) return;
    for (const telemetry of objects.of('Telemetry')) {
      const silent = (telemetry.spec.accessLogging ?? []).findIndex(
        ({ disabled, providers = [] }) => disabled !== true && providers.length === 0,
      );
      if (silent >= 0) tell('IST0157', telemetry, `spec.accessLogging[${silent}]`, {});
    }
  },
};
