/**
 * Runs every conformance suite and writes docs/conformance.md; with `--print` it only prints the table, beside what is recorded.
 * `--cases FOLDER` says where the case files are; a suite whose file is not there is named as not run.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SUITES } from '../e2e/src/conformance/all.ts';
import type { Suite } from '../e2e/src/conformance/suite.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, 'docs/conformance.md');

interface Tally {
  readonly suite: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** Reason → how many cases were skipped for it. */
  readonly reasons: ReadonlyMap<string, number>;
}

/** Passed of those that ran, rounded down: 99.96 % is not all. */
export function rate(passed: number, failed: number): string {
  const ran = passed + failed;
  return ran === 0 ? '–' : `${(Math.floor((passed * 1000) / ran) / 10).toFixed(1)} %`;
}

async function tally(suite: Suite, folder: string): Promise<Tally | undefined> {
  const path = join(folder, suite.file);
  if (!existsSync(path)) return undefined;
  const results = await suite.run(JSON.parse(readFileSync(path, 'utf8')));
  const reasons = new Map<string, number>();
  let passed = 0;
  let failed = 0;
  for (const { outcome } of results) {
    if (outcome.result === 'pass') passed++;
    else if (outcome.result === 'fail') failed++;
    else reasons.set(outcome.reason, (reasons.get(outcome.reason) ?? 0) + 1);
  }
  return { suite: suite.name, passed, failed, skipped: results.length - passed - failed, reasons };
}

function table(tallies: readonly Tally[]): string {
  const rows = tallies.map(
    (t) => `| ${t.suite} | ${t.passed} | ${t.failed} | ${t.skipped} | ${rate(t.passed, t.failed)} |`,
  );
  return `| suite | passed | failed | skipped | rate |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function skips(tallies: readonly Tally[]): string {
  return tallies
    .flatMap((t) =>
      [...t.reasons].map(([reason, count]) => `- ${t.suite}, ${count} ${count === 1 ? 'case' : 'cases'}: ${reason}`),
    )
    .join('\n');
}

function page(tallies: readonly Tally[]): string {
  const skipped = skips(tallies);
  return `# Conformance

Real cases from the projects whose behaviour Weft follows, run by \`npm run conformance -- <suite>\`. Written by
\`npm run conformance:report\`; the rate counts what ran.

${table(tallies)}${skipped === '' ? '' : `\nSkipped, with the reason:\n\n${skipped}\n`}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { cases: { type: 'string' }, print: { type: 'boolean', default: false } } });
  const folder = values.cases ?? join(ROOT, '../shared/cases');
  const tallies: Tally[] = [];
  for (const suite of SUITES) {
    const result = await tally(suite, folder);
    if (result === undefined)
      console.log(`not run: ${suite.name}: no ${join(folder, suite.file)}; --cases FOLDER names another folder`);
    else tallies.push(result);
  }
  if (tallies.length > 0) console.log(table(tallies));
  if (values.print) {
    if (existsSync(REPORT))
      console.log(`recorded:\n${/^\|[\s\S]*?\n(?!\|)/m.exec(readFileSync(REPORT, 'utf8'))?.[0] ?? ''}`);
  } else if (tallies.length === SUITES.length) {
    mkdirSync(join(ROOT, 'docs'), { recursive: true });
    writeFileSync(REPORT, page(tallies));
    console.log('written: docs/conformance.md');
  } else {
    console.error('docs/conformance.md stays as it is: not every suite ran');
    process.exitCode = 1;
  }
}
