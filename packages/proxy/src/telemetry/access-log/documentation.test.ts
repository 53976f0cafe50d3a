import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { OPERATORS } from './operators.ts';

test('docs/access-log.md lists the operators that there are', () => {
  const page = readFileSync(new URL('../../../../../docs/access-log.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('- request:'), page.indexOf('## Filters'));
  const listed = [...section.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name);
  assert.deepEqual(listed.toSorted(), Object.keys(OPERATORS).toSorted());
});
