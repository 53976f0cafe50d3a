import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { EXIT } from './exit-code.ts';

test('docs/cli.md lists every exit code with its meaning', () => {
  const page = readFileSync(new URL('../../../../docs/cli.md', import.meta.url), 'utf8');
  for (const { code, meaning } of Object.values(EXIT)) {
    assert.ok(page.includes(`| ${code} | ${meaning} |`), `| ${code} | ${meaning} |`);
  }
});
