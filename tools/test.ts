/**
 * Runs every unit and integration test that needs nothing but `npm ci`: packages/**, tools/**, examples/** and e2e/** except what other scripts own.
 * `npm test -- packages/http` runs one folder; flags of `node --test` pass through (`--test-update-snapshots`).
 */
import { runNodeTests } from './node-test.ts';

process.exit(
  runNodeTests({
    patterns: [
      'packages/*/src/**/*.test.ts',
      'tools/**/*.test.ts',
      'examples/*/*.test.ts',
      '{e2e,bench}/src/**/!(*.system|*.interop).test.ts',
    ],
    args: process.argv.slice(2),
    concurrency: 2,
  }),
);
