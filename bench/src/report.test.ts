import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from './measure/rounds.ts';
import { judge, markdown } from './report.ts';

function measured(name: string, cpuMicrosPerRequest: number): Parameters<typeof judge>[0]['measurements'][number] {
  const steady = { p50Ms: 0.2, p99Ms: 0.5, cpuMicrosPerRequest: 90 };
  return {
    name,
    cpuMicrosPerRequest,
    requestsPerSecond: 30_000,
    p50Ms: 1,
    p99Ms: 2,
    steady,
    residentMib: 60,
    failures: 0,
  };
}

const RESULT = {
  title: 'Plain',
  measurements: [measured('nginx', 12), measured('weft', 15)],
  missing: ['envoy: no python3'],
  versions: { nginx: '1.22.1' },
  goals: [
    { what: 'forward', ours: 'weft', theirs: 'nginx', atMost: 1.5 },
    { what: 'beside Envoy', ours: 'weft', theirs: 'envoy', atMost: 1 },
  ],
};

test('a goal whose peer is missing is not met and not missed', () => {
  assert.deepEqual(
    judge(RESULT).map((verdict) => verdict.ratio),
    [1.25, undefined],
  );
});

test('the report names ratios, versions and what is missing', () => {
  const text = markdown({
    scenario: 'x',
    date: '2026-01-01',
    commit: 'abc',
    machine: '2 cores',
    command: 'npm run bench',
    result: RESULT,
  });
  assert.match(text, /weft \/ nginx = 1\.25 \(met\)/);
  assert.match(text, /weft \/ envoy = not measured here/);
  assert.match(text, /missing: envoy: no python3/);
  assert.match(text, /nginx 1\.22\.1/);
});

test('median', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});
