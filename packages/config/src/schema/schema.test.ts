import assert from 'node:assert/strict';
import { test } from 'node:test';
import { duration, flag, integer, intOrString, list, map, object, oneOf, Report, type Schema, text } from './index.ts';

interface Sample {
  readonly name?: string;
  readonly mode?: 'ON' | 'OFF';
  readonly limitMs?: number;
  readonly ports?: readonly number[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly target?: number | string;
  readonly strong?: boolean;
}

const sample: Schema<Sample> = object<Sample>(
  {
    name: text({ min: 1 }),
    mode: oneOf('ON', 'OFF'),
    limit: duration({ minMs: 1 }),
    ports: list(integer({ min: 1, max: 10 }), { max: 2 }),
    labels: map(text()),
    target: intOrString(),
    strong: flag(),
  },
  { required: ['name'], exclusive: [{ fields: ['mode', 'limit'], required: false }], aliases: { is_strong: 'strong' } },
);

function decode(raw: unknown, strict = true): { value: Sample | undefined; issues: string[] } {
  const report = new Report(strict);
  const value = sample.decode(raw, '', report);
  return { value, issues: report.issues.map(({ at, code, hint }) => [at, code, hint].filter(Boolean).join(' ')) };
}

test('a value is decoded under the names of its type', () => {
  const { value, issues } = decode({
    name: 'a',
    limit: '2s',
    ports: [1],
    labels: { a: 'b' },
    target: 'http',
    is_strong: true,
  });
  assert.deepEqual(issues, []);
  assert.deepEqual(value, { name: 'a', limitMs: 2000, ports: [1], labels: { a: 'b' }, target: 'http', strong: true });
});

test('null means absent', () => {
  assert.deepEqual(decode({ name: 'a', mode: null }), { value: { name: 'a' }, issues: [] });
});

test('every problem is reported', () => {
  const { issues } = decode({
    nmae: 'a',
    mode: 'on',
    ports: [1, '2', 30],
    labels: { v: 1 },
    strong: 'yes',
    target: 1.5,
  });
  assert.deepEqual(issues, [
    'nmae unknown-field did you mean name?',
    'mode unknown-value did you mean ON?',
    'ports wrong-size',
    'ports[1] wrong-type remove the quotes',
    'ports[2] out-of-range',
    'labels.v wrong-type put it in quotes: "1"',
    'strong wrong-type',
    'target wrong-type',
    'name missing-field',
  ]);
});

test('without a CRD its rules are not enforced, types are', () => {
  assert.deepEqual(decode({ ports: [1, 2, 30], limit: '0s' }, false).issues, []);
  assert.deepEqual(decode({ limit: 3 }, false).issues, ['limit wrong-type add a unit: 3s']);
  assert.deepEqual(
    decode({ mode: 'ON', limit: '1s' }, false).issues,
    [' conflicting-fields'].map((s) => s.trim()),
  );
});
