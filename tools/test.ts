/**
 * Runs every unit and integration test that needs nothing but `npm ci`: packages/**, tools/** and e2e/** except what other scripts own.
 * `npm test -- packages/http` runs one folder; flags of `node --test` pass through (`--test-update-snapshots`).
 */
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2);
const flags = args.filter((arg) => arg.startsWith('--'));
const folders = args.filter((arg) => !arg.startsWith('--'));
const files = globSync(
  ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'e2e/src/**/*.test.ts', 'bench/src/**/*.test.ts'],
  { cwd: root },
)
  .filter((file) => !/\.(system|interop)\.test\.ts$/.test(file))
  .filter((file) => folders.length === 0 || folders.some((folder) => file.startsWith(folder)))
  .sort();
if (files.length === 0) {
  console.error(`no test files below ${folders.join(', ')}`);
  process.exit(1);
}
const run = spawnSync(process.execPath, ['--test', '--test-concurrency=2', ...flags, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile') },
});
process.exit(run.status ?? 1);
