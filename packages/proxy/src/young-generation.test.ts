import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const CHURN = `
import { getHeapSpaceStatistics } from 'node:v8';
import { keepYoungGenerationSmall } from ${JSON.stringify(new URL('./young-generation.ts', import.meta.url).href)};
if (process.env.SMALL === '1') keepYoungGenerationSmall();
let kept = [];
for (let i = 0; i < 1_000_000; i++) {
  kept.push({ i });
  if (kept.length > 20_000) kept = [];
}
console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
`;

function youngGenerationAfterChurn(small: boolean): number {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', CHURN], {
    env: { ...process.env, SMALL: small ? '1' : '0', NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  assert.equal(child.status, 0, child.stderr);
  return Number(child.stdout);
}

test('the young generation stays small, where it would have grown: V8 still heeds the flag', () => {
  const MIB = 1024 * 1024;
  assert.ok(youngGenerationAfterChurn(false) > 4 * MIB);
  assert.ok(youngGenerationAfterChurn(true) <= 2 * MIB);
});
