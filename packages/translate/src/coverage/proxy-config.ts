import type { KindCoverage } from './kind-coverage.ts';

export const PROXY_CONFIG: KindCoverage = {
  effect: 'enforced',
  paths: ['concurrency', 'environmentVariables', 'image', 'selector'],
  gaps: [{ path: 'image', instead: 'proxies are processes of this machine, not images' }],
};
