/** Entry of `npm run conformance`: picks the suite, reads its cases, prints failures and the closing line. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SUITES } from './all.ts';

const USAGE = `usage: npm run conformance -- <suite> [--cases FILE]
suites: ${SUITES.map((suite) => suite.name).join(', ')}`;

const { values, positionals } = parseArgs({ options: { cases: { type: 'string' } }, allowPositionals: true });
const suite = SUITES.find((candidate) => candidate.name === positionals[0]);
if (suite === undefined || positionals.length !== 1) {
  console.error(positionals[0] === undefined ? USAGE : `unknown suite ${JSON.stringify(positionals[0])}\n${USAGE}`);
  process.exit(2);
}
const path = values.cases ?? join(import.meta.dirname, '../../../../shared/cases', suite.file);
const results = await suite.run(JSON.parse(readFileSync(path, 'utf8')));
const count = { pass: 0, fail: 0, skip: 0 };
for (const { title, outcome } of results) {
  count[outcome.result] += 1;
  if (outcome.result === 'fail') {
    console.log(`FAIL ${title}\n  expected: ${outcome.expected}\n  actual:   ${outcome.actual}`);
  }
  if (outcome.result === 'skip') console.log(`SKIP ${title}: ${outcome.reason}`);
}
console.log(`${count.pass} passed, ${count.fail} failed, ${count.skip} skipped`);
process.exitCode = count.fail > 0 || results.length === 0 ? 1 : 0;
