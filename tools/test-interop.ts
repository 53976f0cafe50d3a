/**
 * `npm run test:interop`: tests that need other people's programs, which this script finds or installs. A program that cannot be had
 * is named, and its tests are skipped with that reason.
 */

import { consulPeer } from './consul-peer.ts';
import { h2specPeer } from './h2spec-peer.ts';
import { runNodeTests } from './node-test.ts';
import { debianPeer, envoyPeer, type Peer } from './peers.ts';

const env: Record<string, string> = {};
/** Hands a peer to the tests by its environment variable, or the reason why it is missing. */
function offer(variable: string, peer: Peer): void {
  if (peer.ok) env[variable] = peer.path;
  else env[`${variable}_MISSING`] = peer.why;
  console.log(peer.ok ? `${peer.name} ${peer.version}: ${peer.path}` : `missing: ${peer.name}: ${peer.why}`);
}
offer('WEFT_TEST_ENVOY', envoyPeer());
offer('WEFT_TEST_H2SPEC', h2specPeer());
offer('WEFT_TEST_CONSUL', consulPeer());
for (const name of ['slowhttptest', 'curl', 'h2load', 'nghttp'] as const) {
  offer(`WEFT_TEST_${name.toUpperCase()}`, debianPeer(name));
}
process.exit(
  runNodeTests({ patterns: ['e2e/src/**/*.interop.test.ts'], args: process.argv.slice(2), concurrency: 1, env }),
);
