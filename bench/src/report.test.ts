import assert from 'node:assert/strict';
import { test } from 'node:test';
import { median } from './measure/rounds.ts';
import { judge, markdown } from './report.ts';

function measured(name: string, cpu: number): Parameters<typeof judge>[0]['measurements'][number] {
  return { name, values: { cpu, rate: 30_000 / cpu, late: Number.NaN }, failures: 0 };
}

const RESULT = {
  title: 'Plain',
  method: 'Medians.',
  columns: [
    { key: 'cpu', title: 'CPU µs/request', digits: 1 },
    { key: 'rate', title: 'requests/s', digits: 0 },
    { key: 'late', title: 'p99 ms', digits: 2 },
  ],
  measurements: [measured('nginx', 12), measured('weft', 15)],
  missing: ['envoy: no python3'],
  versions: { nginx: '1.22.1' },
  goals: [
    { what: 'forward', column: 'cpu', ours: 'weft', theirs: 'nginx', bound: 'at most', limit: 1.5 },
    { what: 'beside Envoy', column: 'cpu', ours: 'weft', theirs: 'envoy', bound: 'at most', limit: 1 },
    { what: 'throughput', column: 'rate', ours: 'weft', theirs: 'nginx', bound: 'at least', limit: 0.9 },
    { what: 'cheap', column: 'cpu', ours: 'weft', bound: 'at most', limit: 20 },
  ],
} as const;

test('a goal whose peer is missing is not met and not missed', () => {
  assert.deepEqual(
    judge(RESULT).map(({ found, met }) => [found, met]),
    [
      [1.25, true],
      [undefined, undefined],
      [0.8, false],
      [15, true],
    ],
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
  assert.match(text, /requests\/s of weft \/ nginx = 0\.80 \(missed\); goal: at least 0\.9/);
  assert.match(text, /CPU µs\/request of weft = 15\.00 \(met\)/);
  assert.match(text, /\| weft \| 15\.0 \| 2,000 \| – \| 0 \|/);
  assert.match(text, /missing: envoy: no python3/);
  assert.match(text, /nginx 1\.22\.1/);
});

test('median', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
});
