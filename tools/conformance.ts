/**
 * `npm run conformance -- <suite> [--cases FILE]`: runs one suite of real cases and prints `N passed, N failed, N skipped`.
 * A suite is a folder below e2e/src/conformance and one line in its all.ts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const run = spawnSync(process.execPath, [join(root, 'e2e/src/conformance/main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(run.status ?? 1);
