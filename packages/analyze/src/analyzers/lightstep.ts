import type { Analyzer } from '../analyzer.ts';

/** Tracing to Lightstep's own protocol, which proxies no longer speak. */
export const lightstep: Analyzer = {
  name: 'telemetry.LightstepAnalyzer',
  codes: ['IST0002'],
  analyze(objects, tell) {
    const providers = (objects.meshConfig.extensionProviders ?? []).filter((one) => one.lightstep !== undefined);
    const names = new Set(providers.map(({ name }) => name));
    if (names.size === 0) return;
    for (const telemetry of objects.of('Telemetry')) {
      for (const [i, { providers: used = [] }] of (telemetry.spec.tracing ?? []).entries()) {
        for (const [j, { name = '' }] of used.entries()) {
          if (!names.has(name)) continue;
          const detail = `the Lightstep provider ${name} is deprecated: use an OpenTelemetry provider`;
          tell('IST0002', telemetry, `spec.tracing[${i}].providers[${j}]`, { detail });
        }
      }
    }
  },
};
