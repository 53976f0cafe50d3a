import type { Issue } from '@weft/base';
import { resourceTitle } from '@weft/config';
import type { Analyzer, Subject, Tell } from './analyzer.ts';
import { ANALYZERS } from './analyzers/all.ts';
import { type Code, fillIn, messageOf } from './messages.ts';
import { type AnalysisInput, Objects } from './objects.ts';
import { isSuppressed } from './suppress.ts';

/** What is asked when nothing else is said. */
export const DEFAULT_ANALYZERS: readonly Analyzer[] = ANALYZERS.filter((analyzer) => analyzer.optional !== true);

/**
 * Looks for what is wrong between objects, and what reading them found. Codes are Istio's, each with the file and line it is about.
 * An object's annotation `galley.istio.io/analyze-suppress` silences codes for it.
 */
export function analyze(input: AnalysisInput, analyzers: readonly Analyzer[] = DEFAULT_ANALYZERS): readonly Issue[] {
  const objects = new Objects(input);
  // The same thing found twice, by two analyzers or along two ways, is said once.
  const issues = new Map<string, Issue>();
  const tell: Tell = (code, subject, at, args) => {
    if (isSuppressed(code, subject)) return;
    const issue = issueOf(code, subject, at, args);
    const key = [code, issue.resource, at, issue.message].join('\n');
    if (!issues.has(key)) issues.set(key, issue);
  };
  for (const analyzer of analyzers) analyzer.analyze(objects, tell);
  return [...issues.values()];
}

function issueOf(code: Code, subject: Subject, at: string, args: Readonly<Record<string, string | number>>): Issue {
  const { level, text, hint } = messageOf(code);
  const { source } = subject;
  const position = { file: source.file, line: source.lineOf(at), column: source.columnOf(at) };
  return {
    severity: level,
    code,
    at,
    message: fillIn(text, args),
    resource: resourceTitle(subject),
    ...(hint === undefined ? {} : { hint: fillIn(hint, args) }),
    ...(source.file === '' ? {} : { position }),
  };
}
