import { formatIssue, hasErrors } from '@weft/base';
import { loadText } from '@weft/config';
import type { CaseResult, Suite } from '../suite.ts';

interface CrdCase {
  readonly file: string;
  readonly valid: boolean;
  readonly yaml: string;
  /** A part of the API server's message; ours has its own words. */
  readonly error?: string;
}

interface CrdFile {
  readonly cases: readonly CrdCase[];
}

function runCase({ file, valid, yaml, error }: CrdCase): CaseResult {
  const { issues } = loadText(yaml, file);
  const accepted = !hasErrors(issues);
  if (accepted === valid) return { title: file, outcome: { result: 'pass' } };
  const actual = accepted ? 'accepted' : issues.map(formatIssue).join('\n           ');
  const expected = valid ? 'accepted' : `rejected: ${error ?? ''}`;
  return { title: `${file}\n${yaml}`, outcome: { result: 'fail', expected, actual } };
}

/** What an API server accepts by the CRDs: the whole way from text to resources. */
export const crd: Suite = {
  name: 'crd',
  file: 'crd.json',
  run: (file) => (file as CrdFile).cases.map(runCase),
};
