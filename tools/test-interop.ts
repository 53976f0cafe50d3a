/**
 * `npm run test:interop`: tests that need other people's programs, which this script finds or installs. A program that cannot be had
 * is named, and its tests are skipped with that reason.
 */
import { runNodeTests } from './node-test.ts';
import { envoyPeer } from './peers.ts';

const env: Record<string, string> = {};
const envoy = envoyPeer();
if (envoy.ok) {
  env['WEFT_TEST_ENVOY'] = envoy.path;
  console.log(`envoy ${envoy.version}: ${envoy.path}`);
} else {
  env['WEFT_TEST_ENVOY_MISSING'] = envoy.why;
  console.log(`missing: envoy: ${envoy.why}`);
}
process.exit(
  runNodeTests({ patterns: ['e2e/src/**/*.interop.test.ts'], args: process.argv.slice(2), concurrency: 1, env }),
);
