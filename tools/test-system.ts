/**
 * `npm run test:system`: tests that start whole processes, as a user does, or need rights that `npm test` must not. They take ports
 * and seconds, so they run one at a time.
 */
import { runNodeTests } from './node-test.ts';

process.exit(runNodeTests({ patterns: ['e2e/src/**/*.system.test.ts'], args: process.argv.slice(2), concurrency: 1 }));
