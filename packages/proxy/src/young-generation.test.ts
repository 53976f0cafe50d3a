import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const CHURN = `
import { getHeapSpaceStatistics } from 'node:v8';
import { mock } from 'node:test';
import { keepYoungGenerationSmall } from ${JSON.stringify(new URL('./young-generation.ts', import.meta.url).href)};
mock.timers.enable({ apis: ['setInterval'] });
if (process.env.UNTIL !== 'never') keepYoungGenerationSmall();
if (process.env.UNTIL === 'loaded') mock.timers.tick(2000);
let kept = [];
for (let i = 0; i < 3_000_000; i++) {
  kept.push({ i });
  if (kept.length > 20_000) kept = [];
  if (i % 10_000 === 0 && process.env.UNTIL === 'loaded') mock.timers.tick(2000);
}
console.log(getHeapSpaceStatistics().find((space) => space.space_name === 'new_space').space_size);
`;

function mibAfterChurn(smallUntil: 'never' | 'loaded' | 'end'): number {
  const child = spawnSync(process.execPath, ['--input-type=module', '--eval', CHURN], {
    env: { ...process.env, UNTIL: smallUntil, NODE_OPTIONS: '' },
    encoding: 'utf8',
  });
  assert.equal(child.status, 0, child.stderr);
  return Number(child.stdout) / 1024 / 1024;
}

test('the young generation stays small until the proxy is loaded, and grows within bounds then: V8 still heeds the flag', () => {
  const unbounded = mibAfterChurn('never');
  const bounded = mibAfterChurn('loaded');
  assert.ok(mibAfterChurn('end') <= 2);
  assert.ok(bounded > 2 && bounded <= 18, `${bounded} MiB`);
  assert.ok(unbounded > bounded, `${unbounded} MiB`);
});
