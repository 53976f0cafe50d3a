/** A stock Envoy for a test: found by tools/test-interop.ts, started from a bootstrap, ended with the test. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { JsonValue } from '@bufbuild/protobuf';
import { type Child, startChild } from '../support/child.ts';

const ENVOY = process.env['WEFT_TEST_ENVOY'];

/** For `test(name, { skip })`: false when there is an Envoy, else the reason why there is none. */
export const NO_ENVOY: false | string =
  ENVOY !== undefined
    ? false
    : (process.env['WEFT_TEST_ENVOY_MISSING'] ?? 'no Envoy was given; run this with npm run test:interop');

export function startStockEnvoy(t: TestContext, bootstrap: JsonValue): Child {
  if (ENVOY === undefined) throw new Error('the test should have been skipped');
  const folder = mkdtempSync(join(tmpdir(), 'weft-envoy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'bootstrap.json');
  writeFileSync(file, JSON.stringify(bootstrap));
  return startChild(t, ENVOY, ['-c', file, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'warning']);
}
