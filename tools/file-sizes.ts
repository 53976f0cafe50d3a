/**
 * How long files are: `node tools/file-sizes.ts`. Median, 90th percentile and maximum of sources and tests, by package.
 * A source file above 400 lines needs a reason below; above 600, and tests above 800, it is to be split.
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why a source file may be longer than 400 lines. */
const REASONS: Readonly<Record<string, string>> = {
  'packages/config/src/kinds/all.ts':
    'one table, a row for each kind; split, it would no longer say which kinds there are',
};

const SOURCE_LIMIT = 400;
const SPLIT_LIMIT = 600;
const TEST_LIMIT = 800;

export interface FileSize {
  readonly path: string;
  readonly lines: number;
}

/** The value below which the share `q` of a sorted list lies. */
export function percentile(sorted: readonly number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

function row(name: string, sizes: readonly FileSize[]): string {
  const lines = sizes.map((size) => size.lines).sort((a, b) => a - b);
  const columns = [
    sizes.length,
    lines.reduce((sum, n) => sum + n, 0),
    percentile(lines, 0.5),
    percentile(lines, 0.9),
    lines.at(-1) ?? 0,
  ];
  return name.padEnd(28) + columns.map((n) => String(n).padStart(8)).join('');
}

/** What is too long, with what to do about it. */
export function tooLong(sizes: readonly FileSize[], reasons: Readonly<Record<string, string>>): readonly string[] {
  return sizes.flatMap(({ path, lines }) => {
    if (path.endsWith('.test.ts'))
      return lines > TEST_LIMIT ? [`${path}: ${lines} lines; split tests above ${TEST_LIMIT}`] : [];
    if (lines > SPLIT_LIMIT) return [`${path}: ${lines} lines; split files above ${SPLIT_LIMIT}`];
    if (lines > SOURCE_LIMIT && reasons[path] === undefined) {
      return [`${path}: ${lines} lines; split it, or give the reason in tools/file-sizes.ts`];
    }
    return [];
  });
}

function groupOf(path: string): string {
  const owner = path
    .split('/')
    .slice(0, path.startsWith('packages/') ? 2 : 1)
    .join('/');
  return owner + (path.endsWith('.test.ts') ? ' (tests)' : '');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const sizes = globSync(
    ['packages/*/src/**/*.ts', 'packages/*/*.ts', 'e2e/src/**/*.ts', 'bench/src/**/*.ts', 'tools/*.ts'],
    { cwd: root },
  ).map((path) => ({ path, lines: readFileSync(join(root, path), 'utf8').split('\n').length - 1 }));
  console.log(`${''.padEnd(28)}   files   lines  median     p90     max`);
  for (const [group, members] of [...Map.groupBy(sizes, (size) => groupOf(size.path))].sort())
    console.log(row(group, members));
  const tests = sizes.filter((size) => size.path.endsWith('.test.ts'));
  console.log(
    row(
      'all sources',
      sizes.filter((size) => !tests.includes(size)),
    ),
  );
  console.log(row('all tests', tests));
  const problems = tooLong(sizes, REASONS);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) process.exit(1);
}
