import { formatIssue, type Issue } from '@weft/base';
import type { CaseResult, Outcome, Suite } from '../suite.ts';
import { type ValidationCase, validateGrafted } from './graft.ts';
import { checkValue } from './values.ts';

interface ValidationFile {
  readonly cases: readonly ValidationCase[];
}

/** `{"$repeat": "a", "count": 3}` stands for `aaa`. */
function expand(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(expand);
  if (typeof value !== 'object' || value === null) return value;
  const { $repeat: unit, count } = value as { readonly $repeat?: unknown; readonly count?: unknown };
  if (typeof unit === 'string' && typeof count === 'number') return unit.repeat(count);
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expand(entry)]));
}

function judge(test: ValidationCase, issues: readonly Issue[]): Outcome {
  const error = issues.some((issue) => issue.severity === 'error');
  const warning = issues.some((issue) => issue.severity === 'warning');
  const wantsWarning = test.warning !== undefined && test.warning !== false;
  const right = !test.valid ? error : wantsWarning ? error || warning : !error;
  if (right) return { result: 'pass' };
  const wanted = test.valid ? 'accepted' : `rejected: ${test.error ?? ''}`;
  return {
    result: 'fail',
    expected: wantsWarning ? `accepted with a warning, or rejected: ${String(test.warning)}` : wanted,
    actual: issues.length === 0 ? 'accepted' : issues.map(formatIssue).join('\n           '),
  };
}

function runCase(written: ValidationCase): CaseResult {
  const test = { ...written, spec: expand(written.spec) };
  const title = `${test.test} ${test.name ?? ''} ${test.kind}\n${JSON.stringify(test.spec)?.slice(0, 2000)}`;
  const issues = checkValue(test) ?? validateGrafted(test);
  if (issues === undefined) return { title, outcome: { result: 'skip', reason: `no validator for ${test.kind}` } };
  return { title, outcome: judge(test, issues) };
}

/** What Istio's webhook accepts, warns of and rejects. */
export const validation: Suite = {
  name: 'validation',
  file: 'validation.json',
  run: (file) => (file as ValidationFile).cases.map(runCase),
};
