import type { KindCoverage } from './kind-coverage.ts';

/** Which providers a log may name is a question of the mesh configuration, so the snapshot tells it. */
export const TELEMETRY: KindCoverage = {
  effect: 'enforced',
  paths: [
    'accessLogging',
    'metrics[].overrides',
    'metrics[].providers',
    'metrics[].reportingInterval',
    'selector',
    'targetRef',
    'targetRefs',
    'tracing',
  ],
  gaps: [
    { path: 'metrics[].overrides', instead: 'metrics keep their labels, and all of them are kept' },
    { path: 'metrics[].reportingInterval', instead: 'bytes of TCP connections are counted as they pass' },
    { path: 'tracing', instead: 'no spans are sent' },
  ],
};
