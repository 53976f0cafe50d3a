import assert from 'node:assert/strict';
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const PAGES = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: ROOT })];
const FOLDERS = 'packages|docs|examples|bench|e2e|tools|changes';

/** Paths in backticks, without those that stand for many (`cases/<name>/`, `*.ts`). */
function pathsIn(text: string): readonly string[] {
  const quoted = [...text.matchAll(new RegExp(`\`((?:${FOLDERS})/[^\`\\s]+)\``, 'g'))].map(([, path]) => path ?? '');
  return quoted.filter((path) => !/[<>{}*]/.test(path));
}

function linksIn(text: string): readonly string[] {
  const targets = [...text.matchAll(/\]\(([^)\s#]+)/g)].map(([, target]) => target ?? '');
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

test('what the documentation points at is there', () => {
  const missing = PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), 'utf8');
    const gone = [
      ...pathsIn(text).filter((path) => !existsSync(join(ROOT, path))),
      ...linksIn(text).filter((target) => !existsSync(join(ROOT, dirname(page), target))),
    ];
    return gone.map((path) => `${page}: ${path}`);
  });
  assert.deepEqual(missing, []);
});

test('every decision record is in the list of records', () => {
  const folder = join(ROOT, 'docs/decisions');
  const list = readFileSync(join(folder, 'README.md'), 'utf8');
  const records = readdirSync(folder).filter((name) => /^\d{4}-.*\.md$/.test(name));
  assert.deepEqual(
    records.filter((name) => !list.includes(`(${name})`)),
    [],
  );
  const numbers = records.map((name) => name.slice(0, 4));
  assert.equal(new Set(numbers).size, numbers.length, 'a number stands for one record');
});
