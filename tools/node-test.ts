import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

export interface NodeTestOptions {
  readonly patterns: readonly string[];
  /** Arguments of the command line: flags go to `node --test`, the rest are the beginnings of paths to run. */
  readonly args: readonly string[];
  /** Test files that run at the same time. */
  readonly concurrency: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the test files that match and returns the exit code. No file at all is a failure: a run that checks nothing must not pass. */
export function runNodeTests({ patterns, args, concurrency, env }: NodeTestOptions): number {
  const flags = args.filter((arg) => arg.startsWith('--'));
  const folders = args.filter((arg) => !arg.startsWith('--'));
  const files = globSync(patterns, { cwd: root })
    .filter((file) => folders.length === 0 || folders.some((folder) => file.startsWith(folder)))
    .sort();
  if (files.length === 0) {
    console.error(
      `no test files match ${patterns.join(', ')}${folders.length === 0 ? '' : ` below ${folders.join(', ')}`}`,
    );
    return 1;
  }
  const run = spawnSync(process.execPath, ['--test', `--test-concurrency=${concurrency}`, ...flags, ...files], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile') },
  });
  return run.status ?? 1;
}
